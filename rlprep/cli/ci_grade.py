"""Grading one submission as an assignment, where nobody sits at a terminal."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rlprep.cli.grade import require_grading, sandbox_mode, warn_of
from rlprep.cli.open_bank import sound_bank
from rlprep.cli.options import SandboxChoice

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.grader.result import GradeReport
    from rlprep.report.request import Request


@dataclass(frozen=True)
class Assignment:
    """What is asked for, and how it is graded.

    Attributes:
        exercises: ids.
        max_points: of all of them.
        key: file with the class's secret; None for fresh cases.
        student: whose cases come from the key.
        sandbox: how much confinement to ask for.
        packs: folders of content besides what is shipped.
        bank: with these packs.
    """

    exercises: tuple[str, ...]
    max_points: int
    key: Path | None
    student: str | None
    sandbox: SandboxChoice
    packs: tuple[Path, ...]
    bank: "Bank"


def assignment(
    exercises: Sequence[str],
    key: Path | None,
    student: str | None,
    sandbox: SandboxChoice,
    packs: Sequence[Path] = (),
) -> Assignment:
    """Return an assignment.

    Raises:
        MisuseError: an exercise is unknown or none is named, a key wouldn't be safe, or a student
            is named without one.
        LearnerError: the key can't be read.
        AuthorError: a pack is unsound.
    """
    from rlprep.classroom.key import read_key
    from rlprep.errors import MisuseError

    if not exercises:
        raise MisuseError(
            "which exercise?", hint="--exercise ID; 'rlprep exercise list' names them"
        )
    bank = sound_bank(packs)
    ids = tuple(dict.fromkeys(exercises))
    points = sum(bank.exercise(each).points for each in ids)
    if key is not None:
        if sandbox is not SandboxChoice.STRICT:
            raise MisuseError(
                "--key needs --sandbox strict",
                hint="where a layer is missing, a submission might read the key",
            )
        read_key(key)
    if student is not None and key is None:
        raise MisuseError("--student means something with --key only", hint="give both")
    return Assignment(ids, points, key, student, sandbox, tuple(packs), bank)


def run(
    places: Sequence[Path], wanted: Assignment, reports: "Sequence[Request]", fail_under: float
) -> int:
    """Grade, print what may be published, write the reports, and return the exit code."""
    from rlprep.report.github import guarded_log

    with guarded_log(os.environ):
        report = grade(places, wanted)
        return publish(report, reports, fail_under)


def grade(places: Sequence[Path], wanted: Assignment) -> "GradeReport":
    """Return the report on a submission.

    Raises:
        MisuseError: a key without a student, or torch isn't installed.
        LearnerError: a place isn't there.
    """
    from rlprep.errors import LearnerError
    from rlprep.grader.assignment import grade_assignment
    from rlprep.grader.grade import Grader
    from rlprep.grader.result import GradeReport
    from rlprep.sandbox.client import Sandbox

    require_grading()
    seed = _seed(wanted)
    for place in places:
        if not place.exists():
            raise LearnerError(f"there is no {place}", hint="name the submission's file or folder")
    files = [file for place in places for file in _handed_in(place, wanted.packs)]
    with Sandbox(sandbox_mode(wanted.sandbox)) as box:
        grader = Grader(wanted.bank, box, seed)
        results = grade_assignment(grader, files, wanted.exercises)
        ran = any(result.seconds for result in results)
        layers = box.wait_ready()["layers"] if ran else {}
        warn_of(layers, box.mode)
        return GradeReport(seed, {"mode": str(box.mode), "layers": layers}, results)


def _handed_in(place: Path, packs: Sequence[Path]) -> list[Path]:
    """Return the Python files of a place; what a pack in it brings is nobody's submission."""
    from rlprep.bank.places import CONTENT
    from rlprep.grader.assignment import python_files

    files = python_files(place)
    if not place.is_dir():
        return files
    brought = [(pack / name).resolve() for pack in packs for name in CONTENT]
    return [
        file
        for file in files
        if not any(file.parent.resolve().is_relative_to(folder) for folder in brought)
    ]


def publish(report: "GradeReport", reports: "Sequence[Request]", fail_under: float) -> int:
    """Print and write what may be published, and return the exit code."""
    from rlprep.grader.result import Verdict
    from rlprep.report.grade_faces import CI_FACES
    from rlprep.report.request import STDOUT, write_reports
    from rlprep.report.student_terminal import show_mark

    if not any(each.path == STDOUT for each in reports):
        show_mark(report)
    write_reports(report, reports, CI_FACES)
    if any(each.verdict is Verdict.INTERNAL_ERROR for each in report.submissions):
        return 4
    return 0 if 100 * report.points >= fail_under * report.max_points else 1


def _seed(wanted: Assignment) -> int:
    from rlprep.classroom.key import read_key
    from rlprep.errors import MisuseError

    if wanted.key is None:
        return secrets.randbits(48)
    if not wanted.student:
        raise MisuseError("--key needs --student", hint="name whose submission it is")
    return read_key(wanted.key).seed(wanted.student)
