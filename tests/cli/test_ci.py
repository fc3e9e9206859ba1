"""`rlprep ci`: the files that it writes, and each of them run as its service would run it."""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rlprep import __version__
from rlprep.cli import app
from rlprep.cli.ci_grade import publish
from rlprep.errors import LearnerError, MisuseError
from rlprep.report.request import Request
from tests.report.sample import ours

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "rlprep" / "cli" / "ci_templates"
ACTION = TEMPLATES / "action.yml"
OURS = ROOT / ".github" / "actions" / "grade" / "action.yml"
SOLUTION = ROOT / "solutions" / "exercises" / "entropy_torch.py"
SCHEMAS = ROOT / "tests" / "data" / "schemas"
KEY = "a secret of more than sixteen bytes"
ADDRESS = "git+https://example.org/course/rlprep@v1"
INDEX = "https://example.org/whl/cpu"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "class.key"
    path.write_text(KEY)
    return path


def members(path: Path) -> dict[str, tuple[int, bytes]]:
    with zipfile.ZipFile(path) as bundle:
        return {
            each.filename: (stat.S_IMODE(each.external_attr >> 16), bundle.read(each))
            for each in bundle.infolist()
        }


def test_the_bundle_is_whole_and_the_same_every_time(run, tmp_path, key):
    wheel = tmp_path / "rlprep-1.2.3-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    arguments = ["--exercise", "gae", "--exercise", "entropy", "--key", str(key)]
    arguments += ["--install", str(wheel), "--index", "https://example.org/simple"]
    for name in ("a.zip", "b.zip"):
        done = run("ci", "gradescope", *arguments, "--to", name)
        assert done.returncode == 0, done.stderr
        assert "20 points" in done.stdout
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    held = members(tmp_path / "a.zip")
    assert {name: mode for name, (mode, _) in held.items()} == {
        "assignment.json": 0o644,
        "class.key": 0o600,
        "requirements.txt": 0o644,
        wheel.name: 0o644,
        "run_autograder": 0o755,
        "setup.sh": 0o755,
    }
    assert held["requirements.txt"][1].decode().splitlines() == [
        f"# Written by 'rlprep ci gradescope'; installs rlprep from the file {wheel.name}.",
        "--extra-index-url https://example.org/simple",
        f"./{wheel.name}[grade]",
    ]
    assert json.loads(held["assignment.json"][1])["exercises"] == ["gae", "entropy"]


