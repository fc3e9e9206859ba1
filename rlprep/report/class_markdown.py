"""A class at a glance as Markdown, for staff."""

from rlprep.report import class_figures
from rlprep.report.markdown import literal, table
from rlprep.report.views import StaffEntry, StaffView


def class_markdown(view: StaffView) -> str:
    """Return the class: figures, who has no mark, mistakes, everybody's mark."""
    states = class_figures.states(view)
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    spread = class_figures.spread(view)
    parts = [
        f"# {literal(view.title)}",
        f"{literal(', '.join(view.exercises))}: {view.max_points} points. For staff only.",
        f"**{len(view.entries)} students: {counts or 'none'}.** {spread[:1].upper()}{spread[1:]}.",
    ]
    lacking = class_figures.without_mark(view)
    if lacking:
        rows = [[literal(e.student), literal(e.state), literal(e.why)] for e in lacking]
        parts += ["## No mark", table(["Student", "State", "Why"], rows, set())]
    mistakes = class_figures.mistakes(view)
    if mistakes:
        rows = [
            [literal(m.exercise), f"{literal(m.id)}: {literal(m.name)}", str(m.count)]
            for m in mistakes
        ]
        parts += ["## Mistakes recognised", table(["Exercise", "Mistake", "Students"], rows, {2})]
    rows = [_student(view, entry) for entry in view.entries]
    parts += ["## Students", table(["Student", "Name", "Exercises", "Points"], rows, {3})]
    if view.twins:
        groups = "\n".join(f"- {literal(', '.join(group))}" for group in view.twins)
        parts += ["## Same submissions, names and formatting aside", groups]
    return "\n\n".join(parts) + "\n"


def _student(view: StaffView, entry: StaffEntry) -> list[str]:
    known = [literal(entry.student), literal(entry.name)]
    if entry.points is None:
        return [*known, "", literal(entry.state)]
    done = "<br>".join(map(literal, entry.done))
    return [*known, done, f"{entry.points} of {view.max_points}"]
