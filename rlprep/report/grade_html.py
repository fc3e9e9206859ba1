"""The result of grading as one HTML page that loads nothing and in which all is escaped."""

from rlprep.grader.result import GradeReport, SubmissionResult
from rlprep.report.exercise_html import exercise_html, text
from rlprep.report.page import page
from rlprep.report.views import exercise_view


def grade_html(report: GradeReport) -> str:
    """Return the report as a page that stands alone, light or dark, and prints."""
    parts = "".join(_submission(each) for each in report.submissions)
    mode = text(str(report.sandbox.get("mode", "")))
    title = f"Grades: {report.points} of {report.max_points} points"
    return page(title, f"<p class='soft'>Seed {report.seed}, sandbox {mode}.</p>\n{parts}")


def _submission(result: SubmissionResult) -> str:
    title = result.path + (f": {result.exercise}" if result.exercise else "")
    return exercise_html(exercise_view(result), title)
