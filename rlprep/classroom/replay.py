"""A recorded mark, made again: from the journal's copy of the source and the journal's seed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rlprep.bank.load import Bank
from rlprep.classroom.folder import identity
from rlprep.classroom.journal import Journal, Settings
from rlprep.classroom.marking import Task, mark
from rlprep.classroom.provenance import content_hash, grader_version
from rlprep.classroom.record import Entry, State
from rlprep.errors import MisuseError, RlprepError
from rlprep.grader.result import SubmissionResult
from rlprep.grader.submission import RefusedError, read_regular_file
from rlprep.sandbox.client import Sandbox


@dataclass(frozen=True)
class Replay:
    """What came of making a mark again.

    Attributes:
        entry: with the results as recorded.
        again: the results as they are now.
        changed: what isn't as it was: the file, the content, the grader; in words.
    """

    entry: Entry
    again: tuple[SubmissionResult, ...]
    changed: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the mark is the same: points and verdicts of everything, and the diagnosis."""
        return essence(self.entry.results) == essence(self.again)


def essence(results: tuple[SubmissionResult, ...]) -> list[tuple[object, ...]]:
    """Return what a mark consists of: not its time, nor texts that may hold an address."""
    return [
        (
            *(each.exercise, each.verdict, each.points, each.max_points),
            tuple((f.id, f.verdict, f.points, f.max_points) for f in each.families),
            each.diagnosis and each.diagnosis.id,
        )
        for each in results
    ]


def find(journal: Journal, submission: str) -> Entry:
    """Return the entry of a student, or of a file.

    Raises:
        MisuseError: the journal has none, or it has no mark.
    """
    names = {identity(submission), identity(Path(submission).stem), identity(Path(submission).name)}
    names.add(identity(Path(submission).parent.name))
    entries = list(journal.entries())
    exact = [each for each in entries if each.student == identity(submission)]
    found = exact or [each for each in entries if each.student in names]
    if len(found) != 1:
        raise MisuseError(
            f"the journal has no submission '{submission}'",
            where=str(journal.path),
            hint="name a student as 'rlprep class status' does",
        )
    if found[0].state is not State.GRADED:
        problem = f": {found[0].problem}" if found[0].problem else ""
        raise MisuseError(f"'{submission}' has no mark, it is {found[0].state}{problem}")
    return found[0]


def replay(journal: Journal, entry: Entry, bank: Bank, sandbox: Sandbox, file: Path) -> Replay:
    """Mark a submission again, with the cases that it had.

    Args:
        journal: has the source.
        entry: of `find`.
        bank: what the exercises are now.
        sandbox: where it runs.
        file: where the submission was handed in, to see whether it has changed.

    Raises:
        RlprepError: we can't mark it.
    """
    settings = journal.settings()
    assert settings is not None
    source = journal.source(entry.sha256)
    marked = mark(Task(source, entry.seed, settings.exercises), bank, sandbox)
    if marked.failure:
        raise RlprepError(marked.failure)
    return Replay(entry, marked.results, tuple(_changes(entry, settings, bank, file)))


def _changes(entry: Entry, settings: Settings, bank: Bank, file: Path) -> list[str]:
    changes: list[str] = []
    try:
        if hashlib.sha256(read_regular_file(file)).hexdigest() != entry.sha256:
            changes.append("the file has changed since: what was marked is the journal's copy")
    except RefusedError as error:
        changes.append(f"the file isn't there as it was ({error}): marked is the journal's copy")
    if (now := content_hash(bank, settings.exercises)) != settings.content:
        changes.append(f"the exercises' content was {settings.content} and is {now}")
    if grader_version() != settings.grader:
        changes.append(f"the grader was {settings.grader} and is {grader_version()}")
    return changes
