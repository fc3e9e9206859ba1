"""`rlprep class` as it is called: one class from nothing to reports, and every refusal."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rlprep.bank.load import load_bank
from rlprep.classroom.journal import open_journal
from rlprep.classroom.key import read_key
from tests.json_schemas import fits

ROOT = Path(__file__).parent.parent.parent
SOLUTIONS = ROOT / "solutions" / "exercises"
# Two that say what they were given in every way that somebody might read.
TELLS = """
def told(logits):
    letters = (chr(97 + int(abs(v) * 7) % 26) for v in logits.flatten().tolist())
    return "smuggled" + "".join(letters)[:40]


def entropy(logits):
    print(told(logits))
"""
LEAK = TELLS + "    raise type(told(logits), (Exception,), {})(told(logits))\n"
ODD = TELLS + "    return type(told(logits), (), {})()\n"
ROSTER = "student,name\nada,Ada Canary-Lovelace\nbob,Bob\nzoe,Zoe Missing\n"


def rlprep(*arguments: object, cwd: Path = ROOT, **changes: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "80"}
    environment.pop("CI", None)
    return subprocess.run(
        [sys.executable, "-m", "rlprep", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env=environment | changes,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A class with all that a class has."""
    folder: Path = tmp_path_factory.mktemp("class") / "hw1"
    folder.mkdir()
    right = (SOLUTIONS / "entropy_torch.py").read_bytes()
    (folder / "ada.py").write_bytes(right)
    (folder / "=cmd().py").write_bytes(right)
    (folder / "new\nline \u202e.py").write_bytes(b"def entropy(:\n")
    (folder / "bob.py").write_bytes((SOLUTIONS / "mistakes" / "entropy" / "bits.py").read_bytes())
    (folder / "leak.py").write_text(LEAK)
    (folder / "odd.py").write_text(ODD)
    (folder / "link.py").symlink_to("/etc/passwd")
    (folder / "README.md").write_text("not a submission")
    (folder.parent / "roster.csv").write_text(ROSTER)
    return folder


@pytest.fixture(scope="module")
def graded(place: Path) -> subprocess.CompletedProcess:
    return rlprep("class", "grade", place, "--roster", place.parent / "roster.csv", "--jobs", 1)


def test_a_class_at_a_glance(graded, place):
    assert graded.returncode == 3, graded.stderr
    assert "6 graded, 1 missing, 1 unreadable" in graded.stdout
    assert re.search(r"^ada  Ada Canary-Lovelace +10 +entropy 10/10 *$", graded.stdout, re.M)
    assert re.search(r"^bob  Bob +0 +entropy 0/10 bits *$", graded.stdout, re.M)
    assert re.search(r"^link +- +unreadable: a symbolic link", graded.stdout, re.M)
    assert re.search(r"^zoe  Zoe Missing +- +missing", graded.stdout, re.M)
    assert "   1 entropy: entropy in bits" in graded.stdout
    assert max(map(len, graded.stdout.splitlines())) <= 80
    assert "\u202e" not in graded.stdout + graded.stderr


def test_what_it_did_and_took_is_said_on_stderr_and_no_progress_in_a_pipe(graded, place):
    said = graded.stderr.splitlines()
    assert "7 submissions, one file a student" in said
    assert "ignored, for they are no student's file: README.md" in said
    assert f"the class's key is new: {place}.key; keep it, and keep it from students" in said
    assert "exercises, with how many files define each: entropy (5)" in said
    assert "warning: not on the roster: =cmd(), leak, link, new\ufffdline \ufffd, odd" in said
    assert "a second" not in graded.stderr


