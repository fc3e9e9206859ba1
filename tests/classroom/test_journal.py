"""The journal: every mark once, history kept, refusals that change nothing."""

import hashlib
import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from rlprep.classroom import stored
from rlprep.classroom.journal import Journal, JournalError, open_journal
from rlprep.classroom.record import Entry, State
from rlprep.errors import MisuseError, RlprepError
from rlprep.grader.result import Diagnosis, FamilyResult, Shown, SubmissionResult, Verdict
from tests.classroom.conftest import SETTINGS, passed

ADA = Entry("ada", "Ada", "ada.py", "sha-a", 11, State.PENDING)
BOB = Entry("bob", "", "bob.py", "sha-b", 22, State.PENDING)
EVE = Entry("eve", "", "eve.py", "", 33, State.UNREADABLE, problem="a symbolic link")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hw.journal"


def fill(journal: Journal, *entries: Entry) -> None:
    journal.settle(SETTINGS)
    journal.call_roll(entries)


def states(journal: Journal) -> dict[str, str]:
    return {each.student: str(each.state) for each in journal.entries()}


def test_a_mark_outlives_the_process_and_the_next_roll(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA, BOB, EVE)
        journal.record(ADA, [passed()], {"torch": "2"}, 2)
    with open_journal(path, writes=True) as journal:
        journal.call_roll([ADA, BOB, EVE])
        assert states(journal) == {"ada": "graded", "bob": "pending", "eve": "unreadable"}
        ada, _, eve = journal.entries()
        assert (ada.points, ada.attempts, ada.seed, ada.name) == (10, 2, 11, "Ada")
        assert ada.results == (replace(passed(), path="ada.py"),)
        assert eve.problem == "a symbolic link"
        assert journal.environments() == [{"torch": "2"}]


