"""A mark on stdout, for a log that others may read: no seed, nothing of the hidden cases."""

from rlprep.grader.result import GradeReport
from rlprep.report.views import ExerciseView, grade_view


def show_mark(report: GradeReport) -> None:
    """Print the mark and how it came about, as plain lines."""
    view = grade_view(report)
    for exercise in view.exercises:
        print(_exercise(exercise))
    print(view.score)


def _exercise(view: ExerciseView) -> str:
    lines = [f"{view.exercise or 'file'}: {view.points} of {view.max_points} points"]
    if view.one_reason:
        return "\n".join([*lines, f"  {view.one_reason}"])
    for family in view.families:
        mark = "ok  " if family.passed else "FAIL"
        lines.append(f"  {mark} {family.points}/{family.max_points}  {family.claim}")
        if not family.passed:
            lines.append(f"       {family.reason}")
            lines += [f"         {line}" for line in family.example_text.splitlines()]
    if view.diagnosis:
        lines.append(f"  {view.diagnosis.text}")
    return "\n".join(lines)
