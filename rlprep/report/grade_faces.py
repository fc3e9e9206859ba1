"""The faces of one grading: the one table of what it can be written as.

For whose eyes: `json`, `junit` and `html` are for whoever ran the command and name the seed; the
others may be published, hold no seed, and of a failure of ours no mark.
"""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime

from rlprep.grader.result import GradeReport
from rlprep.report.class_json import student_json
from rlprep.report.classroom50 import classroom50, identity
from rlprep.report.github import annotations, outputs
from rlprep.report.grade_html import grade_html
from rlprep.report.grade_json import grade_json
from rlprep.report.grade_junit import grade_junit
from rlprep.report.gradescope import gradescope
from rlprep.report.student_html import student_html
from rlprep.report.student_markdown import student_markdown
from rlprep.report.views import grade_view


def _json(report: GradeReport) -> str:
    return json.dumps(grade_json(report), ensure_ascii=False) + "\n"


def _classroom50(report: GradeReport) -> str | None:
    return classroom50(grade_view(report), identity(os.environ, datetime.now(UTC)))


GRADE_FACES: dict[str, Callable[[GradeReport], str | None]] = {
    "json": _json,
    "junit": grade_junit,
    "html": grade_html,
    "markdown": lambda report: student_markdown(grade_view(report)),
    "student-html": lambda report: student_html(grade_view(report)),
    "student-json": lambda report: student_json(grade_view(report)),
    "gradescope": lambda report: gradescope(grade_view(report)),
    "classroom50": _classroom50,
    "github": annotations,
    "github-outputs": outputs,
}
"""What `--report FORMAT=PATH` can write; None where there is no mark to write."""
