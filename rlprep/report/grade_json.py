"""The result of grading as JSON, the form for scripts: its keys are a contract."""

from typing import Any

from rlprep.grader.result import GradeReport, SubmissionResult

SCHEMA = "rlprep.grade/v1"


def grade_json(report: GradeReport) -> dict[str, Any]:
    """Return the report as plain data for `json.dumps`."""
    return {
        "schema": SCHEMA,
        "seed": report.seed,
        "sandbox": report.sandbox,
        "submissions": [submission_json(each) for each in report.submissions],
    }


def submission_json(result: SubmissionResult) -> dict[str, Any]:
    """Return one submission as plain data."""
    diagnosis = result.diagnosis
    return {
        "path": result.path,
        "exercise": result.exercise,
        "verdict": str(result.verdict),
        "points": result.points,
        "max_points": result.max_points,
        "families": [
            {
                "id": family.id,
                "points": family.points,
                "max_points": family.max_points,
                "message": family.message,
            }
            for family in result.families
        ],
        "diagnosis": {"id": diagnosis.id, "text": diagnosis.text} if diagnosis else None,
        "message": result.message,
    }
