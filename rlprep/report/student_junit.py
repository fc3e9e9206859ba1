"""One mark as JUnit XML that may be published: no seed, no path."""

from rlprep.report.junit import case, document, exercise_suite, suite
from rlprep.report.views import StudentView


def student_junit(view: StudentView) -> str:
    """Return the mark as an XML document; no mark is an error and never a failure."""
    if view.points is None:
        only = case("submission", "mark", "error", view.no_mark, view.state)
        return document([suite("submission", [only], {"points": "no mark"})])
    suites = [exercise_suite(each.exercise or "unread", each, {}) for each in view.exercises]
    if view.not_found:
        lacking = [
            case(each, "defined", "failure", "the submission doesn't define it", "missing_function")
            for each in view.not_found
        ]
        suites.append(suite("not found", lacking, {}))
    return document(suites)
