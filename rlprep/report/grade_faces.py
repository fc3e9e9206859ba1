"""The faces of one grading: the tables of what it can be written as, and for whose eyes.

`GRADE_FACES` is for whoever runs the command: it names the seed. `CI_FACES` may be published where
others read it, and where a student may not know the class's seed: it is made from the student's
view alone.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from rlprep.grader.result import GradeReport
from rlprep.report.class_json import student_json
from rlprep.report.classroom50 import classroom50, identity
from rlprep.report.github import annotations, outputs
from rlprep.report.grade_html import grade_html
from rlprep.report.grade_json import grade_json
from rlprep.report.grade_junit import grade_junit
from rlprep.report.gradescope import gradescope
from rlprep.report.json_text import json_document
from rlprep.report.student_html import student_html
from rlprep.report.student_junit import student_junit
from rlprep.report.student_markdown import student_markdown
from rlprep.report.views import StudentView, grade_view

GradeFace = Callable[[GradeReport], str | None]
"""None where there is no mark to write."""


def _of_view(make: Callable[[StudentView], str | None]) -> GradeFace:
    return lambda report: make(grade_view(report))


def _json(report: GradeReport) -> str:
    return json_document(grade_json(report))


def _classroom50(view: StudentView) -> str | None:
    return classroom50(view, identity(os.environ, datetime.now(UTC)))


def check_surroundings(formats: Iterable[str]) -> None:
    """Refuse, before anything is graded, a format that can't be made here.

    Raises:
        MisuseError: a result for Classroom 50 outside of its runner.
    """
    if "classroom50" in formats:
        identity(os.environ, datetime.now(UTC))


_PUBLISHED: Mapping[str, GradeFace] = {
    "markdown": _of_view(student_markdown),
    "gradescope": _of_view(gradescope),
    "classroom50": _of_view(_classroom50),
    "github": annotations,
    "github-outputs": outputs,
}

GRADE_FACES: Mapping[str, GradeFace] = {
    "json": _json,
    "junit": grade_junit,
    "html": grade_html,
    **_PUBLISHED,
}
"""What `rlprep grade --report FORMAT=PATH` can write."""

CI_FACES: Mapping[str, GradeFace] = {
    "json": _of_view(lambda view: json_document(student_json(view))),
    "junit": _of_view(student_junit),
    "html": _of_view(student_html),
    **_PUBLISHED,
}
"""What `rlprep ci grade --report FORMAT=PATH` can write."""