def test_without_a_wheel_the_zip_says_where_rlprep_comes_from(call, tmp_path):
    arguments = ["--exercise", "gae", "--install", ADDRESS, "--to", "a.zip"]
    assert call("ci", "gradescope", *arguments).returncode == 0
    held = members(tmp_path / "a.zip")
    assert "class.key" not in held
    said, requirement = held["requirements.txt"][1].decode().splitlines()
    assert said == f"# Written by 'rlprep ci gradescope'; installs rlprep from {ADDRESS}."
    assert requirement == f"rlprep[grade] @ {ADDRESS}"


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck isn't installed")
def test_the_scripts_are_clean():
    scripts = [TEMPLATES / "setup.sh", TEMPLATES / "run_autograder"]
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for step in steps(ACTION):
        done = subprocess.run(
            ["shellcheck", "--shell", "bash", "-"],
            input=step["run"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gradescope's folder after its setup, with rlprep installed from a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("gradescope")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    (folder / "class.key").write_text(KEY)
    subprocess.run(
        [sys.executable, "-m", "rlprep", "ci", "gradescope", "--exercise", "entropy",
         "--exercise", "gae", "--install", wheel, "--key", folder / "class.key",
         "--to", folder / "bundle.zip"],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    root = folder / "autograder"
    for name, (mode, data) in members(folder / "bundle.zip").items():
        path = root / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    for name in ("submission", "results"):
        (root / name).mkdir()
    (root / "submission_metadata.json").write_text('{"users": [{"email": "ann@example.org"}]}')
    # The libraries come from this environment: the test downloads nothing.
    offline = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    done = in_container(root, "source/setup.sh", **offline)
    assert done.returncode == 0, done.stderr
    return root


def in_container(root: Path, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    beside = Path(sys.executable).parent
    environment = {
        "PATH": f"{beside}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(root),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "OMP_NUM_THREADS": "1",
        **more,
    }
    return subprocess.run(
        ["bash", root / script] if script.endswith(".sh") else [root / script],
        env=environment, cwd="/", capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_gradescope_grades_what_was_handed_in(autograder: Path):
    submission = autograder / "submission"
    (submission / "mine").mkdir()
    shutil.copy(SOLUTION, submission / "mine" / "entropy.py")
    (submission / "broken.py").write_text("def gae(:\n")
    done = in_container(autograder, "run_autograder")
    assert done.returncode == 0, done.stderr
    data = json.loads((autograder / "results" / "results.json").read_text())
    schema = json.loads((SCHEMAS / "gradescope-results.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(data)
    assert (data["score"], sum(test["max_score"] for test in data["tests"])) == (10, 20)
    outputs = {test["output"] for test in data["tests"] if test["name"].startswith("gae")}
    (only,) = outputs
    assert only.startswith("broken.py: line 1: ")
    assert "seed" not in done.stdout
    (installed,) = (autograder / "source" / "venv").glob("lib/*/site-packages/rlprep")
    assert (installed / "cli" / "ci_templates" / "setup.sh").exists()


def test_where_grading_fails_nothing_can_be_released(autograder: Path):
    results = autograder / "results" / "results.json"
    results.write_text('{"score": 99}')
    metadata = autograder / "submission_metadata.json"
    kept = metadata.read_text()
    metadata.write_text('{"users": []}')
    done = in_container(autograder, "run_autograder")
    metadata.write_text(kept)
    assert done.returncode == 4
    assert "Gradescope names nobody for the submission" in done.stderr
    assert "Traceback" not in done.stderr
    assert not results.exists()


def test_our_fault_is_exit_code_4_and_no_mark(tmp_path, capsys):
    path = tmp_path / "results.json"
    path.write_text("an older one")
    assert publish(ours(), [Request("gradescope", path)], 0.0) == 4
    assert not path.exists()
    said = capsys.readouterr()
    assert said.out.startswith("no mark: the grading failed")
    assert said.err == "no mark: no gradescope report\n"


def steps(path: Path) -> list[dict[str, Any]]:
    return yaml.safe_load(path.read_text("utf-8"))["runs"]["steps"]


def schema(name: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))


def test_the_action_is_well_formed_and_puts_no_input_into_a_script():
    data = yaml.safe_load(ACTION.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema("github-action")).validate(data)
    used = {value for step in steps(ACTION) for value in step.get("env", {}).values()}
    assert used == {f"${{{{ inputs.{name} }}}}" for name in data["inputs"]}
    for step in steps(ACTION):
        assert "${{" not in step["run"]


@pytest.mark.skipif(not OURS.exists(), reason="an sdist has no .github")
def test_the_action_in_this_repository_is_the_one_that_is_written():
    assert OURS.read_bytes() == ACTION.read_bytes()


class Job:
    """A runner of GitHub's, as far as the action sees one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temp = folder / "temp"
        self.work = folder / "work"
        (self.temp / "rlprep" / "bin").mkdir(parents=True)
        self.work.mkdir()
        self.files = {"GITHUB_OUTPUT": folder / "output", "GITHUB_STEP_SUMMARY": folder / "summary"}
        for path in self.files.values():
            path.write_text("before\n")

    def program(self, path: Path, text: str) -> None:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, number: int, **env: str) -> subprocess.CompletedProcess[str]:
        step = steps(ACTION)[number]
        assert set(env) == set(step["env"])
        environment = {
            "PATH": f"{self.folder}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(self.temp),
            **{name: str(path) for name, path in self.files.items()},
            **env,
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env=environment, cwd=self.work, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    def grade(self, **env: str) -> subprocess.CompletedProcess[str]:
        shim = f'exec "{sys.executable}" -m rlprep "$@"'
        self.program(self.temp / "rlprep" / "bin" / "rlprep", shim)
        settings = {
            "RLPREP_EXERCISES": "entropy",
            "RLPREP_PACKS": "",
            "RLPREP_PATH": ".",
            "RLPREP_FAIL_UNDER": "0",
            "RLPREP_SANDBOX": "strict",
            "RLPREP_KEY": "",
            "RLPREP_STUDENT": "ann",
        }
        return self.run(1, **settings | env)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_what_is_installed_is_one_argument_of_pip(job: Job):
    job.program(job.folder / "python3", 'printf "%s\\n" "$@" >"$HOME/made"')
    job.program(job.temp / "rlprep" / "bin" / "python", 'printf "%s\\n" "$@" >"$HOME/installed"')
    hostile = {"RLPREP_INSTALL": "rlprep[grade]; touch $(pwned) --pre", "RLPREP_INDEX": "$(x) -y"}
    done = job.run(0, **hostile)
    assert done.returncode == 0, done.stderr
    assert (job.folder / "made").read_text().splitlines()[:2] == ["-m", "venv"]
    installed = (job.folder / "installed").read_text().splitlines()
    assert installed[-3:] == ["--extra-index-url=$(x) -y", "--", hostile["RLPREP_INSTALL"]]


def test_an_action_that_is_not_told_what_to_install_says_so_and_installs_nothing(job: Job):
    done = job.run(0, RLPREP_INSTALL="", RLPREP_INDEX="")
    assert done.returncode == 2
    assert done.stdout.startswith("::error::the action's input 'install'")
    assert list((job.temp / "rlprep").rglob("*")) == [job.temp / "rlprep" / "bin"]


def test_the_action_grades_annotates_and_sums_up(job: Job):
    shutil.copy(SOLUTION, job.work / "mine.py")
    (job.work / "theirs.py").write_text(
        '"""::error::forged"""\nraise RuntimeError("\\n::error::x")\n'
    )
    done = job.grade(RLPREP_EXERCISES="entropy,\n gae", RLPREP_FAIL_UNDER="80", RLPREP_KEY=KEY)
    assert done.returncode == 1, done.stderr
    assert job.files["GITHUB_OUTPUT"].read_text() == "before\npoints=10\nmax-points=20\n"
    summary = job.files["GITHUB_STEP_SUMMARY"].read_text()
    assert summary.startswith("before\n## Result: 10 of 20 points\n")
    token, *printed = done.stdout.splitlines()
    assert token.startswith("::stop-commands::")
    end = printed.index(f"::{token.rsplit('::', 1)[1]}::")
    assert printed[end + 1 :] == [
        "::error file=mine.py,title=gae%3A 0 of 10 points::no file defines gae"
    ]
    assert not [path for path in job.temp.iterdir() if path.name != "rlprep"]


def test_a_hostile_input_is_an_argument_and_a_misuse_is_no_mark(job: Job):
    done = job.grade(RLPREP_EXERCISES="$(touch pwned) --json `id`", RLPREP_PATH="--help")
    assert done.returncode == 2
    assert "$(touch" in done.stderr
    assert list(job.work.iterdir()) == []
    assert job.files["GITHUB_OUTPUT"].read_text() == "before\n"


def test_the_workflow_and_the_job_are_well_formed(call, tmp_path):
    arguments = ["--exercise", "gae", "--exercise", "entropy", "--install", ADDRESS]
    done = call("ci", "github", *arguments)
    assert done.returncode == 0, done.stderr
    action, workflow = map(Path, done.stdout.splitlines())
    assert (tmp_path / action).read_bytes() == ACTION.read_bytes()
    data = yaml.safe_load((tmp_path / workflow).read_text("utf-8"))
    jsonschema.Draft202012Validator(schema("github-workflow")).validate(data)
    uses = data["jobs"]["grade"]["steps"][1]
    assert (tmp_path / uses["uses"] / "action.yml").exists()
    inputs = yaml.safe_load(ACTION.read_text("utf-8"))["inputs"]
    assert set(uses["with"]) <= set(inputs)
    assert uses["with"]["exercises"] == "gae entropy"
    assert uses["with"]["install"] == f"rlprep[grade] @ {ADDRESS}"
    printed = call("ci", "gitlab", "--exercise", "gae", "--install", ADDRESS).stdout
    job = yaml.safe_load(printed)["grade"]
    assert job["artifacts"]["reports"] == {"junit": "rlprep.xml"}
    assert "ci grade . --exercise gae --fail-under 100" in job["script"][2]
    for text in (printed, (tmp_path / workflow).read_text()):
        assert f"# It installs rlprep from {ADDRESS}.\n" in text
    assert call("ci", "github", *arguments).returncode == 0


def test_a_wheel_lies_where_the_written_files_look_for_it(call, tmp_path):
    made = tmp_path / "dist" / "rlprep-1.2.3-py3-none-any.whl"
    made.parent.mkdir()
    made.write_bytes(b"a wheel")
    arguments = ["--exercise", "gae", "--install", str(made)]
    action, workflow, wheel = call("ci", "github", *arguments).stdout.splitlines()
    uses = yaml.safe_load((tmp_path / workflow).read_text())["jobs"]["grade"]["steps"][1]
    assert uses["with"]["install"] == f"./{wheel}[grade]"
    assert Path(wheel).parent == Path(action).parent
    assert (tmp_path / wheel).read_bytes() == b"a wheel"
    written = call("ci", "gitlab", *arguments, "--to", ".gitlab-ci.yml").stdout.splitlines()
    assert written == [".gitlab-ci.yml", made.name]
    script = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["grade"]["script"]
    assert shlex.split(script[1])[-2:] == ["--", f"./{made.name}[grade]"]
    assert (tmp_path / made.name).read_bytes() == b"a wheel"
    assert "--to .gitlab-ci.yml" in call("ci", "gitlab", *arguments).stderr
    (tmp_path / made.name).write_bytes(b"another")
    done = call("ci", "gitlab", *arguments, "--to", ".gitlab-ci.yml")
    assert (done.returncode, made.name in done.stderr) == (2, True)


def test_the_job_gives_pip_one_argument(call, job: Job):
    limits = "rlprep >= 0.1, <2"
    printed = call(
        "ci", "gitlab", "--exercise", "gae", "--install", limits, "--index", INDEX
    ).stdout
    script = yaml.safe_load(printed)["grade"]["script"][1]
    bin_ = job.work / ".rlprep" / "bin"
    bin_.mkdir(parents=True)
    job.program(bin_ / "python", 'printf "%s\\n" "$@" >made')
    subprocess.run(["sh", "-c", script], cwd=job.work, check=True)
    assert sorted(path.name for path in job.work.iterdir()) == [".rlprep", "made"]
    assert (job.work / "made").read_text().splitlines() == [
        "-m", "pip", "install", "--quiet", "--extra-index-url", INDEX, "--",
        "rlprep[grade]>=0.1,<2",
    ]  # fmt: skip


def test_nothing_is_written_over(call, tmp_path):
    (tmp_path / ".gitlab-ci.yml").write_text("mine")
    arguments = ["--exercise", "gae", "--install", ADDRESS, "--to", ".gitlab-ci.yml"]
    done = call("ci", "gitlab", *arguments)
    assert done.returncode == 2
    assert ".gitlab-ci.yml is there already" in done.stderr
    assert (tmp_path / ".gitlab-ci.yml").read_text() == "mine"


def test_a_bare_name_is_installed_with_a_warning(call):
    done = call("ci", "gitlab", "--exercise", "gae")
    assert done.returncode == 0
    assert f"-- 'rlprep[grade]=={__version__}'" in done.stdout
    assert "which your package index must have" in done.stderr


ZIP, JOB, HUB = (
    [service, "--exercise", "gae", "--install"] for service in ("gradescope", "gitlab", "github")
)
MISUSE = {
    "an unknown exercise": (["grade", ".", "--exercise", "gea"], "did you mean 'gae'?"),
    "an unknown format": (["grade", ".", "--exercise", "gae", "--report", "jnit=x"], "'junit'?"),
    "no path": (["grade", ".", "--exercise", "gae", "--report", "junit"], "FORMAT=PATH"),
    "two to stdout": (
        ["grade", ".", "--exercise", "gae", "--report", "json=-", "--report", "junit=-"],
        "can't both go to -",
    ),
    "a student without a key": (["grade", ".", "--exercise", "gae", "--student", "a"], "--key"),
    "a key where files can be read": (
        [*ZIP, ADDRESS, "--to", "a.zip", "--key", "short", "--sandbox", "off"],
        "--key needs --sandbox strict",
    ),
    "a wheel of another": (
        [*ZIP, "torch-1.whl", "--to", "a.zip"],
        "no wheel or sdist of rlprep",
    ),
    "a zip that is a folder": ([*ZIP, ADDRESS, "--to", "."], "is a folder"),
    "a job into nowhere": ([*JOB, ADDRESS, "--to", "no/x.yml"], "no folder for"),
    "an index that is two lines": (
        [*ZIP, ADDRESS, "--to", "a.zip", "--index", "https://a\n--pre"],
        "--index can't be",
    ),
    "Classroom 50 elsewhere": (
        ["grade", "short", "--exercise", "gae", "--report", "classroom50=r.json"],
        "CLASSROOM, ASSIGNMENT",
    ),
    "a folder that isn't there": ([*HUB, ADDRESS, "--to", "no"], "no folder no"),
}


@pytest.mark.parametrize(("arguments", "words"), MISUSE.values(), ids=MISUSE)
def test_misuse(tmp_path, monkeypatch, arguments, words):
    (tmp_path / "short").write_text("short")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MisuseError, match=re.escape(words)):
        app(["ci", *arguments], standalone_mode=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["short"]


UNREADABLE = {
    "no such place": (["grade", "nowhere", "--exercise", "gae"], "there is no nowhere"),
    "a short key": (["grade", ".", "--exercise", "gae", "--key", "short"], "no class key"),
}


@pytest.mark.parametrize(("arguments", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read(tmp_path, monkeypatch, arguments, words):
    (tmp_path / "short").write_text("short")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LearnerError, match=re.escape(words)):
        app(["ci", *arguments], standalone_mode=False)


def test_the_same_student_meets_the_same_cases(key):
    from rlprep.classroom.key import read_key
    from rlprep.cli import ci_grade
    from rlprep.cli.options import SandboxChoice

    wanted = ci_grade.assignment(["gae"], key, "ann", SandboxChoice.STRICT)
    assert ci_grade._seed(wanted) == read_key(key).seed("ann")
    assert ci_grade._seed(ci_grade.assignment(["gae"], None, None, SandboxChoice.STRICT)) >= 0
