"""A limit on the work of one check, shared by all evaluators.

An evaluator calls `spend` at every node. Past the deadline (processor time, so that a busy machine
does not change verdicts) it raises, and the check ends undecided, or without a further explanation.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rlprep.formula.errors import Undecidable

_CHECK_EVERY = 64
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))
_spent = [0]


class TooLong(Undecidable):
    """The time for this check is used up."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Allow the block this much processor time, or less where an outer block allows less."""
    until = min(_deadline.get(), time.process_time() + seconds)
    token = _deadline.set(until)
    try:
        yield
    finally:
        _deadline.reset(token)


def spend() -> None:
    """Count one step of work.

    Raises:
        TooLong: the deadline has passed.
    """
    _spent[0] += 1
    if _spent[0] % _CHECK_EVERY == 0 and time.process_time() > _deadline.get():
        raise TooLong("the formula takes too long to evaluate")
