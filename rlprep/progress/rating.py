"""How well an item was known, as the scheduler wants to hear it: again, hard, good or easy.

Tries at one item that follow each other within six hours are one sitting and count once. A
question or a formula counts by the first try, because each later one has seen what was said of it.
An exercise counts by the last: code is written in steps, and saving it early is no failure.
"""

from collections.abc import Iterable
from datetime import timedelta

from fsrs import Rating

from rlprep.progress.attempt import Attempt

SITTING = timedelta(hours=6)
_AGAIN_BELOW = 0.4
_HARD_BELOW = 0.7
_EASY_FROM = 0.95


def rating(attempt: Attempt) -> Rating | None:
    """Return what an attempt says of the person's memory, None where it says nothing.

    By the share of the points: below .4 again, below .7 hard, and easy from .95 on for a question
    that was answered without hints. A formula is right or not: right after a look at the reference
    is again, after the hint hard. What could not be decided says nothing.
    """
    if attempt.share is None:
        return None
    help_ = attempt.details.get("help")
    if attempt.share < _AGAIN_BELOW or help_ == "reference":
        return Rating.Again
    if attempt.share < _HARD_BELOW or help_ == "hint":
        return Rating.Hard
    hints = attempt.details.get("hints", 0)
    if attempt.kind == "question" and attempt.share >= _EASY_FROM and not hints:
        return Rating.Easy
    return Rating.Good


def sittings(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Return the attempt that counts for each sitting with one item; those that say nothing go.

    Args:
        attempts: at one item, the oldest first.
    """
    counted: list[Attempt] = []
    begun = None
    for attempt in attempts:
        if rating(attempt) is None:
            continue
        if begun is None or attempt.at - begun > SITTING:
            begun = attempt.at
            counted.append(attempt)
        elif attempt.kind == "exercise":
            counted[-1] = attempt
    return counted
