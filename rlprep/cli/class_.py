"""`rlprep class`: a whole class graded, again and again, without ever losing a mark."""

import sys
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli.grade import SandboxChoice

if TYPE_CHECKING:
    from rlprep.classroom.journal import Journal
    from rlprep.classroom.record import ClassReport

app = typer.Typer(help="Grade whole classes: any number of files, once each.", no_args_is_help=True)


class LayoutChoice(StrEnum):
    """How a class's folder is arranged."""

    AUTO = "auto"
    FILES = "files"
    FOLDERS = "folders"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of submissions.")]
OptionalDir = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The class's folder.")]
JournalPath = Annotated[
    Path | None, typer.Option("--journal", help="Where marks are kept; default: DIR.journal.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("grade")
def grade(
    folder: Dir,
    exercise: Annotated[
        list[str] | None,
        typer.Option(
            help="What the class was asked (repeat it); default: all that a file defines."
        ),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="CSV with who should hand in: columns student, name.")
    ] = None,
    layout: Annotated[
        LayoutChoice,
        typer.Option(
            help="One .py file or one folder a student, or a platform's download, unpacked;"
            " auto: what it looks like."
        ),
    ] = LayoutChoice.AUTO,
    journal: JournalPath = None,
    key: Annotated[
        Path | None, typer.Option(help="The class's secret; default: DIR.key, made if missing.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=256, help="At a time; default: one a processor.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Grade on a Dask cluster instead.")
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Mark everything anew; the history is kept.")
    ] = False,
    sandbox: Annotated[
        SandboxChoice | None,
        typer.Option(help="Default: what this machine has; strict where CI is set."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Grade a folder of submissions; a second run grades only what is new or changed.

    Each student's hidden cases come from the class's key, the same for whatever they hand in.
    Exit code 0 when everybody who handed in has a mark, 3 when a person must look at some
    submission, 4 when grading one failed through our fault.
    Example: rlprep class grade hw1 --exercise gae --roster roster.csv
    """
    from rlprep.classroom.assemble import class_report
    from rlprep.classroom.journal import open_journal
    from rlprep.cli.class_grade import Wish, grade_class, survey

    wish = Wish(
        folder=folder,
        exercises=tuple(exercise or ()),
        roster=roster,
        layout=layout.value,
        key=key or _beside(folder, "key"),
        jobs=jobs,
        scheduler=scheduler,
        regrades=regrade,
        sandbox=sandbox and sandbox.value,
    )
    seen = survey(wish)
    with open_journal(journal or _beside(folder, "journal"), writes=True) as opened:
        grade_class(opened, wish, seen)
        report = class_report(opened)
    _show(report, everybody=False, as_json=as_json)
    raise typer.Exit(_exit_code(report))


@app.command("status")
def status(
    folder: OptionalDir = None, journal: JournalPath = None, as_json: AsJson = False
) -> None:
    """Say where everybody stands; a grading that is under way isn't disturbed.

    Example: rlprep class status hw1
    """
    from rlprep.classroom.assemble import class_report

    with _reading(folder, journal) as opened:
        report = class_report(opened)
    _show(report, everybody=True, as_json=as_json)


@app.command("report")
def report(
    wanted: Annotated[
        list[str],
        typer.Option(
            "--report",
            metavar="FORMAT=PATH",
            help="Repeat for more. About all, for staff: json, csv, junit, markdown, html. A file"
            " for each student: student-html, student-json, student-markdown, student-junit,"
            " gradescope.",
        ),
    ],
    folder: OptionalDir = None,
    journal: JournalPath = None,
) -> None:
    """Write reports of a class, for staff or for each student.

    A student's file holds nothing of the hidden cases, of seeds, or of other students.
    Example: rlprep class report hw1 --report html=overview --report csv=marks.csv
    """
    from rlprep.classroom.assemble import class_report
    from rlprep.report.class_faces import CLASS_FACES, FOLDERS, write_class_reports
    from rlprep.report.request import requests

    asked = requests(wanted, CLASS_FACES, FOLDERS)
    with _reading(folder, journal) as opened:
        made = class_report(opened)
    write_class_reports(made, asked)


@app.command("gradebook")
def gradebook(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A gradebook out of Canvas.")],
    column: Annotated[str, typer.Option(help="The assignment, as the gradebook calls it.")],
    to: Annotated[Path, typer.Option(help="The file to write, for Canvas to import.")],
    folder: OptionalDir = None,
    journal: JournalPath = None,
) -> None:
    """Fill the marks into a gradebook that was exported from Canvas.

    Only the column of the assignment is written; who has no mark keeps what is there.
    Example: rlprep class gradebook grades.csv hw1 --column "Homework 1" --to filled.csv
    """
    from rlprep.classroom.assemble import class_report
    from rlprep.errors import MisuseError
    from rlprep.report.canvas import fill_canvas
    from rlprep.report.files import write_whole

    try:
        text = export.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"the gradebook can't be read: {error}", where=str(export)) from None
    with _reading(folder, journal) as opened:
        filled = fill_canvas(class_report(opened), text, column)
    write_whole(to, filled.text)
    print(f"{to}: {filled.written} marks")
    for student in filled.unmatched:
        _say(f"not in the gradebook: {student}")
    for remark in filled.remarks:
        _say(remark)


@app.command("replay")
def replay(
    submission: Annotated[str, typer.Argument(help="A student, or the file that was handed in.")],
    folder: OptionalDir = None,
    journal: JournalPath = None,
    sandbox: Annotated[SandboxChoice, typer.Option()] = SandboxChoice.BEST_EFFORT,
    as_json: AsJson = False,
) -> None:
    """Make a recorded mark again, from the journal's copy of the file and with the same cases.

    Exit code 0 if it is the same mark, 1 if it is another.
    Example: rlprep class replay ada hw1
    """
    from rlprep.bank.load import load_bank
    from rlprep.classroom import replay as replaying
    from rlprep.cli.class_grade import check_libraries
    from rlprep.report.class_terminal import show_replay
    from rlprep.sandbox.case import Mode
    from rlprep.sandbox.client import Sandbox

    check_libraries(None)
    if folder is None and journal is None:
        folder = _class_of(Path(submission))
    with _reading(folder, journal) as opened:
        entry = replaying.find(opened, submission)
        with Sandbox(Mode(sandbox.value)) as box:
            file = (folder or Path()) / entry.path
            result = replaying.replay(opened, entry, load_bank(), box, file)
    if as_json:
        from rlprep.report.replay_json import replay_json

        print(replay_json(result), end="")
    else:
        show_replay(result)
    raise typer.Exit(0 if result.is_same else 1)


def _class_of(file: Path) -> Path:
    """Return the folder of the class that a submitted file belongs to: one with a journal."""
    from rlprep.errors import MisuseError

    for folder in file.absolute().parents:
        if _beside(folder, "journal").exists():
            return folder
    raise MisuseError(f"no journal is known for '{file}'", hint="name the class's folder after it")


def _reading(folder: Path | None, journal: Path | None) -> "AbstractContextManager[Journal]":
    from rlprep.classroom.journal import open_journal
    from rlprep.errors import MisuseError

    if folder is None and journal is None:
        raise MisuseError("which class?", hint="name its folder, or its journal with --journal")
    place = journal or _beside(folder or Path(), "journal")
    return open_journal(place, writes=False)


def _beside(folder: Path, suffix: str) -> Path:
    whole = folder.resolve()
    return whole.parent / f"{whole.name or 'class'}.{suffix}"


def _show(report: "ClassReport", *, everybody: bool, as_json: bool) -> None:
    if as_json:
        from rlprep.report.class_json import class_json
        from rlprep.report.views import staff_view

        print(class_json(staff_view(report)), end="")
    else:
        from rlprep.report.class_terminal import show_class

        show_class(report, everybody=everybody)


def _exit_code(report: "ClassReport") -> int:
    from rlprep.classroom.record import State

    states = {each.state for each in report.entries}
    if states & {State.FAILED, State.PENDING}:
        return 4
    return 3 if State.UNREADABLE in states else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)
