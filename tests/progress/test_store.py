"""The store: what is kept, and what happens to a file that is old, new, damaged or read-only."""

import os
import resource
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from rlprep.progress import database
from rlprep.progress.attempt import Attempt
from rlprep.progress.database import StoreError
from rlprep.progress.keeper import Keeper
from rlprep.progress.migrations import STEPS
from rlprep.progress.store import Store
from tests.progress.conftest import MONDAY, Told, attempt

HOSTILE = "λ, a lone surrogate \udc80, \x00\x1b[31m, 'quotes\"; DROP TABLE attempts; --\r\n\u2028"


def test_attempts_come_back_in_order_as_they_were(store: Store):
    later, first = attempt("ppo", day=1), attempt("gae", text=HOSTILE, marks={"delta": "made"})
    tied = attempt("trpo", day=1)
    store.add([later, first])
    store.add([tied])
    assert store.attempts() == [first, later, tied]


def test_nothing_is_made_by_reading(store: Store):
    assert store.attempts() == []
    assert store.setting("interview_date") is None
    assert not store.path.parent.exists()


def test_an_attempt_that_is_known_is_passed_over_and_another_of_its_id_is_named(store: Store):
    one = attempt()
    assert store.add([one]).new == 1
    again = store.add([one, attempt("ppo")])
    assert (again.new, again.known, again.clashes) == (1, 1, ())
    other = Attempt("question", "trpo", MONDAY, 0.0, id=one.id)
    assert store.add([other]).clashes == (one.id,)
    assert one in store.attempts()
    assert other not in store.attempts()


def test_a_batch_comes_in_whole_or_not_at_all(store: Store):
    impossible = Attempt("question", "ppo", MONDAY, 1.5)
    with pytest.raises(StoreError, match="constraint failed"):
        store.add([attempt(), impossible])
    assert store.attempts() == []


