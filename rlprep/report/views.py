"""What may be shown to whom: two allow-lists, each built anew as plain data.

A view holds texts, whole numbers and nothing else, all of it harmless to print. The student's view
has no field for a seed, a hash, a path, a provenance or another student, so that no face made from
it can show one. What of a reason may be said to a student is decided in `rlprep.report.guarded`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rlprep.classroom.record import ClassReport, Entry, State
from rlprep.grader.result import (
    Diagnosis,
    FamilyResult,
    GradeReport,
    Shown,
    SubmissionResult,
    Verdict,
)
from rlprep.report.guarded import guarded_reason
from rlprep.report.prose import printable

NO_MARK = {
    State.MISSING: "nothing was handed in",
    State.UNREADABLE: "a person must look at what was handed in",
    State.FAILED: "the grading failed, through no fault of the submission",
    State.PENDING: "not graded yet",
}
"""Why there is no mark, in words that may be said to the student."""


@dataclass(frozen=True)
class ExampleView:
    """A public example: the call, what is right, what the submission gives."""

    call: str
    expected: str
    got: str
    agrees: bool


@dataclass(frozen=True)
class FamilyView:
    """A family of hidden cases: what it holds the submission to, and how that ended."""

    id: str
    claim: str
    verdict: str
    points: int
    max_points: int
    reason: str
    example: ExampleView | None

    @property
    def passed(self) -> bool:
        """Whether it earned its points."""
        return self.verdict == Verdict.PASSED

    @property
    def example_text(self) -> str:
        """Return the example as lines, nothing where there is none."""
        if not self.example:
            return ""
        got = "the same here; hidden cases differ" if self.example.agrees else self.example.got
        return f"{self.example.call}\n  right: {self.example.expected}\n  yours: {got}"

    @property
    def message(self) -> str:
        """Return claim, reason and example in one, nothing where it passed."""
        if self.passed:
            return ""
        parts = [f"{self.claim.rstrip('.')}: {self.reason}"]
        if self.example:
            parts.append(f"{self.example.call} should be {self.example.expected}")
            parts.append("yours agrees there" if self.example.agrees else f"got {self.example.got}")
        return "; ".join(parts)


@dataclass(frozen=True)
class DiagnosisView:
    """The mistake by its name; the page is Markdown of the content."""

    id: str
    text: str
    page: str


@dataclass(frozen=True)
class ExerciseView:
    """One function, marked; `exercise` is None for a file in which nothing could be graded."""

    exercise: str | None
    verdict: str
    points: int
    max_points: int
    families: tuple[FamilyView, ...]
    diagnosis: DiagnosisView | None
    message: str
    """Why nothing could be graded; empty where there are families."""

    @property
    def passed(self) -> bool:
        """Whether it has full marks."""
        return self.verdict == Verdict.PASSED

    @property
    def one_reason(self) -> str:
        """Return what happened in every family alike, or why there is none; else nothing."""
        if not self.families:
            return self.message or self.verdict.replace("_", " ")
        reasons = {family.reason for family in self.families}
        return reasons.pop() if len(reasons) == 1 else ""


@dataclass(frozen=True)
class StudentView:
    """What a student may see: their own mark and how it came about."""

    student: str
    name: str
    state: str
    points: int | None
    """None where there is no mark, never 0 for that."""
    max_points: int
    no_mark: str
    """Why there is none; empty where there is one."""
    exercises: tuple[ExerciseView, ...]
    not_found: tuple[str, ...]
    """Exercises that were asked for and that the submission doesn't define."""

    @property
    def title(self) -> str:
        """Return the name, else the identity, else what it is."""
        return self.name or self.student or "Result"

    @property
    def score(self) -> str:
        """Return the mark in words."""
        if self.points is None:
            return f"no mark: {self.no_mark}"
        return f"{self.points} of {self.max_points} points"


@dataclass(frozen=True)
class StaffEntry:
    """What staff may see of one student."""

    student: str
    name: str
    state: str
    points: int | None
    problem: str
    path: str
    sha256: str
    seed: int
    attempts: int
    exercises: tuple[ExerciseView, ...]
    not_found: tuple[str, ...]

    @property
    def why(self) -> str:
        """Return why there is no mark, or why the file couldn't earn one; else nothing."""
        if self.points is None:
            return self.problem or NO_MARK[State(self.state)]
        return "; ".join(each.one_reason for each in self.exercises if not each.families)

    @property
    def done(self) -> list[str]:
        """Return how each exercise went, a few words each."""
        said = [
            f"{each.exercise or 'file'} {each.points}/{each.max_points}"
            if each.families
            else f"{each.exercise or 'file'}: {each.verdict.replace('_', ' ')}"
            for each in self.exercises
        ]
        return said + [f"{each}: not found" for each in self.not_found]


