"""One run: who handed in what, what was asked, and when a journal is refused."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rlprep.bank.load import Bank
from rlprep.classroom.folder import read_folder
from rlprep.classroom.journal import Journal, Settings, open_journal
from rlprep.classroom.key import Key
from rlprep.classroom.plan import asked_of, call_roll, continued, settings_of
from rlprep.classroom.record import Entry, State
from rlprep.errors import LearnerError, MisuseError
from rlprep.grader.submission import MAX_BYTES

KEY = Key(b"k" * 32)
NOW = Settings("hw", "print", ("entropy", "gae"), 20, "content", "grader")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "hw"
    path.mkdir()
    (path / "ada.py").write_text("def gae(a, b, c, d, e, f, g):\n    return a\n")
    return path


def call(folder: Path, roster: dict[str, str] | None = None) -> dict[str, Entry]:
    with open_journal(folder.with_suffix(".journal"), writes=True) as journal:
        entries = list(call_roll(read_folder(folder), roster, KEY, journal))
        journal.call_roll(entries)
        for each in entries:
            if each.sha256:
                assert hashlib.sha256(journal.source(each.sha256)).hexdigest() == each.sha256
        return {each.student: each for each in entries}


def test_everybody_has_a_state_and_a_reason(folder):
    (folder / "link.py").symlink_to(folder / "ada.py")
    os.mkfifo(folder / "pipe.py")
    (folder / "folder.py").mkdir()
    (folder / "huge.py").write_bytes(b"#" * (MAX_BYTES + 1))
    (folder / "empty.py").write_bytes(b"")
    (folder / "wide.py").write_text("x = 1", "utf-16")
    found = call(folder)
    assert {student: (str(e.state), e.problem) for student, e in found.items()} == {
        "ada": ("pending", ""),
        "empty": ("pending", ""),  # a mark of 0, as is every file that can be read
        "wide": ("pending", ""),
        "folder": ("unreadable", "not a file but a folder; give the path of a .py file"),
        "huge": ("unreadable", "too large: 262,145 bytes, at most 262,144 are graded"),
        "link": ("unreadable", "a symbolic link; give the file that it points to"),
        "pipe": ("unreadable", "not a file but a pipe; give the path of a .py file"),
    }


def test_who_handed_in_several_files_is_for_a_person_to_look_at(folder):
    (folder / "ada.PY").write_text("x = 1\n")
    ada = call(folder)["ada"]
    assert (ada.state, ada.sha256) == (State.UNREADABLE, "")
    assert ada.problem == "2 files for one student: ada.PY, ada.py"


def test_a_platforms_download_goes_under_the_rosters_names(tmp_path):
    folder = tmp_path / "canvas"
    folder.mkdir()
    for name in ("lovelaceada_1_7_gae.py", "hopper_2_8_gae.py"):
        (folder / name).write_text("x = 1\n")
    found = call(folder, {"al": "Ada Lovelace", "3": "Eve"})
    assert {each.student: (each.name, str(each.state)) for each in found.values()} == {
        "al": ("Ada Lovelace", "pending"),
        "2": ("hopper", "pending"),
        "3": ("Eve", "missing"),
    }
    assert found["al"].seed == KEY.seed("al")


def test_a_file_that_vanishes_while_the_roll_is_called(folder):
    read = read_folder(folder)
    (folder / "ada.py").unlink()
    with open_journal(folder.with_suffix(".journal"), writes=True) as journal:
        (ada,) = call_roll(read, None, KEY, journal)
    assert (ada.state, ada.problem) == (State.UNREADABLE, "there is no such file")


def test_the_roster_says_who_is_missing_and_who_is_called_what(folder):
    found = call(folder, {"ada": "Ada L.", "bob": "Bob"})
    assert (found["ada"].name, found["ada"].state) == ("Ada L.", State.PENDING)
    assert (found["bob"].name, found["bob"].state) == ("Bob", State.MISSING)
    assert found["bob"].points is None


def test_who_was_there_before_doesnt_vanish(folder):
    call(folder)
    (folder / "ada.py").rename(folder / "bob.py")
    found = call(folder)
    assert found["ada"].state is State.MISSING
    assert "was there in an earlier run" in found["ada"].problem
    assert found["bob"].state is State.PENDING


def test_seeds_are_the_students(folder):
    (folder / "bob.py").write_bytes((folder / "ada.py").read_bytes())
    found = call(folder)
    assert found["ada"].sha256 == found["bob"].sha256
    assert found["ada"].seed == KEY.seed("ada") != found["bob"].seed
    (folder / "ada.py").write_text("def gae(): pass")
    assert call(folder)["ada"].seed == found["ada"].seed


def test_what_was_asked_is_what_anybody_defines(bank: Bank):
    sources = [
        b"def gae(a, b, c, d, e, f, g): return a\n",
        b"def gae(a, b, c, d, e, f, g): return a\ndef entropy(x): return x\n",
        b"def broken(:\n",
        b"# gae\n",
    ]
    asked = asked_of(bank, sources)
    assert asked.exercises == ("entropy", "gae")
    assert asked.defined_by == {"gae": 2, "entropy": 1}
    with pytest.raises(LearnerError, match="no file defines the function of any exercise"):
        asked_of(bank, sources[2:])


def test_settings_say_what_the_marks_depend_on(bank: Bank):
    settings = settings_of(bank, "hw", KEY, ["gae", "entropy", "gae"])
    assert settings.exercises == ("gae", "entropy")
    assert settings.max_points == 20
    assert settings.key == KEY.fingerprint
    assert settings.content != settings_of(bank, "hw", KEY, ["gae"]).content
    with pytest.raises(MisuseError, match="there is no exercise 'gea'"):
        settings_of(bank, "hw", KEY, ["gea"])


OTHERS = {
    "exercises": (replace(NOW, exercises=("gae",)), "other exercises: entropy, gae; now it is gae"),
    "content": (replace(NOW, content="new"), "other content: content; now it is new"),
    "grader": (replace(NOW, grader="0.2"), "other grader: grader; now it is 0.2"),
}


@pytest.mark.parametrize(("now", "words"), OTHERS.values(), ids=OTHERS)
def test_marks_made_otherwise_are_never_mixed(now, words):
    with pytest.raises(MisuseError, match=words) as caught:
        continued(NOW, now, regrade=False)
    assert "--regrade" in str(caught.value)
    assert continued(NOW, now, regrade=True) == replace(now, round=1)


def test_another_classes_journal_is_refused_even_for_a_regrade():
    for regrade in (False, True):
        with pytest.raises(MisuseError, match="belongs to another class: to 'hw'"):
            continued(NOW, replace(NOW, key="other"), regrade=regrade)


def test_an_unchanged_run_goes_on_in_its_round():
    assert continued(replace(NOW, round=3), NOW, regrade=False).round == 3


def test_a_new_journal_has_no_settings(tmp_path):
    with open_journal(tmp_path / "j", writes=True) as journal:
        assert isinstance(journal, Journal)
        assert journal.settings() is None
