"""`rlprep class`: a whole class graded, again and again, without ever losing a mark."""

import sys
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli import complete, options
from rlprep.cli.examples import examples
from rlprep.cli.grade import require_grading, sandbox_mode
from rlprep.cli.options import AsJson, JournalPath, Packs, SandboxChoice
from rlprep.cli.reading import reading

if TYPE_CHECKING:
    from rlprep.classroom.journal import Journal
    from rlprep.classroom.record import ClassReport

app = typer.Typer(
    help="Grade whole classes: any number of files, once each.",
    no_args_is_help=True,
    epilog=examples("class grade hw1 --exercise gae", "class report hw1 --report html=overview"),
)


class LayoutChoice(StrEnum):
    """How a class's folder is arranged."""

    AUTO = "auto"
    FILES = "files"
    FOLDERS = "folders"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"


Submissions = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of submissions.")]
ClassFolder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="The folder of submissions, or --journal.")
]

Exercises = Annotated[list[str] | None, options.exercises(default="all that the files define")]
Roster = Annotated[
    Path | None,
    typer.Option("--roster", metavar="FILE.csv", help="Who should hand in: columns student, name."),
]
Arrangement = Annotated[
    LayoutChoice,
    typer.Option(
        "--layout",
        help="One .py file or one folder a student, or a platform's download, unpacked; auto:"
        " what it looks like.",
    ),
]
Key = Annotated[Path | None, options.key("DIR.key, made if missing")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        max=256,
        help="Submissions at a time.",
        show_default="one a processor",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Grade on a Dask cluster instead."),
]
Confinement = Annotated[SandboxChoice | None, options.sandbox(default="best-effort; strict in CI")]


