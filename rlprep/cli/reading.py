"""Reading what a person names on the command line: it may not be there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rlprep.errors import LearnerError, reason_of


@contextmanager
def reading(name: str | Path) -> Iterator[None]:
    """Say of a file what the system says when it can't be read.

    Raises:
        LearnerError: it can't.
    """
    try:
        yield
    except OSError as error:
        reason = reason_of(error)
        raise LearnerError(f"can't be read: {reason}", where=str(name)) from None
