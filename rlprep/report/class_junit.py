"""A class as JUnit XML for staff: a suite for each student and exercise.

A student without a mark is a suite of one case: skipped where nothing is there to be graded,
an error where somebody must act. It never counts as a failure.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from rlprep.classroom.record import State
from rlprep.report.junit import case, document, exercise_suite, suite
from rlprep.report.views import StaffEntry, StaffView


def class_junit(view: StaffView) -> str:
    """Return the class as an XML document."""
    return document(each for entry in view.entries for each in _suites(view, entry))


def _suites(view: StaffView, entry: StaffEntry) -> Iterator[ET.Element]:
    known = {
        "student": entry.student,
        "name": entry.name,
        "state": entry.state,
        "student_points": "no mark" if entry.points is None else str(entry.points),
        "student_max_points": str(view.max_points),
        "path": entry.path,
        "sha256": entry.sha256,
        "seed": str(entry.seed),
    }
    if entry.points is None:
        waits = entry.state in (State.MISSING, State.PENDING)
        only = case("submission", "mark", "skipped" if waits else "error", entry.why, entry.state)
        yield suite(entry.student, [only], known)
        return
    for exercise in entry.exercises:
        name = f"{entry.student}: {exercise.exercise or 'unread'}"
        yield exercise_suite(name, exercise, known)
    if entry.not_found:
        lacking = [
            case(each, "defined", "failure", "the submission doesn't define it", "missing_function")
            for each in entry.not_found
        ]
        yield suite(f"{entry.student}: not found", lacking, known)
