"""One student's mark as a page to hand out."""

from rlprep.report.exercise_html import exercise_html, text
from rlprep.report.page import page
from rlprep.report.views import StudentView


def student_html(view: StudentView) -> str:
    """Return a page that holds what the student may see, and of no other student."""
    body = [f"<p class='soft'>{text(view.student)}</p>\n"] if view.name else []
    tone = "bad" if view.points is None else "good" if view.points == view.max_points else "plain"
    body.append(f"<p class='mark {tone}'>{text(_score(view))}</p>\n")
    body += [exercise_html(each, each.exercise or "The file") for each in view.exercises]
    for exercise in view.not_found:
        said = "<p class='bad'>The submission doesn't define this function.</p>"
        body.append(f"<h2>{text(exercise)}</h2>\n{said}\n")
    return page(view.title, "".join(body), _STYLE)


def _score(view: StudentView) -> str:
    return view.score[:1].upper() + view.score[1:]


_STYLE = ".mark { font-size: 1.2rem; font-weight: 600; }\n"
