"""`rlprep class`: a whole class graded, again and again, without ever losing a mark."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rlprep.classroom.crew import Crew
    from rlprep.classroom.journal import Journal
    from rlprep.classroom.record import ClassReport, Entry

app = typer.Typer(help="Grade whole classes: any number of files, once each.", no_args_is_help=True)


class LayoutChoice(StrEnum):
    """How a class's folder is arranged."""

    AUTO = "auto"
    FILES = "files"
    FOLDERS = "folders"


class SandboxChoice(StrEnum):
    """How much confinement to ask for."""

    STRICT = "strict"
    BEST_EFFORT = "best-effort"
    OFF = "off"


Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of submissions.")]
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
        LayoutChoice, typer.Option(help="One .py file a student, or one folder a student.")
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

    _check_libraries(scheduler)
    place = journal or _beside(folder, "journal")
    with open_journal(place, writes=True) as opened:
        entries, exercises = _prepared(
            opened, folder, layout, roster, key or _beside(folder, "key"), exercise, regrade
        )
        _mark(opened, entries, exercises, jobs, scheduler, sandbox)
        report = class_report(opened)
    _show(report, as_json=as_json)
    raise typer.Exit(_exit_code(report))


def _check_libraries(scheduler: str | None) -> None:
    from importlib.util import find_spec

    from rlprep.errors import MissingExtraError

    if not all(find_spec(library) for library in ("torch", "numpy")):
        raise MissingExtraError("grading", "grade")
    if scheduler is not None and not find_spec("distributed"):
        raise MissingExtraError("grading on a cluster", "cluster")


def _beside(folder: Path, suffix: str) -> Path:
    whole = folder.resolve()
    return whole.with_name(f"{whole.name or 'class'}.{suffix}")


def _prepared(
    journal: "Journal",
    folder: Path,
    layout: LayoutChoice,
    roster: Path | None,
    key_file: Path,
    exercise: list[str] | None,
    regrade: bool,
) -> tuple[list["Entry"], tuple[str, ...]]:
    """Return the class, called, and what it was asked; the journal is then ready for marks."""
    from rlprep.bank.load import load_bank
    from rlprep.classroom.folder import Layout, read_folder, text_of
    from rlprep.classroom.plan import asked_of, call_roll, continued, settings_of
    from rlprep.classroom.roster import read_roster

    bank = load_bank()
    for id_ in exercise or ():
        bank.exercise(id_)
    found = read_folder(folder, Layout(layout.value))
    names = read_roster(roster) if roster else None
    _say(f"layout: {found.layout}, {len(found.found)} submissions")
    if found.ignored:
        _say(f"ignored: {', '.join(found.ignored[:5])}{' ...' if len(found.ignored) > 5 else ''}")
    before = journal.settings()
    secret = _key(key_file, is_needed=before is not None)
    title = text_of(folder.resolve().name or "class")
    exercises = tuple(exercise or (before.exercises if before else ()))
    if before:
        settings = settings_of(bank, title, secret, exercises)
        journal.settle(continued(before, settings, regrade=regrade))
    entries = list(call_roll(found, names, secret, journal))
    if not exercises:
        asked = asked_of(bank, (journal.source(e.sha256) for e in entries if e.sha256))
        exercises = asked.exercises
        counts = ", ".join(f"{id_} ({asked.defined_by[id_]})" for id_ in exercises)
        _say(f"exercises, with how many files define each: {counts}; --exercise says otherwise")
    if not before:
        journal.settle(settings_of(bank, title, secret, exercises))
    journal.call_roll(entries)
    return entries, exercises


def _key(path: Path, *, is_needed: bool) -> Any:
    from rlprep.classroom.key import is_open_to_others, make_key, read_key
    from rlprep.errors import MisuseError

    if not path.exists() and not path.is_symlink():
        if is_needed:
            hint = "without it, nobody gets the same cases again; name it with --key"
            raise MisuseError(f"the class's key is gone: there is no {path}", hint=hint)
        key = make_key(path)
        _say(f"the class's key is new: {path}; keep it, and keep it from students")
        return key
    if is_open_to_others(path):
        _say(f"warning: others can read the class's key: chmod 600 {path}")
    return read_key(path)


def _mark(
    journal: "Journal",
    entries: list["Entry"],
    exercises: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    sandbox: SandboxChoice | None,
) -> None:
    """Mark what has no mark yet."""
    from rlprep.classroom.batch import mark_all
    from rlprep.classroom.record import State
    from rlprep.report.class_progress import ClassProgress

    pending = [each for each in journal.roll() if each.state is State.PENDING]
    if not pending:
        return
    crew = _crew(jobs, scheduler, sandbox)
    line = ClassProgress()
    try:
        mark_all(pending, journal, crew, exercises, line)
    finally:
        crew.close()
        line.wipe()


def _crew(jobs: int | None, scheduler: str | None, sandbox: SandboxChoice | None) -> "Crew":
    from rlprep.bank.load import load_bank
    from rlprep.classroom.crew import Threads, usable_cores
    from rlprep.sandbox.case import Mode

    if sandbox is None:
        mode = Mode.STRICT if os.environ.get("CI") else Mode.BEST_EFFORT
    else:
        mode = Mode(sandbox.value)
    return Threads(load_bank(), mode, jobs or usable_cores())


def _show(report: "ClassReport", *, as_json: bool) -> None:
    from rlprep.report.class_terminal import show_class

    show_class(report)


def _exit_code(report: "ClassReport") -> int:
    from rlprep.classroom.record import State

    states = {each.state for each in report.entries}
    if states & {State.FAILED, State.PENDING}:
        return 4
    return 3 if State.UNREADABLE in states else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)
