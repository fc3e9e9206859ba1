"""When an item is due: ratings, sittings, FSRS, the interview's day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fsrs import Card, Rating, Scheduler

from rlprep.progress.rating import rating, sittings
from rlprep.progress.schedule import Standing, recall_by_day, standings
from tests.progress.conftest import MONDAY, attempt


def only(*attempts, interview: date | None = None) -> Standing:
    (found,) = standings(attempts, interview).values()
    return found


@pytest.mark.parametrize(
    ("kind", "share", "details", "word"),
    [
        ("question", 0.0, {}, Rating.Again),
        ("question", 0.39, {}, Rating.Again),
        ("question", 0.4, {}, Rating.Hard),
        ("question", 0.69, {}, Rating.Hard),
        ("question", 0.7, {}, Rating.Good),
        ("question", 1.0, {"hints": 1}, Rating.Good),
        ("question", 1.0, {"hints": 0}, Rating.Easy),
        ("formula", 1.0, {"help": "none"}, Rating.Good),
        ("formula", 1.0, {"help": "hint"}, Rating.Hard),
        ("formula", 1.0, {"help": "reference"}, Rating.Again),
        ("formula", 0.0, {}, Rating.Again),
        ("formula", None, {}, None),
        ("exercise", 1.0, {}, Rating.Good),
        ("exercise", 0.5, {}, Rating.Hard),
    ],
)
def test_a_result_says_how_well_it_was_known(kind, share, details, word):
    assert rating(attempt("x", kind, share, **details)) == word


def test_a_formula_counts_by_the_first_try_of_a_sitting_an_exercise_by_the_last():
    tries = [(0.0, 0), (1.0, 0.01), (1.0, 0.02), (0.0, 2), (1.0, 2.1)]
    formulas = [attempt("gae", "formula", share, day) for share, day in tries]
    assert sittings(formulas) == [formulas[0], formulas[3]]
    exercises = [attempt("gae", "exercise", share, day) for share, day in tries]
    assert sittings(exercises) == [exercises[2], exercises[4]]


def test_what_could_not_be_decided_is_a_try_but_no_review():
    undecided = attempt("gae", "formula", None)
    assert standings([undecided]) == {}
    standing = only(undecided, attempt("gae", "formula", 1.0, 0.01))
    assert (standing.tries, len(standing.reviews)) == (2, 1)


def test_the_schedule_is_the_librarys_own():
    shares = [(0.5, 0), (0.9, 1), (0.2, 5), (1.0, 6), (1.0, 20)]
    words = [Rating.Hard, Rating.Good, Rating.Again, Rating.Easy, Rating.Easy]
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = Card(card_id=1)
    for (_, day), word in zip(shares, words, strict=True):
        card, _ = scheduler.review_card(card, word, MONDAY + timedelta(days=day))
    standing = only(*(attempt(share=share, day=day) for share, day in shares))
    assert standing.due == card.due
    at = MONDAY + timedelta(days=40)
    assert standing.recall(at) == scheduler.get_card_retrievability(card, at)


def test_a_wrong_answer_comes_back_tomorrow_and_a_good_one_later():
    wrong, right = only(attempt(share=0.1)), only(attempt(share=0.8))
    assert wrong.due == MONDAY + timedelta(days=1)
    assert right.due is not None
    assert wrong.due is not None
    assert right.due > wrong.due
    again = only(attempt(share=0.8), attempt(share=0.8, day=2))
    assert again.due is not None
    assert again.due - MONDAY > 2 * (right.due - MONDAY)


def test_the_day_of_the_interview_caps_what_is_due():
    for day in range(1, 30):
        interview = MONDAY.date() + timedelta(days=day)
        standing = only(attempt(), interview=interview)
        assert standing.due is not None
        assert standing.due.date() <= interview
    assert only(attempt(), interview=date(2026, 3, 4)).due == datetime(2026, 3, 4, tzinfo=UTC)
    assert only(attempt(), interview=date(2027, 3, 4)).due == only(attempt()).due


def test_after_a_review_on_the_day_itself_nothing_is_scheduled():
    assert only(attempt(share=0.0), interview=MONDAY.date()).due is None


def test_strength_follows_the_last_result_and_how_long_it_lasts():
    assert only(attempt(share=0.5)).strength == "weak"
    assert only(attempt(share=0.8)).strength == "fair"
    assert only(attempt(share=0.8), attempt(share=0.8, day=3)).strength == "strong"
    assert only(attempt(), attempt(share=0.2, day=9)).strength == "weak"


def test_recall_by_day_fades_until_the_next_review():
    known = standings([attempt(share=0.8), attempt(share=0.8, day=4)])
    found = dict(recall_by_day(known, date(2026, 3, 1), 8))
    values = [found[date(2026, 3, day)] for day in range(1, 9)]
    assert values[0] is None
    assert values[1] == 1.0
    fading = [value for value in values[1:5] if value is not None]
    assert fading == sorted(fading, reverse=True)
    assert fading[-1] < 0.95
    assert values[5] == 1.0