@pytest.mark.parametrize("change", ["UPDATE attempts SET share = 1", "DELETE FROM attempts"])
def test_what_was_kept_cannot_be_changed(store: Store, change: str):
    store.add([attempt(share=0.5)])
    with (
        closing(sqlite3.connect(store.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        connection.execute(change)
    assert [each.share for each in store.attempts()] == [0.5]


def test_settings_are_remembered_and_forgotten(store: Store):
    store.remember("interview_date", "2026-03-09")
    store.remember("interview_date", "2026-03-10")
    assert store.setting("interview_date") == "2026-03-10"
    store.remember("interview_date", None)
    assert store.setting("interview_date") is None


def test_the_file_is_for_its_owner_only(store: Store):
    store.add([attempt()])
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_row_that_somebody_spoilt_is_passed_over(store: Store):
    store.add([attempt()])
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(
            "INSERT INTO attempts (id, kind, item, at, details) VALUES ('x', 'poem', '', '', '[')"
        )
    assert len(store.attempts()) == 1


ADDED = ("ALTER TABLE attempts ADD COLUMN mood TEXT", "CREATE INDEX by_item ON attempts (item)")


def test_an_older_file_is_taken_to_the_newest_layout_with_all_it_holds(
    store: Store, told: Told, tmp_path: Path
):
    one = attempt()
    store.add([one])
    newer = Store(tmp_path / "home", told.append, (*STEPS, ADDED))
    assert newer.attempts() == [one]
    newer.add([attempt("ppo")])
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT mood FROM attempts").fetchall() == [(None,), (None,)]


def test_a_migration_that_fails_leaves_the_older_file(store: Store, told: Told, tmp_path: Path):
    store.add([attempt()])
    broken = Store(tmp_path / "home", told.append, (*STEPS, (*ADDED, "CREATE NONSENSE")))
    with pytest.raises(StoreError, match="nonsense"):
        broken.add([attempt("ppo")])
    assert [each.item for each in store.attempts()] == ["gae"]
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_newer_file_is_refused_and_left_byte_for_byte(store: Store, told: Told, tmp_path: Path):
    Store(tmp_path / "home", told.append, (*STEPS, ADDED)).add([attempt()])
    before = {file.name: file.read_bytes() for file in store.path.parent.iterdir()}
    for work in (store.attempts, lambda: store.add([attempt()]), lambda: store.setting("x")):
        with pytest.raises(StoreError, match=r"newer rlprep.*layout 2") as caught:
            work()
        assert "pip install --upgrade rlprep" in str(caught.value)
    assert {file.name: file.read_bytes() for file in store.path.parent.iterdir()} == before


def scribble(data: bytes) -> bytes:
    return data[:4096] + os.urandom(len(data) - 4096)


def foreign(_: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE holidays (place TEXT)")
        return connection.serialize()


DAMAGES = {
    "text in its place": lambda _: b"no database" * 100,
    "cut short": lambda data: data[: len(data) // 2 + 100],
    "overwritten pages": scribble,
    "another program's file": foreign,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("writes", [True, False], ids=["writing", "reading"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    store: Store, told: Told, damage, writes: bool
):
    store.add([attempt(text="x" * 20_000)])
    spoilt = damage(store.path.read_bytes())
    store.path.write_bytes(spoilt)
    if writes:
        store.add([attempt("ppo")])
    found = store.attempts()
    assert [each.item for each in found] == (["ppo"] if writes else [])
    (kept,) = database.set_aside_files(store.path)
    assert kept.read_bytes() == spoilt
    assert kept.name == "progress.sqlite3.unreadable-20260302T090000Z"
    (message,) = told
    assert str(kept) in message
    assert "rlprep progress --recover" in message


def test_a_second_damaged_file_never_replaces_the_first(store: Store):
    for text in (b"first", b"second"):
        store.add([])
        store.path.write_bytes(text * 500)
        store.attempts()
    kept = database.set_aside_files(store.path)
    assert sorted(file.read_bytes()[:5] for file in kept) == [b"first", b"secon"]


def test_what_can_still_be_read_in_a_damaged_file_is_salvaged(store: Store):
    many = [attempt(f"item{number}", text="x" * 500) for number in range(200)]
    store.add(many)
    data = bytearray(store.path.read_bytes())
    data[-8192:-4096] = os.urandom(4096)  # one page near the end
    store.path.write_bytes(data)
    assert store.attempts() == []
    salvaged = list(store.salvage())
    assert 100 < len(salvaged) < 200
    assert all(each in many for each in salvaged)
    assert store.add(salvaged).new == len(salvaged)


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null/x"])
def test_a_home_that_cannot_be_written_is_said_once_and_work_goes_on(home: str):
    warned: list[str] = []
    keeper = Keeper(Store(Path(home), warned.append), warned.append)
    keeper.keep(attempt())
    keeper.keep(attempt())
    (message,) = warned
    assert message.startswith(f"{home}/progress.sqlite3: your progress can't be kept: ")


def test_a_full_disk_keeps_what_was_there(store: Store):
    """A limit on the size of files stands in for the disk: writing fails in the same places."""
    store.add([attempt()])
    warned: list[str] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (store.path.stat().st_size, hard))
    try:
        keeper = Keeper(store, warned.append)
        keeper.keep(attempt(text="x" * 200_000))
        keeper.keep(attempt(text="x" * 200_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(warned) == 1
    assert "can't be kept" in warned[0]
    assert len(store.attempts()) == 1
    store.add([attempt("ppo")])
    assert len(store.attempts()) == 2


def test_a_disk_that_was_full_from_the_start_holds_nothing_and_breaks_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    store.path.parent.mkdir()
    store.path.touch()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("rlprep.progress.store.open_writable", full)
        assert store.attempts() == []
        assert store.setting("interview_date") is None
    store.add([attempt()])
    assert len(store.attempts()) == 1


def test_a_file_that_cannot_be_written_can_still_be_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    store.add([attempt()])
    store.remember("interview_date", "2026-03-09")

    def read_only(*_: object) -> None:
        raise PermissionError(13, "Permission denied")  # what a folder of somebody else's says

    monkeypatch.setattr("rlprep.progress.store.open_writable", read_only)
    assert [each.item for each in store.attempts()] == ["gae"]
    assert store.setting("interview_date") == "2026-03-09"
    with pytest.raises(StoreError, match="permission denied"):
        store.add([attempt()])
