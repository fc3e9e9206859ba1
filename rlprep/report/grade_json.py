"""The result of grading as JSON, the form for scripts: its keys are a contract."""

from dataclasses import asdict
from typing import Any

from rlprep.grader.result import GradeReport, SubmissionResult
from rlprep.report.views import exercise_view

SCHEMA = "rlprep.grade/v1"


def grade_json(report: GradeReport) -> dict[str, Any]:
    """Return the report as plain data for whoever ran the grading: it names the seed."""
    return {
        "schema": SCHEMA,
        "seed": report.seed,
        "sandbox": report.sandbox,
        "submissions": [submission_json(each) for each in report.submissions],
    }


def submission_json(result: SubmissionResult) -> dict[str, Any]:
    """Return one submission as plain data.

    An exercise as a class's reports have it, with the file's path, with a message of the whole, and
    with one of each family that says claim, reason and example at once.
    """
    view = exercise_view(result)
    families = [{**asdict(family), "message": family.message} for family in view.families]
    return {
        "path": result.path,
        **asdict(view),
        "families": families,
        "message": result.message,
    }
