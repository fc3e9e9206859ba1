"""An instructor's own pack where submissions are graded: in CI, in a zip, in a class."""

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from rlprep.bank.load import load_bank
from rlprep.classroom import cluster
from rlprep.classroom.journal import Settings, open_journal
from rlprep.classroom.marking import MismatchError
from rlprep.classroom.plan import check_known
from rlprep.cli.ci_grade import _handed_in
from rlprep.cli.class_grade import Wish, survey
from rlprep.errors import AuthorError, MisuseError
from rlprep.sandbox.case import Mode
from tests.conftest import ROOT, Run

MINE = ["--exercise", "mine", "--install", "rlprep==1"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack in a repository: the practice pack's softmax under another id."""
    folder = tmp_path / "course" / "my pack"
    for kind in ("questions", "solutions"):
        source = ROOT / kind / "practice" / "exercises"
        for file in (*source.glob("softmax*.*"), *source.rglob("softmax/*.py")):
            copy = folder / kind / str(file.relative_to(source)).replace("softmax", "mine", 1)
            copy.parent.mkdir(parents=True, exist_ok=True)
            named = r"(?<=^id: )softmax$" if file.suffix == ".yaml" else r"(?<![.\w])softmax(?=\()"
            text = re.sub(named, "mine", file.read_text("utf-8"), flags=re.MULTILINE)
            copy.write_text(text, "utf-8")
    (folder / "questions" / "pack.yaml").write_text(
        "kind: pack\nid: small\ntitle: Softmax\ndescription: An exercise.\n"
    )
    (folder / "notes.txt").write_text("private")
    (folder / "solutions" / ".git").write_text("not content")
    return folder


def model(pack: Path) -> Path:
    return next((pack / "solutions").glob("mine*.py"))


def test_a_pack_of_the_repository_is_named_as_the_job_finds_it(call: Run, pack: Path):
    arguments = [*MINE, "--pack", str(pack), "--to"]
    done = call("ci", "github", *arguments, "course")
    assert done.returncode == 0, done.stderr
    workflow = yaml.safe_load(Path(done.stdout.splitlines()[1]).read_text("utf-8"))
    assert workflow["jobs"]["grade"]["steps"][1]["with"]["packs"] == "my pack"
    done = call("ci", "gitlab", *arguments, "course/.gitlab-ci.yml")
    job = yaml.safe_load(Path(done.stdout.strip()).read_text("utf-8"))["grade"]
    assert " '--pack=my pack' --report " in job["script"][2]
    printed = call("ci", "gitlab", *MINE, "--pack", "course/my pack").stdout
    assert " '--pack=course/my pack' " in yaml.safe_load(printed)["grade"]["script"][2]


def test_a_pack_that_the_job_would_not_find_is_refused(call: Run, pack: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    done = call("ci", "github", *MINE, "--pack", str(pack), "--to", "elsewhere")
    assert (done.returncode, "is outside of the repository" in done.stderr) == (2, True)
    odd = pack.with_name("a\n${{ x }}")
    pack.rename(odd)
    done = call("ci", "github", *MINE, "--pack", str(odd), "--to", "course")
    assert (done.returncode, "can't name the pack" in done.stderr) == (2, True)
    assert not (tmp_path / "course" / ".github").exists()


def test_an_unsound_pack_is_content_that_cannot_be_read(call: Run, pack: Path):
    (pack / "questions" / "mine.yaml").write_text("kind: exercise\nid: mine\n")
    done = call("ci", "gitlab", *MINE, "--pack", str(pack))
    assert done.returncode == 3, done
    assert "mine.yaml" in done.stderr
    with pytest.raises(AuthorError):
        survey(_wish(pack, pack))


def test_the_zip_holds_the_packs_content_and_grades_with_it(
    run: Run, call: Run, pack: Path, tmp_path: Path
):
    done = call("ci", "gradescope", *MINE, "--pack", str(pack), "--to", "a.zip")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "autograder"
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        names = {name for name in bundle.namelist() if name.startswith("packs/")}
        bundle.extractall(root / "source")
    modes = {
        info.external_attr >> 16 & 0o777 for info in bundle.infolist() if info.filename in names
    }
    assert modes == {0o600}
    content = {
        f"packs/1/{file.relative_to(pack).as_posix()}"
        for file in pack.rglob("*")
        if file.suffix in (".yaml", ".py", ".md")
    }
    assert names == content
    shutil.rmtree(pack)
    (root / "submission").mkdir()
    source = model(root / "source" / "packs" / "1").read_text("utf-8")
    (root / "submission" / "answer.py").write_text(source)
    done = run("ci", "autograde", str(root))
    assert done.returncode == 0, done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    assert results["score"] == sum(test["max_score"] for test in results["tests"]) > 0


def test_a_packs_own_solutions_are_nobodys_submission(pack: Path):
    course = pack.parent
    (course / "answer.py").write_text("x = 1\n")
    (pack / "beside.py").write_text("x = 1\n")
    found = _handed_in(course, [pack])
    assert found == [course / "answer.py", pack / "beside.py"]
    assert model(pack) in _handed_in(course, [])
    assert _handed_in(model(pack), [pack]) == [model(pack)]


def _wish(folder: Path, *packs: Path) -> Wish:
    return Wish(
        folder=folder, exercises=("mine",), roster=None, layout="auto", key=folder / "key",
        jobs=None, scheduler=None, regrades=False, mode=Mode.OFF, packs=packs,
    )  # fmt: skip


def test_a_class_is_asked_what_a_pack_brings(pack: Path, tmp_path: Path):
    folder = tmp_path / "hw"
    folder.mkdir()
    shutil.copy(model(pack), folder / "ada.py")
    assert survey(_wish(folder, pack)).bank.exercise("mine").points > 0
    with pytest.raises(MisuseError, match="there is no exercise 'mine'"):
        survey(_wish(folder))


def test_what_a_class_was_asked_needs_the_pack_again(pack: Path, tmp_path: Path):
    with open_journal(tmp_path / "hw.journal", writes=True) as journal:
        check_known(load_bank(), journal)
        journal.settle(Settings("hw", "key", ("gae", "mine"), 20, "content", "grader"))
        with pytest.raises(MisuseError, match="nothing here brings: mine") as refused:
            check_known(load_bank(), journal)
        assert "--pack DIR" in str(refused.value)
        check_known(load_bank([pack]), journal)


class Client:
    """A scheduler's client with one worker, which hasn't the pack."""

    status = "closed"

    def wait_for_workers(self, *_: Any, **__: Any) -> None: ...

    def run(self, *_: Any, **__: Any) -> dict[str, object]:
        return {"tcp://there:1": MisuseError("there is no exercise 'mine'")}


def test_a_worker_without_the_pack_is_told_where_it_belongs(pack: Path, monkeypatch):
    with pytest.raises(MisuseError, match="there is no exercise"):
        cluster.whoami(("mine",))
    monkeypatch.setenv("RLPREP_PACK_PATH", str(pack))
    cluster._bank.cache_clear()
    ours = survey(_wish(_class_of(pack), pack)).bank
    assert cluster.whoami(("mine",))[1] == cluster.content_hash(ours, ("mine",))
    cluster._bank.cache_clear()
    coordinator: Any = cluster.Cluster.__new__(cluster.Cluster)
    coordinator._client, coordinator._orders = Client(), cluster.Orders("", Mode.OFF, "", "")
    with pytest.raises(MismatchError, match="there is no exercise") as refused:
        coordinator._greet(("mine",))
    assert "RLPREP_PACK_PATH" in str(refused.value.hint)


def _class_of(pack: Path) -> Path:
    folder = pack.parent / "hw"
    folder.mkdir()
    shutil.copy(model(pack), folder / "ada.py")
    return folder


def test_the_action_names_each_pack(tmp_path: Path):
    action = yaml.safe_load((ROOT / "rlprep/cli/ci_templates/action.yml").read_text("utf-8"))
    script = action["runs"]["steps"][1]["run"]
    loop = script[script.index("while IFS") : script.index("if [[ -n $RLPREP_KEY")]
    done = subprocess.run(
        ["bash", "-euc", f'arguments=()\n{loop}printf "<%s>" "${{arguments[@]}}"'],
        env={"RLPREP_PACKS": "one\n\n$(touch x) two"}, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "<--pack=one><--pack=$(touch x) two>"
    assert list(tmp_path.iterdir()) == []
