"""`rlprep grade` and `rlprep exercise` as they are called."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.json_schemas import fits

ROOT = Path(__file__).parent.parent.parent
SOLUTION = ROOT / "solutions" / "exercises" / "entropy_torch.py"
WRONG = ROOT / "solutions" / "exercises" / "mistakes" / "entropy" / "bits.py"


def rlprep(*arguments: object, cwd: Path | None = None, **changes: str):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}
    environment.pop("CI", None)
    return subprocess.run(
        [sys.executable, "-m", "rlprep", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd or ROOT,
        env=environment | changes,
    )


def test_right_and_wrong_files_together(tmp_path):
    junit, html = tmp_path / "r.xml", tmp_path / "r.html"
    done = rlprep("grade", SOLUTION, WRONG, "--json", "--junit", junit, "--html", html)
    assert done.returncode == 1, done.stderr
    data = json.loads(done.stdout)
    fits(data, "grade")
    assert [s["points"] for s in data["submissions"]] == [10, 0]
    assert data["submissions"][1]["diagnosis"]["id"] == "bits"
    assert data["sandbox"]["mode"] == "best-effort"
    assert "<testsuites>" in junit.read_text()
    assert "10 of 20 points" in html.read_text()
    assert sorted(tmp_path.iterdir()) == [html, junit]


def test_each_exercise_that_is_named_is_graded_once():
    named = [word for id_ in ("entropy", "gae", "entropy") for word in ("--exercise", id_)]
    done = rlprep("grade", SOLUTION, *named, "--json")
    assert done.returncode == 3, done.stderr
    data = json.loads(done.stdout)
    fits(data, "grade")
    found = [(each["exercise"], each["verdict"]) for each in data["submissions"]]
    assert found == [("entropy", "passed"), ("gae", "missing_function")]


def test_reports_of_other_formats_and_one_to_stdout(tmp_path):
    broken, path = tmp_path / "a.py", tmp_path / "r.json"
    broken.write_text("def entropy(:\n")
    wanted = ["--report", "github=-", "--report", f"gradescope={path}"]
    done = rlprep("grade", broken, *wanted, GITHUB_ACTIONS="true")
    assert done.returncode == 3, done.stderr
    assert done.stdout == f"::error file={broken},line=1,title=syntax::line 1: invalid syntax\n"
    data = json.loads(path.read_text())
    assert (data["score"], data["tests"][0]["status"]) == (0, "failed")


def test_the_text_says_what_is_wrong_and_how_to_repeat_it():
    done = rlprep("grade", WRONG, "--seed", "3", "--explain")
    assert done.returncode == 1, done.stderr
    assert "0 of 10 points" in done.stdout
    assert "This looks like: entropy in bits" in done.stdout
    assert "the entropy of c equal classes is ln c" in done.stdout
    assert "--seed 3 repeats these cases" in done.stdout
    assert done.stderr == ""


def test_fail_under_is_per_cent_of_all_points():
    assert rlprep("grade", SOLUTION, WRONG, "--fail-under", "50").returncode == 0


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"", "refused_file"),
        (b"def entropy(:\n", "syntax"),
        (b"\xff\xfe", "refused_file"),
        (b"x = 1\n", "missing_function"),
    ],
)
def test_files_that_cant_be_read_are_said_so_at_once(tmp_path, content, verdict):
    path = tmp_path / "a.py"
    path.write_bytes(content)
    done = rlprep("grade", path, "--json")
    assert done.returncode == 3, done.stderr
    data = json.loads(done.stdout)
    fits(data, "grade")
    (only,) = data["submissions"]
    assert (only["exercise"], only["verdict"]) == (None, verdict)
    assert "Traceback" not in done.stderr


def test_no_file():
    done = rlprep("grade", "nowhere.py")
    assert done.returncode == 3
    assert "there is no such file" in done.stdout


MISUSE = {
    "no such exercise": (["grade", SOLUTION, "--exercise", "gea"], "did you mean 'gae'?"),
    "no folder for the report": (["grade", SOLUTION, "--html", "/nowhere/r.html"], "no folder"),
    "an unknown format": (["grade", SOLUTION, "--report", "xml=r"], "there is no format 'xml'"),
    "a report that is a folder": (["grade", SOLUTION, "--report", "html=."], "is a folder"),
    "two things on stdout": (
        ["grade", SOLUTION, "--json", "--report", "github=-"],
        "stdout is taken",
    ),
    "watch and JSON": (["grade", SOLUTION, "--watch", "--json"], "--watch takes one file"),
    "no file at all": (["grade"], "Missing argument"),
    "a seed below 0": (["grade", SOLUTION, "--seed", "-1"], "seed"),
}


@pytest.mark.parametrize(("arguments", "words"), MISUSE.values(), ids=MISUSE)
def test_misuse(arguments, words):
    done = rlprep(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_without_torch_one_line_says_what_to_install(tmp_path):
    # A path entry that answers for torch before the real one, and has nothing.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'torch' else real(name, *a)\n"
    )
    done = rlprep("grade", SOLUTION, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode == 2
    assert "pip install 'rlprep[grade]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_leaves_nothing_behind(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def entropy(logits):\n    while True: pass\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "rlprep", "grade", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(children_of(process.pid)) < 1:
        time.sleep(0.05)
    worker = children_of(process.pid)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in worker)
    assert list(tmp_path.iterdir()) == [path]


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_report_that_cant_be_written_leaves_nothing(tmp_path):
    from rlprep.errors import RlprepError
    from rlprep.report.files import write_whole

    with pytest.raises(RlprepError, match="can't be written"):
        write_whole(tmp_path / ("x" * 300), "text")
    write_whole(tmp_path / "a", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "text"


def test_exercise_list_and_show():
    data = json.loads(rlprep("exercise", "list", "--json").stdout)
    assert data["schema"] == "rlprep.exercises/v1"
    assert len(data["exercises"]) == 29
    assert {"id", "title", "signature", "max_points"} == set(data["exercises"][0])
    shown = json.loads(rlprep("exercise", "show", "gae", "--json").stdout)
    assert shown["schema"] == "rlprep.exercise/v1"
    assert "mistakes" not in shown
    text = rlprep("exercise", "show", "gae").stdout
    assert "gae(rewards, values, next_values, terminated, truncated, gamma, lam)" in text
    assert "-> [-0.9375, 4.25, 1.0]" in text


def test_every_stub_compiles_and_is_graded_as_unwritten(tmp_path):
    from rlprep.bank.load import load_bank
    from rlprep.report.exercises import stub

    bank = load_bank()
    for id_ in bank.ids("exercise"):
        namespace: dict[str, object] = {}
        exec(compile(stub(bank.exercise(id_)), id_, "exec"), namespace)
        assert callable(namespace[id_])
    done = rlprep("exercise", "start", "entropy", cwd=tmp_path)
    assert done.returncode == 0
    path = tmp_path / "entropy.py"
    before = path.read_text()
    assert rlprep("exercise", "start", "entropy", cwd=tmp_path).returncode == 2
    assert path.read_text() == before
    graded = json.loads(rlprep("grade", path, "--json").stdout)["submissions"][0]
    assert (graded["verdict"], graded["points"]) == ("exception", 0)


def test_watch_grades_on_start_gives_hints_and_ends_with_q(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(WRONG.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "rlprep", "grade", "--watch", str(path)],
        input="h\nh\nh\nh\nq\n",
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
    )
    assert done.returncode == 1, done.stderr
    assert "hint 1 of 4: The entropy is minus the expectation" in done.stdout
    assert "hint 3 of 4: this looks like: entropy in bits" in done.stdout