def test_a_download_is_known_as_one_and_what_was_left_out_is_said(tmp_path):
    folder = tmp_path / "hw"
    for name in ("ada_1_2_gae.py", "bob_2_3_gae.py", "bob_2_4_gae-1.py"):
        (folder / name).mkdir(parents=True)  # nothing to grade in, and so nothing to wait for
    (folder / "grades.csv").touch()
    done = rlprep("class", "grade", folder, "--exercise", "gae")
    assert done.returncode == 3
    assert done.stderr.splitlines()[:3] == [
        "2 submissions, named by Canvas",
        "ignored, for they are no student's submission: grades.csv",
        "2 handed in again: bob_2_4_gae-1.py counts, not bob_2_3_gae.py",
    ]
    assert re.search(r"^1  ada +- +unreadable: not a file but a folder", done.stdout, re.M)
    done = rlprep("class", "grade", folder, "--exercise", "gae", "--layout", "files")
    assert done.stderr.startswith("3 submissions, one file a student\n")


def test_journal_and_key_lie_beside_the_class_and_are_for_its_owner(graded, place):
    for suffix in ("key", "journal", "journal-lock"):
        file = place.with_name(f"hw1.{suffix}")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hw1.key" not in {each.name for each in place.iterdir()}


def test_a_second_run_has_nothing_to_do_and_says_the_same(graded, place):
    again = rlprep("class", "grade", place, "--roster", place.parent / "roster.csv")
    assert again.returncode == 3
    assert again.stdout == graded.stdout
    assert marks(place) == 6


def test_status_and_json_have_everybody(graded, place):
    status = rlprep("class", "status", "--journal", f"{place}.journal")
    assert status.returncode == 0
    assert "=cmd()" in status.stdout
    data = json.loads(rlprep("class", "status", place, "--json").stdout)
    fits(data, "class")
    assert (data["title"], data["exercises"], data["max_points"]) == ("hw1", ["entropy"], 10)
    points = {each["student"]: each["points"] for each in data["entries"]}
    assert points["ada"] == points["=cmd()"] == 10
    assert points["leak"] == points["odd"] == 0
    assert points["link"] is None
    assert points["zoe"] is None


def test_a_mark_is_made_again_from_the_journal(graded, place):
    done = rlprep("class", "replay", place / "bob.py", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    fits(data, "replay")
    assert (data["student"], data["is_same"], data["changed"]) == ("bob", True, [])
    assert [each["points"] for each in data["again"]] == [0]


def test_replays_that_cant_be(graded, place):
    nobody = rlprep("class", "replay", "nobody", place)
    assert nobody.returncode == 2
    assert "no submission 'nobody'" in nobody.stderr
    link = rlprep("class", "replay", "link", place)
    assert link.returncode == 2
    assert "'link' has no mark, it is unreadable" in link.stderr
    nowhere = rlprep("class", "replay", "/nowhere/ada.py")
    assert nowhere.returncode == 2
    assert "no journal is known" in nowhere.stderr


def test_no_students_report_holds_a_secret(graded, place, tmp_path):
    """Planted: the key, seeds, hashes, names of others, and what the hidden cases held."""
    kinds = ("student-html", "student-json", "student-markdown", "student-junit", "gradescope")
    wanted = [word for kind in kinds for word in ("--report", f"{kind}={tmp_path / kind}")]
    done = rlprep("class", "report", place, *wanted)
    assert done.returncode == 0, done.stderr
    with open_journal(Path(f"{place}.journal"), writes=False) as journal:
        entries = list(journal.entries())
        settings, key = journal.settings(), read_key(Path(f"{place}.key"))
    assert settings is not None
    secrets = {settings.key, key.fingerprint, key.secret.decode()}
    secrets |= {str(e.seed) for e in entries} | {e.sha256 for e in entries if e.sha256}
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) >= 4 * len(entries)
    for file in files:
        text = file.read_text("utf-8")
        assert not [each for each in secrets if each in text], file
        for told in public():
            text = text.replace(told, "")
        assert "smuggled" not in text, file
        named = [each for each in OTHERS if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)]
        strangers = [each for each in named if each not in known(file)]
        assert not strangers, file


OTHERS = ("ada", "bob", "leak", "odd", "zoe", "cmd()", "Canary-Lovelace", "Zoe Missing")


