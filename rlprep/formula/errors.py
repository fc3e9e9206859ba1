"""What can go wrong between a text and a verdict, apart from being wrong.

`Unreadable` is the learner's (the text is no formula, and where); `Undecidable` is ours (the text
was read, and no procedure reached an answer within its limits) and never reaches the user as
"wrong".
"""

from rlprep.errors import LearnerError


class Unreadable(LearnerError):  # noqa: N818  # an answer, not a failure
    """The input is not a formula; `span` is where reading stopped."""

    def __init__(self, what: str, span: tuple[int, int], *, hint: str | None = None) -> None:
        super().__init__(what, hint=hint)
        self.span = span


class Undecidable(Exception):  # noqa: N818
    """No procedure applies, or a limit was reached before one finished."""


class TooShort(Undecidable):
    """A horizon is too short for an ellipsis to show its pattern; longer ones decide."""


class Undefined(Exception):  # noqa: N818
    """An expression has no value at a point: a division by zero, the logarithm of zero."""
