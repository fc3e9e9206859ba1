"""`pytest --rlprep FILE`, in a pytest of its own."""

import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
EXERCISES = ROOT / "solutions" / "exercises"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # Neither other plugins nor this one as it may be installed.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def run(pytester: pytest.Pytester, *arguments: object) -> pytest.RunResult:
    every = ["-p", "rlprep.pytest_plugin", "-p", "no:cacheprovider", "-W", "error", *arguments]
    return pytester.runpytest_subprocess(*map(str, every), timeout=300)


def test_without_the_option_nothing_happens_and_nothing_is_loaded(pytester):
    pytester.makepyfile(
        "import sys\ndef test_nothing():\n"
        "    heavy = {'torch', 'numpy', 'yaml', 'rlprep.bank.load', 'rlprep.grader.grade'}\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    result = run(pytester)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*rlprep-seed*")


def test_each_property_is_a_test_with_its_own_message(pytester):
    wrong = EXERCISES / "mistakes" / "entropy" / "not_normalised.py"
    shutil.copy(EXERCISES / "entropy_torch.py", pytester.path / "right.py")
    # Called like a test module, it is still graded and not imported.
    mark = "import os\ntry: os.mkdir('imported')\nexcept OSError: pass\n"
    source = mark + wrong.read_text()
    (pytester.path / "test_wrong.py").write_text(source)
    result = run(pytester, "--rlprep", "right.py", "--rlprep", "test_wrong.py", "-v")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] >= 5
    assert outcomes["passed"] + outcomes["failed"] == 10
    assert "errors" not in outcomes
    result.stdout.fnmatch_lines(
        [
            "rlprep: --rlprep-seed * repeats these cases",
            "right.py::entropy?values? PASSED*",
            "test_wrong.py::entropy?values? FAILED*",
            "*  this looks like: *",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert not (pytester.path / "imported").exists()


def test_a_file_that_cant_be_graded_is_one_failed_test(pytester):
    (pytester.path / "broken.py").write_text("def entropy(:\n")
    (pytester.path / "empty.py").write_text("x = 1\n")
    options = ["--rlprep", "broken.py", "--rlprep", "empty.py", "--rlprep", "nowhere.py"]
    result = run(pytester, *options)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*there is no such file*"])


def test_the_workers_of_xdist_agree_on_tests_and_seed(pytester):
    shutil.copy(EXERCISES / "entropy_torch.py", pytester.path / "right.py")
    (pytester.path / "broken.py").write_text("def entropy(:\n")
    pytester.makeconftest(
        "import os\nfrom pathlib import Path\n"
        "def pytest_sessionfinish(session):\n"
        "    seed = session.config.option.rlprep_seed\n"
        "    Path(f'seed-{os.getpid()}').write_text(str(seed))\n"
    )
    options = ["--rlprep", "right.py", "--rlprep", "broken.py", "-k", "broken"]
    result = run(pytester, *options, "-p", "xdist", "-n", "2")
    result.assert_outcomes(failed=1)
    seeds = [path.read_text() for path in pytester.path.glob("seed-*")]
    assert len(seeds) == 3
    assert len(set(seeds)) == 1


def test_our_fault_is_an_error_and_no_failed_test(pytester):
    shutil.copy(EXERCISES / "entropy_torch.py", pytester.path / "right.py")
    pytester.makeconftest(
        "from rlprep.grader import grade\nfrom rlprep.sandbox.case import SandboxError\n"
        "def fail(*_):\n    raise SandboxError('the worker is gone')\n"
        "grade._Marking = fail\n"
    )
    result = run(pytester, "--rlprep", "right.py")
    assert result.parseoutcomes() == {"errors": 5}
    result.stdout.fnmatch_lines(["*our fault: the worker is gone*"])
