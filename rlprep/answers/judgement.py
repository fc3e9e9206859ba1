"""What judging an answer gives: evidence with quotations, never a verdict."""

from dataclasses import dataclass
from typing import Literal

State = Literal["found", "unsure", "not_detected"]


@dataclass(frozen=True)
class PointEvidence:
    """What an answer shows for one rubric point; the quotation is a span of the answer."""

    id: str
    state: State
    quote: str | None = None


@dataclass(frozen=True)
class FalseClaim:
    """A misconception that the answer states, in its own words."""

    id: str
    quote: str


@dataclass(frozen=True)
class Judgement:
    """The evidence in one answer to one question.

    Attributes:
        question: its id.
        points: one entry for every rubric point, in the rubric's order.
        misconceptions: those that were detected.
        abstained: why nothing was judged (empty, too short, not English, code only), or None.
    """

    question: str
    points: tuple[PointEvidence, ...]
    misconceptions: tuple[FalseClaim, ...] = ()
    abstained: str | None = None