def known(file: Path) -> tuple[str, ...]:
    """Return what the file of a student may hold of all students' names."""
    own = {"ada": ("ada", "Canary-Lovelace"), "zoe": ("zoe", "Zoe Missing")}
    return own.get(file.stem, ("cmd()",) if "cmd" in file.stem else (file.stem,))


def public() -> list[str]:
    """Return what the leak says of the public examples."""
    said = []
    for example in load_bank().exercise("entropy").examples:
        values = np.asarray(example.arguments["logits"], dtype=float).flatten().tolist()
        said.append("smuggled" + "".join(chr(97 + int(abs(v) * 7) % 26) for v in values)[:40])
    return sorted(said, key=len, reverse=True)


def test_staff_reports_are_written_and_the_gradebook_filled(graded, place, tmp_path):
    csv, page = tmp_path / "marks.csv", tmp_path / "overview"
    done = rlprep("class", "report", place, "--report", f"csv={csv}", "--report", f"html={page}")
    assert done.returncode == 0, done.stderr
    assert "Canary-Lovelace" in csv.read_text()
    assert (page / "class.html").is_file()
    export = tmp_path / "grades.csv"
    export.write_text("Student,ID,SIS Login ID,Section,HW (7)\nAda,1,ada,A,\nBob,2,bob,A,3\n")
    to = tmp_path / "filled.csv"
    done = rlprep("class", "gradebook", export, place, "--column", "HW", "--to", to)
    assert done.returncode == 0, done.stderr
    assert to.read_text().splitlines()[1:] == ["Ada,1,ada,A,10", "Bob,2,bob,A,0"]
    assert "not in the gradebook: leak" in done.stderr


def marks(place: Path) -> int:
    from tests.classroom.processes import marks as count

    return count(Path(f"{place}.journal"))


REFUSED = {
    "other exercises": (["--exercise", "gae"], 2, "other exercises: entropy; now it is gae"),
    "another key": (["--key", "other.key"], 2, "the journal belongs to another class: to 'hw1'"),
    "a lost key": (["--key", "lost.key"], 3, "the class's key is gone"),
    "no scheduler": (["--regrade", "--scheduler", "nonsense://"], 4, "can't be reached"),
}


@pytest.mark.parametrize(("options", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_change_nothing(graded, place, tmp_path, options, code, words):
    journal = tmp_path / "j"
    shutil.copy(f"{place}.journal", journal)
    (tmp_path / "other.key").write_text("k" * 32)
    done = rlprep(
        "class", "grade", place, "--journal", journal, *options,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert marks(place) == 6
    with open_journal(journal, writes=False) as opened:
        known = [each for each in opened.entries() if each.student == "ada"]
    assert len(known) == 1


def test_an_empty_folder_and_none(tmp_path):
    (tmp_path / "hw").mkdir()
    empty = rlprep("class", "grade", tmp_path / "hw")
    assert empty.returncode == 3
    assert "nothing to grade: no .py file in it" in empty.stderr
    nowhere = rlprep("class", "grade", tmp_path / "nowhere")
    assert nowhere.returncode == 3
    assert "not a class's folder" in nowhere.stderr
    assert rlprep("class", "status", tmp_path / "hw").returncode == 2
    assert [each.name for each in tmp_path.iterdir()] == ["hw"]


def test_without_dask_one_line_says_what_to_install(place, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'distributed' else real(name, *a)\n"
    )
    done = rlprep(
        "class", "grade", place, "--scheduler", "tcp://127.0.0.1:9", "--journal", tmp_path / "j",
        PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}",
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'rlprep[cluster]'" in done.stderr


def test_help_loads_nothing_heavy():
    probe = (
        "import sys; sys.argv = ['rlprep', 'class', 'grade', '--help']\n"
        "from rlprep.cli import main\n"
        "try: main()\n"
        "finally: print('LOADED', *sorted({'torch', 'numpy', 'distributed', 'sqlite3', 'yaml'}"
        " & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "LOADED"
