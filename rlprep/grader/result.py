"""What grading gives: plain data, the one object behind every report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a submission, a family of cases, or one case ended."""

    PASSED = "passed"
    WRONG = "wrong"
    SHAPE = "shape"
    DTYPE = "dtype"
    """Not real numbers: None, strings, complex, a coroutine."""
    NON_FINITE = "non_finite"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output_limit"
    CRASH = "crash"
    MISSING_FUNCTION = "missing_function"
    BAD_SIGNATURE = "bad_signature"
    SYNTAX = "syntax"
    REFUSED_FILE = "refused_file"
    INTERNAL_ERROR = "internal_error"
    """Ours, never the submission's."""


UNREADABLE = frozenset({Verdict.SYNTAX, Verdict.REFUSED_FILE, Verdict.MISSING_FUNCTION})
"""Verdicts on a file that nothing could be graded in."""


@dataclass(frozen=True)
class Shown:
    """A public example as feedback shows it: texts of the call, of what is right, of what came."""

    call: str
    expected: str
    got: str
    agrees: bool
    """The submission is right on this one; it is the hidden ones of the family that it isn't."""


@dataclass(frozen=True)
class FamilyResult:
    """What one family of cases earned, and why not more."""

    id: str
    points: int
    max_points: int
    verdict: Verdict
    claim: str
    """The property that the family holds the submission to, in words."""
    reason: str = ""
    """What went wrong, without a number of any hidden case; empty where it passed."""
    example: Shown | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The mistake whose numbers these are."""

    id: str
    text: str
    page: str = ""
    """What it means, why it matters, what to write instead (Markdown)."""


@dataclass(frozen=True)
class SubmissionResult:
    """The mark of one function of one file (or the reason why a file has none)."""

    path: str
    exercise: str | None
    verdict: Verdict
    points: int
    max_points: int
    families: tuple[FamilyResult, ...] = ()
    diagnosis: Diagnosis | None = None
    message: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it has full marks."""
        return self.verdict is Verdict.PASSED


@dataclass(frozen=True)
class GradeReport:
    """The result of one run of the grader."""

    seed: int
    sandbox: dict[str, Any]
    """The mode that was asked for, and what the machine gave."""
    submissions: tuple[SubmissionResult, ...] = field(default_factory=tuple)

    @property
    def points(self) -> int:
        """Return the points of all submissions."""
        return sum(each.points for each in self.submissions)

    @property
    def max_points(self) -> int:
        """Return the points that could be had."""
        return sum(each.max_points for each in self.submissions)


def exit_code(submissions: Iterable[SubmissionResult], fail_under: float | None = None) -> int:
    """Return the exit code of a run: our fault before an unreadable file before missing points.

    Args:
        submissions: all of them.
        fail_under: per cent of all points that are enough; None asks for every point.
    """
    submissions = list(submissions)
    verdicts = {each.verdict for each in submissions}
    if Verdict.INTERNAL_ERROR in verdicts:
        return 4
    if verdicts & UNREADABLE:
        return 3
    points = sum(each.points for each in submissions)
    most = sum(each.max_points for each in submissions)
    if fail_under is None:
        return 0 if all(each.passed for each in submissions) else 1
    return 0 if 100 * points >= fail_under * most else 1
