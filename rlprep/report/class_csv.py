"""A class as a table: one row a student, for spreadsheets and scripts."""

from rlprep.report.spreadsheet import rows
from rlprep.report.views import StaffEntry, StaffView


def class_csv(view: StaffView) -> str:
    """Return the class as CSV; where there is no mark the cell is empty and `reason` says why."""
    head = ["student", "name", "state", "points", "max_points", "reason"]
    for exercise in view.exercises:
        head += [f"{exercise} points", f"{exercise} mistake"]
    return rows([head, *(_row(view, entry) for entry in view.entries)])


def _row(view: StaffView, entry: StaffEntry) -> list[str | int | None]:
    row: list[str | int | None] = [entry.student, entry.name, entry.state, entry.points]
    row += [view.max_points, entry.why]
    marked = {each.exercise: each for each in entry.exercises}
    for exercise in view.exercises:
        found = marked.get(exercise)
        if entry.points is None:
            row += [None, None]
        elif found is None:  # it counts in the mark as the nothing that it is
            row += [0, ""]
        else:
            row += [found.points, found.diagnosis.id if found.diagnosis else ""]
    return row
