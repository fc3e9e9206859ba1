"""When each item is due again, replayed from the attempts: they are the only truth there is.

The memory model is FSRS with its published parameters. Intervals are whole days (no steps of
minutes: an interview is prepared over days) and without the library's random spread, since a
replay has to give the same every time. Nothing is scheduled past the interview.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from fsrs import Card, Rating, Scheduler

from rlprep.progress.attempt import Attempt, Kind
from rlprep.progress.clock import day_ends, local_day
from rlprep.progress.rating import rating, sittings

Key = tuple[Kind, str]
LONGEST_DAYS = 365
STRONG_DAYS = 7.0


@cache
def _scheduler() -> Scheduler:
    return Scheduler(
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )


@dataclass(frozen=True)
class Standing:
    """Where a person stands with one item.

    Attributes:
        key: the item.
        tries: all attempts, also those that could not be decided.
        first: when it was first tried.
        last: the latest attempt that says something.
        due: when to ask again; None where that would be after the interview.
        reviews: what FSRS knew after each sitting, the oldest first.
    """

    key: Key
    tries: int
    first: datetime
    last: Attempt
    due: datetime | None
    reviews: tuple[tuple[datetime, Card], ...]

    @property
    def strength(self) -> str:
        """Return ``weak`` (last time wrong, or below .7), ``strong`` (lasts a week), ``fair``."""
        if rating(self.last) in (Rating.Again, Rating.Hard):
            return "weak"
        return "strong" if (self.reviews[-1][1].stability or 0) >= STRONG_DAYS else "fair"

    def recall(self, moment: datetime) -> float | None:
        """Return the chance that it is known at a moment; None before the first review."""
        known = [card for at, card in self.reviews if at <= moment]
        return float(_scheduler().get_card_retrievability(known[-1], moment)) if known else None


def standings(attempts: Iterable[Attempt], interview: date | None = None) -> dict[Key, Standing]:
    """Return the standing of every item that was tried with some result.

    Args:
        attempts: all of them, the oldest first.
        interview: the day on which everything has to be known.
    """
    by_item: dict[Key, list[Attempt]] = {}
    for attempt in attempts:
        by_item.setdefault(attempt.key, []).append(attempt)
    found = {key: _standing(key, tries, interview) for key, tries in by_item.items()}
    return {key: standing for key, standing in found.items() if standing}


def _standing(key: Key, tries: list[Attempt], interview: date | None) -> Standing | None:
    card = Card(card_id=0, due=tries[0].at)  # the library would wait for an id of its own
    reviews: list[tuple[datetime, Card]] = []
    for attempt in (counted := sittings(tries)):
        word = rating(attempt)
        assert word is not None  # sittings leaves the others out
        card, _ = _scheduler().review_card(card, word, attempt.at)
        reviews.append((attempt.at, card))
    if not reviews:
        return None
    due = _capped(card.due, counted[-1].at, interview)
    return Standing(key, len(tries), tries[0].at, counted[-1], due, tuple(reviews))


def _capped(due: datetime, last: datetime, interview: date | None) -> datetime | None:
    """Return when an item is due with an interview ahead; None where its last review is done."""
    if interview is None or local_day(due) <= interview:
        return due
    if local_day(last) >= interview:
        return None
    return datetime.combine(interview, time()).astimezone(UTC)


def recall_by_day(
    known: Mapping[Key, Standing], first: date, days: int
) -> list[tuple[date, float | None]]:
    """Return the mean recall of what was practised by each day, as it stands at the day's end.

    Days ahead show what is left without another review.
    """
    found: list[tuple[date, float | None]] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        moment = day_ends(day)
        chances = [c for each in known.values() if (c := each.recall(moment)) is not None]
        found.append((day, sum(chances) / len(chances) if chances else None))
    return found
