"""One mark as Classroom 50's `result.json` (`classroom50/result/v1`).

Source: foundation50/classroom50, wiki "Advanced Autograding", "The result.json contract": hyphens
in `max-score` and `test-name`, whole points, the totals are the sums of the tests. The runner puts
`owner` and `assignment_type` in itself; what else identifies a submission comes in environment
variables that it documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rlprep.errors import MisuseError
from rlprep.report.json_text import json_document
from rlprep.report.views import ExerciseView, StudentView

SCHEMA = "classroom50/result/v1"


@dataclass(frozen=True)
class Identity:
    """Which submission a result is of, in the contract's words."""

    classroom: str
    assignment: str
    submission: str
    commit: str
    release: str
    review: str
    datetime: str
    """UTC, ISO 8601 to the second, with a Z."""


def identity(environment: Mapping[str, str], now: datetime) -> Identity:
    """Return the identity that Classroom 50's runner gives.

    Args:
        environment: of this process.
        now: in UTC; the runner replaces it by the time of the commit.

    Raises:
        MisuseError: a variable is missing, so this isn't Classroom 50's runner.
    """
    names = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
    lacking = [name for name in names if not environment.get(name)]
    if lacking:
        raise MisuseError(
            f"a result for Classroom 50 needs {', '.join(lacking)} in the environment",
            hint="run it from an autograder.py, where the runner sets them",
        )
    return Identity(
        classroom=environment["CLASSROOM"],
        assignment=environment["ASSIGNMENT"],
        submission=environment["SUBMISSION_TAG"],
        commit=environment["COMMIT_URL"],
        release=environment["RELEASE_URL"],
        review=environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        datetime=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def classroom50(view: StudentView, who: Identity) -> str | None:
    """Return the file's text, or None where there is no mark: the runner reports an error then."""
    if view.points is None:
        return None
    tests = [test for exercise in view.exercises for test in _tests(exercise, view.max_points)]
    data = {
        "schema": SCHEMA,
        "classroom": who.classroom,
        "assignment": who.assignment,
        "submission": who.submission,
        "commit": who.commit,
        "release": who.release,
        "review": who.review,
        "datetime": who.datetime,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json_document(data)


def _tests(exercise: ExerciseView, max_points: int) -> list[dict[str, Any]]:
    if not exercise.families:
        return [_test("file can be graded", 0, max_points, exercise.message)]
    return [
        _test(f"{exercise.exercise}.{family.id}", family.points, family.max_points, family.message)
        for family in exercise.families
    ]


def _test(name: str, score: int, max_score: int, message: str) -> dict[str, Any]:
    test = {
        "test-name": name,
        "passed": score == max_score and score > 0,
        "score": score,
        "max-score": max_score,
    }
    # Fields beyond the four are kept as they are by the collector.
    return {**test, "message": message} if message else test