@app.command(
    "grade",
    epilog=examples(
        "class grade hw1 --exercise gae", "class grade hw1 --exercise gae --roster roster.csv"
    ),
)
def grade(
    folder: Submissions,
    exercise: Exercises = None,
    roster: Roster = None,
    layout: Arrangement = LayoutChoice.AUTO,
    journal: JournalPath = None,
    key: Key = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Mark everything anew; the history is kept.")
    ] = False,
    sandbox: Confinement = None,
    as_json: AsJson = False,
    pack: Packs = None,
) -> None:
    """Grade a folder of submissions, each of them once.

    A second run grades only what is new or changed. Each student's hidden
    cases come from the class's key, the same for whatever they hand in. With
    --scheduler, a pack must be in RLPREP_PACK_PATH of the workers too.

    Exit code 0 when everybody who handed in has a mark, 3 when a person must
    look at some submission, 4 when grading one failed through our fault.
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
        mode=sandbox_mode(sandbox),
        packs=tuple(pack or ()),
    )
    seen = survey(wish)
    with open_journal(journal or _beside(folder, "journal"), writes=True) as opened:
        grade_class(opened, wish, seen)
        report = class_report(opened)
    _show(report, everybody=False, as_json=as_json)
    raise typer.Exit(_exit_code(report))


@app.command("status", epilog=examples("class status hw1", "class status hw1 --json"))
def status(
    folder: ClassFolder = None, journal: JournalPath = None, as_json: AsJson = False
) -> None:
    """Say where everybody stands, also while it is graded."""
    from rlprep.classroom.assemble import class_report

    with _reading(folder, journal) as opened:
        report = class_report(opened)
    _show(report, everybody=True, as_json=as_json)


@app.command(
    "report", epilog=examples("class report hw1 --report html=overview --report csv=marks.csv")
)
def report(
    wanted: Annotated[list[str], options.reports(complete.class_formats)],
    folder: ClassFolder = None,
    journal: JournalPath = None,
) -> None:
    """Write reports, for staff or for each student.

    About all, for staff, FORMAT is json, csv, junit or markdown, each a file,
    or html, a folder. A folder with a file for each student: student-html,
    student-json, student-markdown, student-junit or gradescope. A student's
    file holds nothing of the hidden cases, of seeds, or of other students; a
    folder of an earlier report loses the files of who is gone, and no others.
    """
    from rlprep.classroom.assemble import class_report
    from rlprep.report.class_faces import CLASS_FACES, FOLDERS, write_class_reports
    from rlprep.report.request import requests

    asked = requests(wanted, CLASS_FACES, FOLDERS)
    with _reading(folder, journal) as opened:
        made = class_report(opened)
    write_class_reports(made, asked)


@app.command(
    "gradebook",
    epilog=examples('class gradebook grades.csv hw1 --column "Homework 1" --to filled.csv'),
)
def gradebook(
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT.csv", help="A gradebook out of Canvas.")
    ],
    column: Annotated[
        str,
        typer.Option("--column", metavar="NAME", help="The assignment, as the gradebook calls it."),
    ],
    to: Annotated[Path, options.to("FILE")],
    folder: ClassFolder = None,
    journal: JournalPath = None,
) -> None:
    """Fill the marks into a gradebook exported from Canvas.

    Only the column of the assignment is written; who has no mark keeps what
    is there. The file is for Canvas to import.
    """
    from rlprep.classroom.assemble import class_report
    from rlprep.report.canvas import fill_canvas
    from rlprep.report.files import check_place, write_whole

    check_place(to)
    text = _gradebook(export)
    with _reading(folder, journal) as opened:
        filled = fill_canvas(class_report(opened), text, column)
    write_whole(to, filled.text)
    print(f"{to}: {filled.written} {'mark' if filled.written == 1 else 'marks'}")
    for student in filled.unmatched:
        _say(f"not in the gradebook: {student}")
    for remark in filled.remarks:
        _say(remark)


@app.command("replay", epilog=examples("class replay ada hw1", "class replay hw1/ada.py"))
def replay(
    submission: Annotated[
        str,
        typer.Argument(metavar="SUBMISSION", help="A student, or the file that was handed in."),
    ],
    folder: ClassFolder = None,
    journal: JournalPath = None,
    sandbox: Confinement = None,
    as_json: AsJson = False,
    pack: Packs = None,
) -> None:
    """Make a recorded mark again, with the same cases.

    What is graded is the journal's copy of the file.

    Exit code 0 if it is the same mark, 1 if it is another.
    """
    from rlprep.classroom import replay as replaying
    from rlprep.classroom.plan import check_known
    from rlprep.cli.open_bank import sound_bank
    from rlprep.report.class_terminal import show_replay
    from rlprep.report.progress import ProgressLine
    from rlprep.sandbox.client import Sandbox

    require_grading()
    bank = sound_bank(pack or ())
    if folder is None and journal is None:
        folder = _class_of(Path(submission))
    with _reading(folder, journal) as opened:
        entry = replaying.find(opened, submission)
        check_known(bank, opened)
        file = (folder or Path()) / entry.path
        line = ProgressLine()
        line("replay", 0, 1)
        try:
            with Sandbox(sandbox_mode(sandbox)) as box:
                result = replaying.replay(opened, entry, bank, box, file)
        finally:
            line.wipe()
    if as_json:
        from rlprep.report.json_text import json_line
        from rlprep.report.replay_json import replay_json

        print(json_line(replay_json(result)))
    else:
        show_replay(result)
    raise typer.Exit(0 if result.is_same else 1)


def _gradebook(export: Path) -> str:
    """Return the text of an exported gradebook, its line ends as they are."""
    from rlprep.errors import LearnerError

    try:
        with reading(export):
            return export.read_bytes().decode()
    except UnicodeDecodeError as error:
        what, hint = f"not UTF-8 (byte {error.start})", "export it from Canvas again"
        raise LearnerError(what, where=str(export), hint=hint) from None


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
        from rlprep.report.json_text import json_line
        from rlprep.report.views import staff_view

        print(json_line(class_json(staff_view(report))))
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
