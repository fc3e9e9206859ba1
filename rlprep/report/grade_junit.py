"""The result of grading as JUnit XML: a suite for each function of each file."""

from rlprep.grader.result import GradeReport
from rlprep.report.junit import document, exercise_suite
from rlprep.report.views import exercise_view


def grade_junit(report: GradeReport) -> str:
    """Return the report as an XML document."""
    seed = {"seed": str(report.seed)}
    return document(
        exercise_suite(
            f"{result.path}: {result.exercise or 'unread'}",
            exercise_view(result),
            seed,
            result.seconds,
        )
        for result in report.submissions
    )