def test_a_second_record_of_the_same_changes_nothing(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        journal.record(ADA, [passed(10)], {}, 1)
        journal.record(ADA, [passed(0)], {}, 1)
        (ada,) = journal.entries()
        assert ada.points == 10
        assert count(path, "marks") == 1


def test_another_version_of_a_file_is_another_mark_and_the_first_one_stays(path):
    again = replace(ADA, sha256="sha-a2")
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        journal.record(ADA, [passed(10)], {}, 1)
        journal.call_roll([again])
        assert states(journal) == {"ada": "pending"}
        journal.record(again, [passed(3)], {}, 1)
        assert [each.points for each in journal.entries()] == [3]
        journal.call_roll([ADA])
        assert [each.points for each in journal.entries()] == [10]


def test_a_regrade_is_another_round(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        journal.record(ADA, [passed(10)], {}, 1)
        journal.settle(replace(SETTINGS, round=1))
        journal.call_roll([ADA])
        assert states(journal) == {"ada": "pending"}
        journal.record(ADA, [passed(7)], {}, 1)
        assert [each.points for each in journal.entries()] == [7]
        assert count(path, "marks") == 2


def test_a_failure_of_ours_is_no_mark_and_is_tried_again(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        journal.fail(ADA, "our fault", 3)
        (ada,) = journal.entries()
        assert (ada.state, ada.points, ada.problem, ada.attempts) == (
            State.FAILED, None, "our fault", 3,
        )  # fmt: skip
        journal.call_roll([ADA])
        assert states(journal) == {"ada": "pending"}


def test_sources_are_kept_once(path):
    source = b"x = 1\n" * 1000
    sha256 = hashlib.sha256(source).hexdigest()
    with open_journal(path, writes=True) as journal:
        journal.keep_source(sha256, source)
        journal.keep_source(sha256, source)
        assert journal.source(sha256) == source
    assert count(path, "sources") == 1


def test_only_its_owner_can_read_it(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_one_writer_and_any_number_of_readers(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        with pytest.raises(MisuseError, match="another 'class grade' is at work"):
            open_journal(path, writes=True).__enter__()
        with open_journal(path, writes=False) as reader:
            assert states(reader) == {"ada": "pending"}
            journal.record(ADA, [passed()], {}, 1)
            assert states(reader) == {"ada": "graded"}
    with open_journal(path, writes=True) as journal:
        assert states(journal) == {"ada": "graded"}


def test_a_reader_makes_nothing(path):
    with pytest.raises(MisuseError, match="there is no such journal"):
        open_journal(path, writes=False).__enter__()
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("writes", [True, False])
def test_files_that_are_no_journal_stay_what_they_are(path, writes):
    path.write_text("my diary\n" * 100)
    before = path.read_bytes()
    with pytest.raises(MisuseError, match="not a class's journal"):
        open_journal(path, writes=writes).__enter__()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_another_programs_database_stays_what_it_is(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE places (name TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(MisuseError, match="not a class's journal"):
        open_journal(path, writes=True).__enter__()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_journal_of_a_newer_version_is_refused_and_stays(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(MisuseError, match="of a newer rlprep"):
        open_journal(path, writes=True).__enter__()
    assert path.read_bytes() == before


def test_a_new_journal_is_empty_and_has_no_settings(path):
    with open_journal(path, writes=True) as journal:
        assert journal.settings() is None
        assert list(journal.entries()) == list(journal.roll()) == journal.environments() == []
        journal.call_roll([ADA])
        assert states(journal) == {"ada": "pending"}


def test_settings_come_back_as_they_were_and_the_last_ones_hold(path):
    with open_journal(path, writes=True) as journal:
        journal.settle(replace(SETTINGS, round=3, exercises=("a", "b")))
        journal.settle(SETTINGS)
        assert journal.settings() == SETTINGS
    with open_journal(path, writes=False) as journal:
        assert journal.settings() == SETTINGS


def test_the_roll_is_the_class_by_student_without_results(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, EVE, BOB, ADA)
        journal.record(BOB, [passed()], {}, 1)
        assert list(journal.roll()) == [
            ADA, replace(BOB, state=State.GRADED, attempts=1), EVE,
        ]  # fmt: skip
        assert [each.student for each in journal.entries()] == ["ada", "bob", "eve"]


def test_what_a_round_was_marked_with_is_told_once_each_in_order(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA, BOB, EVE)
        journal.record(BOB, [passed()], {"torch": "2", "numpy": "1"}, 1)
        journal.record(ADA, [passed()], {"numpy": "1", "torch": "2"}, 1)
        journal.record(EVE, [passed()], {"numpy": "0", "torch": "2"}, 1)
        assert journal.environments() == [
            {"numpy": "0", "torch": "2"}, {"numpy": "1", "torch": "2"},
        ]  # fmt: skip
        journal.settle(replace(SETTINGS, round=1))
        assert journal.environments() == []


def test_the_file_says_what_it_is(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        connection = journal._connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    header = path.read_bytes()[:100]
    assert header[68:72] == b"RLPC"
    assert int.from_bytes(header[60:64]) == 1


def test_once_it_is_closed_nothing_is_left_beside_it_but_the_lock(path):
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
    with pytest.raises(sqlite3.ProgrammingError):
        journal.settings()
    assert sorted(each.name for each in path.parent.iterdir()) == ["hw.journal", "hw.journal-lock"]


@pytest.mark.parametrize("sign", ["application_id = 7", "user_version = 7"])
def test_an_empty_database_that_bears_anothers_sign_stays_what_it_is(path, sign):
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.execute(f"PRAGMA {sign}")
    connection.close()
    before = path.read_bytes()
    assert before
    with pytest.raises(MisuseError, match="not a class's journal"):
        open_journal(path, writes=True).__enter__()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_an_empty_file_is_nothing_to_read_and_may_be_written(path):
    path.touch(0o600)
    with pytest.raises(MisuseError, match="not a class's journal"):
        open_journal(path, writes=False).__enter__()
    assert path.read_bytes() == b""
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)
        assert states(journal) == {"ada": "pending"}


def test_the_lock_is_given_back_where_the_journal_cant_be_made(path):
    path.symlink_to("/nowhere/hw.journal")
    with pytest.raises(RlprepError, match=r"hw\.journal: the journal can't be opened: \[Errno 2\]"):
        open_journal(path, writes=True).__enter__()
    path.unlink()
    with open_journal(path, writes=True) as journal:
        fill(journal, ADA)


def newer(path: Path) -> None:
    with open_journal(path, writes=True):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE places (name TEXT)")
    connection.close()


REFUSALS = {
    "another's text": (
        lambda path: path.write_text("my diary\n" * 100), True,
        "{path}: not a class's journal: file is not a database",
    ),
    "another's database": (
        database, True,
        "{path}: not a class's journal\n  try: name another one",
    ),
    "a newer one": (
        newer, True,
        "{path}: the journal is of a newer rlprep (format 99, this one knows 1)"
        "\n  try: upgrade rlprep; nothing was changed",
    ),
    "nothing to read": (
        lambda path: None, False,
        "{path}: there is no such journal"
        "\n  try: 'rlprep class grade' makes one; name it with --journal",
    ),
    "a folder": (
        lambda path: path.mkdir(), True,
        "{path}: the journal can't be opened: unable to open database file",
    ),
    "a folder where the lock should be": (
        lambda path: Path(f"{path}-lock").mkdir(), True,
        "{path}: the journal can't be made: is a directory"
        "\n  try: name a place for it with --journal",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "writes", "text"), REFUSALS.values(), ids=REFUSALS)
def test_refusals_say_what_where_and_what_to_try(path, make, writes, text):
    make(path)
    with pytest.raises(RlprepError) as caught:
        open_journal(path, writes=writes).__enter__()
    assert str(caught.value) == text.format(path=path)


def test_one_that_cant_be_written_is_told_with_what_to_do(path):
    with open_journal(path, writes=True) as journal:
        journal._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(JournalError) as caught:
            journal.settle(SETTINGS)
    assert str(caught.value) == (
        f"{path}: the journal can't be written: attempt to write a readonly database"
        "\n  try: what is recorded stays; make room, then the same command goes on"
    )


@pytest.mark.parametrize("writes", [True, False])
def test_a_damaged_journal_is_said_wherever_that_is_noticed(path, writes):
    entries = [replace(ADA, student=f"s{n:04}") for n in range(500)]
    with open_journal(path, writes=True) as journal:
        fill(journal, *entries)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    def read() -> None:
        with open_journal(path, writes=writes) as journal:
            list(journal.entries())

    with pytest.raises(JournalError) as caught:
        read()
    assert str(caught.value) == (
        f"{path}: the journal can't be read: database disk image is malformed"
        "\n  try: a copy of it from before may be whole"
    )


def test_a_second_writer_is_told_to_wait(path):
    with open_journal(path, writes=True), pytest.raises(MisuseError) as caught:
        open_journal(path, writes=True).__enter__()
    assert str(caught.value) == (
        f"{path}: another 'class grade' is at work on this journal"
        "\n  try: wait for it, or follow it with 'rlprep class status'"
    )


def test_a_full_disk_is_said_and_what_was_recorded_stays(path):
    entries = [replace(ADA, student=f"s{n:03}", sha256=f"sha{n}") for n in range(300)]
    with open_journal(path, writes=True) as journal:
        fill(journal, *entries)
        journal._connection.execute("PRAGMA max_page_count = 20")
        with pytest.raises(JournalError, match="can't be written: database or disk is full"):
            record_all(journal, entries)
    recorded = count(path, "marks")
    assert 10 < recorded < 300
    with open_journal(path, writes=True) as journal:
        assert list(states(journal).values()).count("graded") == recorded
        journal.record(entries[recorded], [passed()], {}, 1)
        assert list(states(journal).values()).count("graded") == recorded + 1


def test_a_place_that_cant_be_written_is_said(tmp_path):
    with pytest.raises(MisuseError, match="the journal can't be made: no such file"):
        open_journal(tmp_path / "nowhere" / "hw.journal", writes=True).__enter__()


def test_results_come_back_as_they_were():
    shown = Shown("gae(1)", "[1.0]", "\ud800 \x00 \u202e", agrees=False)
    family = FamilyResult("a", 1, 2, Verdict.NON_FINITE, "claim", "reason", shown)
    whole = SubmissionResult(
        "p", "gae", Verdict.WRONG, 1, 2, (family,), Diagnosis("d", "t", "page"), "m", 0.25
    )
    bare = SubmissionResult("", None, Verdict.SYNTAX, 0, 0, message="line 1: no")
    text = stored.to_text([whole, bare])
    assert stored.from_text(text) == (whole, bare)
    assert text.isascii()


def record_all(journal: Journal, entries: list[Entry]) -> None:
    for entry in entries:
        journal.record(entry, [passed()], {}, 1)


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(f"file:{os.fspath(path)}?mode=ro", uri=True)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()
