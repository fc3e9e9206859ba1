"""A class as JSON: the whole of it for staff, one student's own mark for that student.

Canonical: keys in the order of the views, ASCII, two spaces, a newline at the end, so that equal
results are equal files.
"""

import json
from dataclasses import asdict

from rlprep.report.views import StaffView, StudentView

CLASS_SCHEMA = "rlprep.class/v1"
STUDENT_SCHEMA = "rlprep.student/v1"


def class_json(view: StaffView) -> str:
    """Return all that staff may see; a mark that doesn't exist is null."""
    return _text({"schema": CLASS_SCHEMA, **asdict(view)})


def student_json(view: StudentView) -> str:
    """Return all that a student may see."""
    return _text({"schema": STUDENT_SCHEMA, **asdict(view)})


def _text(data: dict[str, object]) -> str:
    return json.dumps(data, indent=2) + "\n"
