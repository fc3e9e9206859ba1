"""A recorded mark, made again: the same, or what isn't as it was."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from rlprep.bank.load import Bank
from rlprep.classroom.journal import Journal, open_journal
from rlprep.classroom.key import Key
from rlprep.classroom.marking import Marked, Task, mark
from rlprep.classroom.plan import settings_of
from rlprep.classroom.provenance import grader_version
from rlprep.classroom.record import Entry, State
from rlprep.classroom.replay import find, replay
from rlprep.errors import MisuseError, RlprepError
from rlprep.sandbox.client import Sandbox
from tests.classroom.generated import EXERCISES

KEY = Key(b"k" * 32)
SOURCE = (EXERCISES / "mistakes" / "importance_ratio" / "clipped.py").read_bytes()


@pytest.fixture
def journal(tmp_path: Path, bank: Bank, sandbox: Sandbox):
    sha256 = hashlib.sha256(SOURCE).hexdigest()
    ada = Entry("ada", "", "ada.py", sha256, KEY.seed("ada"), State.PENDING)
    eve = Entry("eve", "", "eve.py", "", KEY.seed("eve"), State.UNREADABLE, problem="a link")
    with open_journal(tmp_path / "j", writes=True) as opened:
        opened.settle(settings_of(bank, "hw", KEY, ["importance_ratio"]))
        opened.keep_source(sha256, SOURCE)
        opened.call_roll([ada, eve])
        marked = mark(Task(SOURCE, ada.seed, ("importance_ratio",)), bank, sandbox)
        opened.record(ada, marked.results, marked.environment, 1)
        yield opened


def test_a_mark_is_the_same_though_the_file_is_gone(journal: Journal, tmp_path, bank, sandbox):
    entry = find(journal, "ada")
    again = replay(journal, entry, bank, sandbox, tmp_path / "ada.py")
    assert again.is_same
    (result,) = again.again
    assert result.points == 0
    assert result.diagnosis is not None
    assert result.diagnosis.id == "clipped"
    assert again.changed == (
        "the file isn't there as it was (there is no such file): marked is the journal's copy",
    )
    (tmp_path / "ada.py").write_bytes(SOURCE)
    assert replay(journal, entry, bank, sandbox, tmp_path / "ada.py").changed == ()


def test_another_mark_is_another_and_changed_content_is_said(journal, tmp_path, bank, sandbox):
    settings = replace(journal.settings(), content="old")
    entry = find(journal, "ada")
    (recorded,) = entry.results
    forged = replace(entry, results=(replace(recorded, points=10),))
    (tmp_path / "ada.py").write_bytes(SOURCE + b"# and more")
    journal.settle(settings)
    again = replay(journal, forged, bank, sandbox, tmp_path / "ada.py")
    assert not again.is_same
    assert again.changed[0].startswith("the file has changed since")
    assert again.changed[1].startswith("the exercises' content was old and is ")


def test_another_grader_is_said(journal, tmp_path, bank, sandbox):
    journal.settle(replace(journal.settings(), grader="rlprep 0.0"))
    (tmp_path / "ada.py").write_bytes(SOURCE)
    again = replay(journal, find(journal, "ada"), bank, sandbox, tmp_path / "ada.py")
    assert again.changed == (f"the grader was rlprep 0.0 and is {grader_version()}",)


def test_a_failure_of_ours_is_no_replay(journal, tmp_path, bank, sandbox, monkeypatch):
    failed = Marked((), {}, "our fault: a pipe broke")
    monkeypatch.setattr("rlprep.classroom.replay.mark", lambda *_: failed)
    with pytest.raises(RlprepError, match="our fault: a pipe broke"):
        replay(journal, find(journal, "ada"), bank, sandbox, tmp_path / "ada.py")


@pytest.mark.parametrize("name", ["ada", "ada.py", "hw/ada.py", "/x/hw/ada.py", "ada/gae.py"])
def test_a_submission_is_found_by_student_or_file(journal, name):
    assert find(journal, name).student == "ada"


def test_what_has_no_mark_cant_be_replayed(journal):
    with pytest.raises(MisuseError, match="has no mark, it is unreadable: a link"):
        find(journal, "eve")
    with pytest.raises(MisuseError, match="no submission 'nobody'"):
        find(journal, "nobody")
