"""The coordinator: a bounded window, retries, and never a mark for a failure of ours."""

from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import pytest

from rlprep.classroom.batch import MOST_ATTEMPTS, mark_all
from rlprep.classroom.journal import Journal, open_journal
from rlprep.classroom.marking import Marked, MismatchError, Task
from rlprep.classroom.record import Entry, State
from rlprep.errors import RlprepError
from tests.classroom.conftest import SETTINGS, Hand, passed

GOOD = Marked((passed(),), {"torch": "2"})
BAD = Marked((passed(0),), {}, failure="the sandbox died")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hw.journal"


def called(journal: Journal, count: int = 6) -> list[Entry]:
    entries = [Entry(f"s{n}", "", f"s{n}.py", f"sha{n}", n, State.PENDING) for n in range(count)]
    for entry in entries:
        journal.keep_source(entry.sha256, entry.student.encode())
    journal.settle(SETTINGS)
    journal.call_roll(entries)
    return entries


def marked(path: Path, hand: Hand) -> list[Entry]:
    with open_journal(path, writes=True) as journal:
        entries = called(journal)
        seen: list[tuple[int, int]] = []
        mark_all(entries, journal, hand, ("gae",), lambda *at: seen.append(at))
        assert seen[-1] == (6, 6)
        return list(journal.entries())


def test_everybody_is_marked_once(path):
    hand = Hand(lambda _: GOOD)
    entries = marked(path, hand)
    assert [each.points for each in entries] == [10] * 6
    assert sorted((t.source, t.seed, t.exercises) for t in hand.given) == [
        (f"s{n}".encode(), n, ("gae",)) for n in range(6)
    ]


def test_a_failure_is_tried_again_and_then_counts_for_nothing(path):
    tries: Counter[int] = Counter()

    def sometimes(task: Task) -> Marked:
        tries[task.seed] += 1
        if task.seed == 1 and tries[1] < MOST_ATTEMPTS:
            raise OSError("no more processes")
        if task.seed == 2:
            return BAD
        if task.seed == 3:
            raise ZeroDivisionError("a bug of ours")
        return GOOD

    entries = marked(path, Hand(sometimes))
    assert [each.points for each in entries] == [10, 10, None, None, 10, 10]
    assert [each.attempts for each in entries] == [1, 3, 3, 3, 1, 1]
    assert entries[2].state is State.FAILED
    assert entries[2].problem == "our fault, 3 times: the sandbox died"
    assert entries[3].problem == "our fault, 3 times: ZeroDivisionError: a bug of ours"
    assert max(tries.values()) == MOST_ATTEMPTS


def test_what_was_lost_on_its_way_was_never_tried(path, monkeypatch):
    monkeypatch.setattr("rlprep.classroom.batch.POLL_S", 0.01)
    tries: Counter[int] = Counter()

    def lossy(task: Task) -> Marked:
        tries[task.seed] += 1
        if task.seed % 2 and tries[task.seed] <= 5:
            raise KeyError  # the stand-in takes this for a lost future
        return GOOD

    entries = marked(path, Hand(lossy))
    assert [(each.points, each.attempts) for each in entries] == [(10, 1)] * 6


class Slow(Hand):
    """Has no more than its window open, and finishes when it is asked whether it is there."""

    def __init__(self) -> None:
        super().__init__(lambda _: GOOD, window=2)
        self.open: list[Future[Marked]] = []

    def submit(self, task: Task) -> "Future[Marked]":
        self.given.append(task)
        self.open.append(Future())
        assert len(self.open) <= self.window
        return self.open[-1]

    def check(self) -> None:
        while self.open:
            self.open.pop().set_result(GOOD)


def test_the_window_is_never_exceeded(path, monkeypatch):
    monkeypatch.setattr("rlprep.classroom.batch.POLL_S", 0.01)
    hand = Slow()
    assert [each.points for each in marked(path, hand)] == [10] * 6
    assert len(hand.given) == 6


@pytest.mark.parametrize("error", [MismatchError("another rlprep"), RlprepError("scheduler lost")])
def test_what_concerns_everybody_ends_the_run_and_keeps_the_rest(path, error):
    def one_then(task: Task) -> Marked:
        if task.seed == 0:
            return GOOD
        raise error

    hand = Hand(one_then, window=1)
    with open_journal(path, writes=True) as journal:
        entries = called(journal)
        if not isinstance(error, MismatchError):
            hand._does = lambda _: GOOD
            hand.check = lambda: (_ for _ in ()).throw(error) if len(hand.given) == 1 else None
        with pytest.raises(type(error), match=str(error)):
            mark_all(entries, journal, hand, ("gae",), lambda *_: None)
        assert [str(each.state) for each in journal.entries()] == ["graded"] + ["pending"] * 5
