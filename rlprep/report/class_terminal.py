"""A class for a person at a terminal: who has which mark, and where a person must look."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rlprep.classroom.record import ClassReport, Entry, State
from rlprep.report.prose import printable


def show_class(report: ClassReport, *, console: Console | None = None) -> None:
    """Print the class.

    Args:
        report: what to show.
        console: where to; stdout if None.
    """
    console = console or Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("")
    for entry in report.entries:
        table.add_row(Text(_line(entry)), _points(entry), Text(_remark(entry)))
    console.print(table)


def _line(entry: Entry) -> str:
    return printable(entry.student).replace("\n", "\ufffd")


def _points(entry: Entry) -> str:
    return "-" if entry.points is None else str(entry.points)


def _remark(entry: Entry) -> str:
    if entry.state is not State.GRADED:
        return printable(f"{entry.state}: {entry.problem}" if entry.problem else str(entry.state))
    return ", ".join(
        f"{each.exercise or each.verdict} {each.points}/{each.max_points}" for each in entry.results
    )