@dataclass(frozen=True)
class StaffView:
    """What staff may see of a class."""

    title: str
    exercises: tuple[str, ...]
    max_points: int
    provenance: dict[str, Any]
    twins: tuple[tuple[str, ...], ...]
    entries: tuple[StaffEntry, ...]


def student_view(report: ClassReport, entry: Entry) -> StudentView:
    """Return what the student of an entry may see."""
    state, points = _mark(entry)
    has_mark = points is not None
    return StudentView(
        student=printable(entry.student),
        name=printable(entry.name),
        state=str(state),
        points=points,
        max_points=report.max_points,
        no_mark="" if has_mark else NO_MARK[state],
        exercises=tuple(map(_guarded, entry.results)) if has_mark else (),
        not_found=_not_found(report, entry) if has_mark else (),
    )


def grade_view(report: GradeReport) -> StudentView:
    """Return what the author of one submission, graded on its own, may see: no seed, no path."""
    failed = any(map(_is_our_fault, report.submissions))
    return StudentView(
        student="",
        name="",
        state=str(State.FAILED if failed else State.GRADED),
        points=None if failed else report.points,
        max_points=report.max_points,
        no_mark=NO_MARK[State.FAILED] if failed else "",
        exercises=() if failed else tuple(map(_guarded, report.submissions)),
        not_found=(),
    )


def staff_view(report: ClassReport) -> StaffView:
    """Return what staff may see."""
    return StaffView(
        title=printable(report.title),
        exercises=tuple(map(printable, report.exercises)),
        max_points=report.max_points,
        provenance=_plain(report.provenance),
        twins=tuple(tuple(map(printable, group)) for group in report.twins),
        entries=tuple(_staff_entry(report, entry) for entry in report.entries),
    )


def exercise_view(result: SubmissionResult) -> ExerciseView:
    """Return a result as it is, for its own author at their own machine, and for staff."""
    return _exercise(result, lambda family: family.reason)


def _staff_entry(report: ClassReport, entry: Entry) -> StaffEntry:
    state, points = _mark(entry)
    return StaffEntry(
        student=printable(entry.student),
        name=printable(entry.name),
        state=str(state),
        points=points,
        problem=printable(entry.problem),
        path=printable(entry.path),
        sha256=printable(entry.sha256),
        seed=entry.seed,
        attempts=entry.attempts,
        exercises=tuple(map(exercise_view, entry.results)),
        not_found=_not_found(report, entry) if points is not None else (),
    )


def _mark(entry: Entry) -> tuple[State, int | None]:
    """Return state and points; where our fault is among the results there is no mark."""
    if entry.state is State.GRADED and any(map(_is_our_fault, entry.results)):
        return State.FAILED, None
    return entry.state, entry.points


def _is_our_fault(result: SubmissionResult) -> bool:
    verdicts = {result.verdict, *(family.verdict for family in result.families)}
    return Verdict.INTERNAL_ERROR in verdicts


def _not_found(report: ClassReport, entry: Entry) -> tuple[str, ...]:
    found = {result.exercise for result in entry.results}
    if None in found:  # nothing was found in the file, and its own message says why
        return ()
    return tuple(printable(each) for each in report.exercises if each not in found)


def _guarded(result: SubmissionResult) -> ExerciseView:
    return _exercise(result, guarded_reason)


def _exercise(result: SubmissionResult, reason: Callable[[FamilyResult], str]) -> ExerciseView:
    return ExerciseView(
        exercise=None if result.exercise is None else printable(result.exercise),
        verdict=str(result.verdict),
        points=result.points,
        max_points=result.max_points,
        families=tuple(_family(family, reason(family)) for family in result.families),
        diagnosis=_diagnosis(result.diagnosis) if result.diagnosis else None,
        message="" if result.families else printable(result.message),
    )


def _family(family: FamilyResult, reason: str) -> FamilyView:
    return FamilyView(
        id=printable(family.id),
        claim=printable(family.claim),
        verdict=str(family.verdict),
        points=family.points,
        max_points=family.max_points,
        reason="" if family.verdict is Verdict.PASSED else printable(reason),
        example=_example(family.example) if family.example else None,
    )


def _example(shown: Shown) -> ExampleView:
    return ExampleView(
        printable(shown.call), printable(shown.expected), printable(shown.got), shown.agrees
    )


def _diagnosis(diagnosis: Diagnosis) -> DiagnosisView:
    return DiagnosisView(
        printable(diagnosis.id), printable(diagnosis.text), printable(diagnosis.page)
    )


def _plain(value: Any) -> Any:
    """Return a value of the provenance as JSON has it."""
    if isinstance(value, dict):
        return {printable(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | None) else printable(str(value))
