"""One mark as Markdown: a comment on a merge request, or the summary of a step on GitHub."""

from rlprep.report.markdown import fenced, literal, table
from rlprep.report.views import ExerciseView, FamilyView, StudentView


def student_markdown(view: StudentView) -> str:
    """Return the mark and how it came about."""
    parts = [f"## {literal(view.title)}: {literal(view.score)}"]
    parts += [_exercise(each) for each in view.exercises]
    parts += [
        f"### {literal(each)}\n\nThe submission doesn't define it." for each in view.not_found
    ]
    return "\n\n".join(parts) + "\n"


def _exercise(view: ExerciseView) -> str:
    title = literal(view.exercise or "The file")
    score = f": {view.points} of {view.max_points} points" if view.families else ""
    parts = [f"### {title}{score}"]
    if view.one_reason:
        return "\n\n".join([*parts, literal(view.one_reason)])
    if view.diagnosis:
        parts.append(f"**{literal(_sentence(view.diagnosis.text))}**")
    head = ["", "Property", "Points"]
    parts.append(table(head, [_row(family) for family in view.families], {2}))
    shown = dict.fromkeys(f.example_text for f in view.families if not f.passed and f.example)
    if shown:
        parts.append(fenced("\n\n".join(shown)))
    return "\n\n".join(parts)


def _row(family: FamilyView) -> list[str]:
    mark = "✓" if family.passed else "✗"
    said = literal(family.claim)
    if not family.passed:
        said += f"<br>**{literal(family.reason)}**"
    return [mark, said, f"{family.points} of {family.max_points}"]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
