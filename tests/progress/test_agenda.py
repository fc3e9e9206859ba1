"""What there is to do on a day."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from rlprep.progress.agenda import Agenda, agenda
from rlprep.progress.attempt import Attempt, Kind
from rlprep.progress.schedule import Key, standings
from tests.progress.conftest import MONDAY, attempt

QUESTIONS: list[Key] = [("question", f"q{number}") for number in range(10)]
FORMULAS: list[Key] = [("formula", f"f{number}") for number in range(26)]
EXERCISES: list[Key] = [("exercise", f"e{number}") for number in range(21)]
BANK = [*QUESTIONS, *FORMULAS, *EXERCISES]


def plan(*attempts: Attempt, day: float = 0, interview: date | None = None) -> Agenda:
    now = MONDAY + timedelta(days=day)
    return agenda(BANK, standings(attempts, interview), now, interview)


def begun(kind: Kind, *, day: float = 0, interview: date | None = None, done: int = 0) -> int:
    tried = [attempt(f"{kind[0]}{number}", kind, day=day) for number in range(done)]
    new = plan(*tried, day=day, interview=interview).new
    return sum(key[0] == kind for key in new)


def test_an_empty_store_begins_with_a_few_items_in_the_banks_order():
    assert plan().new == (QUESTIONS[0], *FORMULAS[:2], EXERCISES[0])
    assert plan().due == plan().ahead == ()
    assert plan().unseen == tuple(BANK)


def test_what_was_begun_today_counts_and_tomorrow_brings_more():
    assert begun("formula", done=1) == 1
    assert begun("formula", done=5) == 0
    tried = [attempt(f"f{number}", "formula") for number in range(5)]
    assert plan(*tried, day=1).new[1:3] == tuple(FORMULAS[5:7])


@pytest.mark.parametrize(
    ("days", "questions", "formulas", "exercises"),
    [(60, 1, 2, 1), (8, 2, 4, 2), (2, 3, 6, 2), (0, 3, 6, 2)],
)
def test_a_near_interview_brings_more_but_never_a_heap(
    days: int, questions: int, formulas: int, exercises: int
):
    interview = MONDAY.date() + timedelta(days=days)
    assert begun("question", interview=interview) == questions
    assert begun("formula", interview=interview) == formulas
    assert begun("exercise", interview=interview) == exercises


def test_what_is_due_comes_the_most_overdue_first():
    tried = [
        attempt("q0", share=0.9, day=0),
        attempt("q1", share=0.1, day=2),
        attempt("q2", share=0.1, day=0),
        attempt("q3", share=1.0, day=2),
    ]
    today = plan(*tried, day=4)
    assert [each.key[1] for each in today.due] == ["q2", "q0", "q1"]
    assert [each.key[1] for each in today.ahead] == ["q3"]


def test_what_is_due_this_evening_is_asked_this_morning():
    late = attempt("q0", share=0.1, day=0.6)  # due tomorrow at 23:24
    assert not plan(late, day=0.61).due
    assert plan(late, day=0.7).due  # after midnight


def test_a_day_is_the_one_on_this_machines_wall(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    late = Attempt("question", "q0", datetime(2026, 3, 3, 6, tzinfo=UTC), 0.1)  # Monday 22:00
    known = standings([late])
    tuesday = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)  # 00:30 there
    monday = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)  # 23:30 there
    assert agenda(BANK, known, tuesday, None).due
    assert not agenda(BANK, known, monday, None).due


def test_items_that_left_the_bank_are_passed_over():
    assert plan(attempt("gone", share=0.0), day=9).due == ()
