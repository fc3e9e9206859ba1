"""A class as JSON: the whole of it for staff, one student's own mark for that student."""

from dataclasses import asdict
from typing import Any

from rlprep.report.views import StaffView, StudentView

CLASS_SCHEMA = "rlprep.class/v1"
STUDENT_SCHEMA = "rlprep.student/v1"


def class_json(view: StaffView) -> dict[str, Any]:
    """Return all that staff may see; a mark that doesn't exist is null."""
    return {"schema": CLASS_SCHEMA, **asdict(view)}


def student_json(view: StudentView) -> dict[str, Any]:
    """Return all that a student may see."""
    return {"schema": STUDENT_SCHEMA, **asdict(view)}
