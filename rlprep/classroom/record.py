"""What the journal holds of each submission and what every report of a class is made from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rlprep.grader.result import SubmissionResult


class State(StrEnum):
    """How far a submission is."""

    GRADED = "graded"
    MISSING = "missing"
    """On the roster, and nothing was handed in. No mark; reports say so."""
    UNREADABLE = "unreadable"
    """Several files for one student, not a regular file, vanished: a person must look. No mark."""
    FAILED = "failed"
    """Our infrastructure failed, also when tried again: never a mark, never 0."""
    PENDING = "pending"


@dataclass(frozen=True)
class Entry:
    """One student's submission and its mark.

    Attributes:
        student: the identity that layout or roster gives, unique in the class.
        name: for people; may be empty.
        path: of the submission relative to the class's folder; empty where missing.
        sha256: of the submission's bytes; empty where missing.
        seed: from which this submission's cases come. For staff only.
        state: how far it is.
        results: one for each exercise graded; a result's own path is `path`.
        problem: why there is no mark, for people; empty where there is one.
        attempts: executions so far, infrastructure failures included.
    """

    student: str
    name: str
    path: str
    sha256: str
    seed: int
    state: State
    results: tuple[SubmissionResult, ...] = ()
    problem: str = ""
    attempts: int = 0

    @property
    def points(self) -> int | None:
        """Return the points, None where there is no mark."""
        return sum(each.points for each in self.results) if self.state is State.GRADED else None


@dataclass(frozen=True)
class ClassReport:
    """A class, graded: the one object behind every report.

    Attributes:
        title: the folder's name.
        exercises: ids that were asked for; their points are the most that can be had.
        max_points: of all exercises together, whatever a submission defines.
        entries: by student, sorted.
        provenance: versions and content hash that the marks depend on; no seed and no key.
        twins: groups of students whose submissions are the same after normalising names and
            formatting. For staff only; no accusation.
    """

    title: str
    exercises: tuple[str, ...]
    max_points: int
    entries: tuple[Entry, ...]
    provenance: dict[str, Any]
    twins: tuple[tuple[str, ...], ...] = ()
