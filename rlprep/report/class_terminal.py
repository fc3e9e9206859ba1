"""A class for a person at a terminal: the marks at a glance, and where a person must look."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rlprep.classroom.record import ClassReport, State
from rlprep.classroom.replay import Replay
from rlprep.grader.result import SubmissionResult
from rlprep.report import class_figures
from rlprep.report.prose import printable
from rlprep.report.views import StaffEntry, StaffView, staff_view

SHORT = 30
"""A class of so many is listed in full after grading; a larger one by 'class status'."""
MOST_MISTAKES = 8
MOST_NOT_FOUND = 3
BAR_WIDTH = 40


def show_class(report: ClassReport, *, everybody: bool, console: Console | None = None) -> None:
    """Print the class.

    Args:
        report: what to show.
        everybody: list every student, however many there are.
        console: where to; stdout if None.
    """
    console = console or Console(highlight=False)
    view = staff_view(report)
    if everybody or len(view.entries) <= SHORT:
        _show_students(console, view)
    else:
        _show_marks(console, view)
        _show_lacking(console, view)
    _show_mistakes(console, view)
    _show_twins(console, view)
    _show_total(console, view)
    if not everybody and len(view.entries) > SHORT:
        console.print(Text("'rlprep class status' lists everybody", "dim"))


def show_replay(result: Replay, *, console: Console | None = None) -> None:
    """Print a recorded mark beside the one that was made again."""
    console = console or Console(highlight=False)
    table = _table("exercise", "recorded", "again")
    both = (result.entry.results, result.again)
    for exercise in dict.fromkeys(each.exercise for results in both for each in results):
        cells = [_mark_of(results, exercise) for results in both]
        table.add_row(Text(_one_line(exercise or "file")), *map(Text, cells))
    console.print(table)
    for change in result.changed:
        console.print(Text(f"since then: {printable(change)}", "yellow"))
    if result.is_same:
        console.print(Text("the same mark", "green"))
    else:
        console.print(Text("another mark", "red"))


def _mark_of(results: tuple[SubmissionResult, ...], exercise: str | None) -> str:
    found = next((each for each in results if each.exercise == exercise), None)
    if found is None:
        return "-"
    return f"{found.points} of {found.max_points}, {str(found.verdict).replace('_', ' ')}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _show_students(console: Console, view: StaffView) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", overflow="fold", max_width=28)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for entry in view.entries:
        name = f"{entry.student}  {entry.name}" if entry.name else entry.student
        has_mark = entry.points is not None
        points = Text(str(entry.points) if has_mark else "-", "default" if has_mark else "yellow")
        table.add_row(Text(_one_line(name)), points, Text(_remark(entry), "dim"))
    console.print(table)


def _remark(entry: StaffEntry) -> str:
    if entry.points is None:
        return _one_line(f"{entry.state}: {entry.why}")
    parts: list[str] = []
    for each in entry.exercises:
        if each.exercise is None:
            parts.append(f"{each.verdict.replace('_', ' ')}: {each.message}")
        else:
            named = f" {each.diagnosis.id}" if each.diagnosis else ""
            parts.append(f"{each.exercise} {each.points}/{each.max_points}{named}")
    if any(each.exercise is None for each in entry.exercises):
        pass  # what was said of the file is said of all exercises
    elif len(entry.not_found) > MOST_NOT_FOUND:
        parts.append(f"{len(entry.not_found)} exercises not found")
    else:
        parts += [f"no {each}" for each in entry.not_found]
    return _one_line(", ".join(parts))


def _show_marks(console: Console, view: StaffView) -> None:
    bars = class_figures.bars(view)
    most = max((bar.count for bar in bars), default=0)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("students", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for bar in bars:
        length = -(-BAR_WIDTH * bar.count // most) if most else 0
        table.add_row(bar.label, str(bar.count or ""), Text("━" * length, "cyan"))
    console.print(table)


def _show_lacking(console: Console, view: StaffView) -> None:
    lacking = [e for e in class_figures.without_mark(view) if e.state != State.MISSING]
    missing = [_one_line(e.student) for e in view.entries if e.state == State.MISSING]
    for entry in lacking:
        line = _one_line(f"{entry.student}: {entry.state}: {entry.why}")
        console.print(Text(line, "yellow"))
    if missing:
        console.print(Text(f"missing: {', '.join(missing)}", "yellow"))


def _show_mistakes(console: Console, view: StaffView) -> None:
    found = class_figures.mistakes(view)[:MOST_MISTAKES]
    if not found:
        return
    console.print(Text("\nmistakes that were recognised", "bold"))
    grid = Table.grid(padding=(0, 1))
    for each in found:
        text = _one_line(each.text.removeprefix("this looks like: "))
        grid.add_row(f"{each.count:>4}", Text(f"{each.exercise}: {text}"))
    console.print(grid)


def _show_twins(console: Console, view: StaffView) -> None:
    if not view.twins:
        return
    console.print(Text("\nthe same but for names and formatting", "bold"))
    grid = Table.grid(padding=(0, 1))
    for group in view.twins:
        grid.add_row("    ", Text(_one_line(", ".join(group))))
    console.print(grid)


def _show_total(console: Console, view: StaffView) -> None:
    states = class_figures.states(view)
    counts = ", ".join(f"{states[state]} {state}" for state in State if states[state])
    console.print(Text(f"\n{counts}; {class_figures.spread(view)}", "bold"))


def _one_line(text: str) -> str:
    return printable(text).replace("\n", "\ufffd").replace("\t", " ")
