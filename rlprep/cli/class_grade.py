"""`rlprep class grade` at work: the roll, the crew, and what is worth saying on stderr."""

import shutil
import sys
import textwrap
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rlprep.bank.load import Bank
from rlprep.classroom.batch import mark_all
from rlprep.classroom.crew import Crew, Threads, usable_cores
from rlprep.classroom.folder import Folder, read_folder, text_of
from rlprep.classroom.journal import Journal
from rlprep.classroom.key import Key, is_open_to_others, make_key, read_key
from rlprep.classroom.layouts import Layout
from rlprep.classroom.plan import asked_of, call_roll, check_known, continued, settings_of
from rlprep.classroom.record import Entry, State
from rlprep.classroom.roster import read_roster
from rlprep.cli.grade import require_grading
from rlprep.cli.open_bank import sound_bank
from rlprep.errors import LearnerError, MissingExtraError
from rlprep.report.class_progress import ClassProgress
from rlprep.report.prose import printable
from rlprep.report.screen import is_terminal
from rlprep.sandbox.case import Mode

MOST_NAMES = 5


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; see `rlprep class grade --help`."""

    folder: Path
    exercises: tuple[str, ...]
    roster: Path | None
    layout: str
    key: Path
    jobs: int | None
    scheduler: str | None
    regrades: bool
    mode: Mode
    packs: tuple[Path, ...]


@dataclass(frozen=True)
class Seen:
    """What can be seen of a class before its journal is opened."""

    bank: Bank
    folder: Folder
    names: dict[str, str] | None


def survey(wish: Wish) -> Seen:
    """Look at a class, and refuse what can't work while nothing has been written.

    Raises:
        RlprepError: nothing is there to grade, or to grade with.
    """
    _check_libraries(wish.scheduler)
    bank = sound_bank(wish.packs)
    for id_ in wish.exercises:
        bank.exercise(id_)
    names = read_roster(wish.roster) if wish.roster else None
    return Seen(bank, read_folder(wish.folder, Layout(wish.layout)), names)


def grade_class(journal: Journal, wish: Wish, seen: Seen) -> None:
    """Call the class and mark what has no mark yet.

    Raises:
        RlprepError: it can't be done, or not to the end; what is recorded stays.
    """
    exercises = _call(journal, wish, seen)
    pending = [each for each in journal.roll() if each.state is State.PENDING]
    if not pending:
        return
    line = ClassProgress()
    line.begin(len(pending))
    try:
        crew = _crew(wish, seen.bank, exercises)
    except BaseException:
        line.wipe()
        raise
    try:
        mark_all(pending, journal, crew, exercises, line)
    except KeyboardInterrupt:
        line.wipe()
        _say("stopped; what is recorded stays, and the same command goes on from there")
        raise
    finally:
        line.wipe()
        crew.close()


def _check_libraries(scheduler: str | None) -> None:
    """Refuse where a library is missing.

    Raises:
        MissingExtraError: saying which extra to install.
    """
    require_grading()
    if scheduler is not None and not find_spec("distributed"):
        raise MissingExtraError("grading on a cluster", "cluster")


def _call(journal: Journal, wish: Wish, seen: Seen) -> tuple[str, ...]:
    """Call the roll and return what was asked; the journal is then ready for marks."""
    bank, names = seen.bank, seen.names
    _say_layout(seen.folder)
    before = journal.settings()
    key = _key(wish.key, is_needed=before is not None)
    title = text_of(wish.folder.resolve().name or "class")
    if not wish.exercises:
        check_known(bank, journal)
    exercises = wish.exercises or (before.exercises if before else ())
    if before:
        now = settings_of(bank, title, key, exercises)
        journal.settle(continued(before, now, regrade=wish.regrades))
    entries = list(call_roll(seen.folder, names, key, journal))
    if not exercises:
        asked = asked_of(bank, (journal.source(e.sha256) for e in entries if e.sha256))
        exercises = asked.exercises
        counts = ", ".join(f"{id_} ({asked.defined_by[id_]})" for id_ in exercises)
        _say(f"exercises, with how many files define each: {counts}")
        _say("  everybody is marked on all of these; --exercise ID says what was really asked")
    if not before:
        journal.settle(settings_of(bank, title, key, exercises))
    journal.call_roll(entries)
    _say_strangers(entries, names)
    return exercises


def _key(path: Path, *, is_needed: bool) -> Key:
    if not path.exists() and not path.is_symlink():
        if is_needed:
            hint = "without it, nobody gets the same cases again; name it with --key"
            raise LearnerError(f"the class's key is gone: there is no {path}", hint=hint)
        key = make_key(path)
        _say(f"the class's key is new: {path}; keep it, and keep it from students")
        return key
    if is_open_to_others(path):
        _say(f"warning: others can read the class's key: chmod 600 {path}")
    return read_key(path)


def _crew(wish: Wish, bank: Bank, exercises: tuple[str, ...]) -> Crew:
    if wish.scheduler is not None:
        from rlprep.classroom.cluster import Cluster

        return Cluster(wish.scheduler, wish.mode, bank, exercises)
    return Threads(bank, wish.mode, wish.jobs or usable_cores())


_LAYOUTS = {
    Layout.FILES: "one file a student",
    Layout.FOLDERS: "one folder a student",
    Layout.CANVAS: "named by Canvas",
    Layout.MOODLE: "named by Moodle",
    Layout.GRADESCOPE: "exported from Gradescope",
}


def _say_layout(folder: Folder) -> None:
    count = len(folder.found)
    many = "submission" if count == 1 else "submissions"
    _say(f"{count} {many}, {_LAYOUTS[folder.layout]}")
    if folder.ignored:
        what = "file" if folder.layout is Layout.FILES else "folder"
        if folder.layout not in (Layout.FILES, Layout.FOLDERS):
            what = "submission"
        _say(f"ignored, for they are no student's {what}: {_few(folder.ignored)}")
    for remark in folder.remarks:
        _say(remark)


def _say_strangers(entries: list[Entry], names: dict[str, str] | None) -> None:
    if names is None:
        return
    strangers = [each.student for each in entries if each.student not in names]
    if strangers:
        _say(f"warning: not on the roster: {_few(strangers)}")


def _few(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _say(text: str) -> None:
    line = printable(text).replace("\n", "\ufffd")
    if is_terminal(sys.stderr):
        width = shutil.get_terminal_size().columns
        line = textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False)
    print(line, file=sys.stderr)
