"""The journal of a class: what was handed in, every mark once, nothing ever overwritten.

One SQLite file in WAL mode, written by one process at a time (a lock beside it says which), read by
any number. `roll` is the class as the last run found it; `marks` is only ever added to: another
version of a file, another round (``--regrade``) or another content is another row. A mark is final
once its row is there, and its key makes sure that it is there once. Sources are kept, so that
what was marked can be marked again when the file has long been changed.
"""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rlprep.classroom import stored
from rlprep.classroom.folder import text_of
from rlprep.classroom.record import Entry, State
from rlprep.errors import MisuseError, RlprepError, reason_of
from rlprep.grader.result import SubmissionResult

APPLICATION = 0x524C5043
SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE class (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (sha256 TEXT PRIMARY KEY, source BLOB NOT NULL);
CREATE TABLE roll (
    student TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    seed INTEGER NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL, attempts INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL, sha256 TEXT NOT NULL, exercises TEXT NOT NULL, content TEXT NOT NULL,
    grader TEXT NOT NULL, seed INTEGER NOT NULL, round INTEGER NOT NULL,
    results TEXT NOT NULL, environment TEXT NOT NULL, attempts INTEGER NOT NULL,
    recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    UNIQUE (student, sha256, exercises, content, grader, seed, round)
);
"""


@dataclass(frozen=True)
class Settings:
    """What all marks of a round have in common.

    Attributes:
        title: the name of the class's folder.
        key: the fingerprint of the class's key.
        exercises: what was asked.
        max_points: of all of them.
        content: the hash of what the bank says of them.
        grader: the version of what marks.
        round: 0, and one more with every regrade.
    """

    title: str
    key: str
    exercises: tuple[str, ...]
    max_points: int
    content: str
    grader: str
    round: int = 0


class JournalError(RlprepError):
    """The journal can't be written, or read, any more (exit code 4)."""


class Journal:
    """An open journal; make one with `open_journal`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def lay_out(self) -> None:
        """Make the tables of a new journal."""
        with self._writing() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(
                f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION};"
                f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    def settings(self) -> Settings | None:
        """Return the settings, None in a journal that has just been made."""
        rows = dict(self._connection.execute("SELECT name, value FROM class"))
        if not rows:
            return None
        data = {name: json.loads(value) for name, value in rows.items()}
        return Settings(**{**data, "exercises": tuple(data["exercises"])})

    def settle(self, settings: Settings) -> None:
        """Keep these settings from now on."""
        rows = [(name, json.dumps(value)) for name, value in asdict(settings).items()]
        with self._writing() as connection:
            connection.execute("DELETE FROM class")
            connection.executemany("INSERT INTO class VALUES (?, ?)", rows)

    def keep_source(self, sha256: str, source: bytes) -> None:
        """Keep the bytes of a submission."""
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (sha256, source))

    def source(self, sha256: str) -> bytes:
        """Return the bytes of a submission."""
        query = "SELECT source FROM sources WHERE sha256 = ?"
        return self._connection.execute(query, (sha256,)).fetchone()[0]

    def call_roll(self, entries: Iterable[Entry]) -> None:
        """Make these the class; a submission that has its mark is graded, whatever it says."""
        with self._writing() as connection:
            connection.execute("DELETE FROM roll")
            connection.executemany(
                "INSERT INTO roll VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (e.student, e.name, e.path, e.sha256, e.seed, e.state, e.problem, e.attempts)
                    for e in entries
                ],
            )
            settings = self.settings()
            if settings:
                connection.execute(
                    f"UPDATE roll SET state = 'graded', problem = ''"
                    f" WHERE state = 'pending' AND EXISTS (SELECT 1 FROM marks WHERE {_CURRENT})",
                    _key(settings),
                )

    def roll(self) -> Iterator[Entry]:
        """Yield the class by student, without results."""
        query = f"SELECT {_COLUMNS} FROM roll ORDER BY student"
        yield from map(_entry, self._connection.execute(query).fetchall())

    def entries(self) -> Iterator[Entry]:
        """Yield the class by student, with results where there are."""
        settings = self.settings()
        query = (
            f"SELECT {_COLUMNS}, marks.results, marks.attempts FROM roll"
            f" LEFT JOIN marks ON roll.state = 'graded' AND {_CURRENT} ORDER BY roll.student"
        )
        key = _key(settings) if settings else ("", "", "", 0)
        for row in self._connection.execute(query, key):
            entry, results, attempts = _entry(row[:8]), row[8], row[9]
            if results is not None:
                found = tuple(replace(each, path=entry.path) for each in stored.from_text(results))
                entry = replace(entry, results=found, attempts=attempts)
            yield entry

    def environments(self) -> list[dict[str, Any]]:
        """Return what the marks of this round were made with, each combination once."""
        settings = self.settings()
        query = "SELECT DISTINCT environment FROM marks WHERE round = ? ORDER BY environment"
        rows = self._connection.execute(query, (settings.round if settings else 0,))
        return [json.loads(environment) for (environment,) in rows]

    def record(
        self,
        entry: Entry,
        results: Sequence[SubmissionResult],
        environment: dict[str, Any],
        attempts: int,
    ) -> None:
        """Record a mark for good. A second one for the same key changes nothing."""
        settings = self.settings()
        assert settings is not None
        exercises, content, grader, round_ = _key(settings)
        with self._writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO marks (student, sha256, exercises, content, grader, seed,"
                " round, results, environment, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(entry.student, entry.sha256, exercises, content, grader, entry.seed, round_),
                    *(stored.to_text(results), json.dumps(environment, sort_keys=True), attempts),
                ),
            )
            connection.execute(
                "UPDATE roll SET state = 'graded', problem = '', attempts = ? WHERE student = ?",
                (attempts, entry.student),
            )

    def fail(self, entry: Entry, problem: str, attempts: int) -> None:
        """Note that we failed to mark a submission: no mark, and the next run tries again."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE roll SET state = 'failed', problem = ?, attempts = ? WHERE student = ?",
                (problem, attempts, entry.student),
            )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._connection:
                yield self._connection
        except sqlite3.Error as error:
            raise JournalError(
                f"the journal can't be written: {error}",
                where=text_of(self.path),
                hint="what is recorded stays; make room, then the same command goes on",
            ) from error


_COLUMNS = (
    "roll.student, roll.name, roll.path, roll.sha256, roll.seed, roll.state, roll.problem,"
    " roll.attempts"
)
_CURRENT = (
    "marks.student = roll.student AND marks.sha256 = roll.sha256 AND marks.seed = roll.seed"
    " AND marks.exercises = ? AND marks.content = ? AND marks.grader = ? AND marks.round = ?"
)


def _key(settings: Settings) -> tuple[str, str, str, int]:
    return json.dumps(settings.exercises), settings.content, settings.grader, settings.round


def _entry(row: Sequence[Any]) -> Entry:
    student, name, path, sha256, seed, state, problem, attempts = row
    return Entry(
        student, name, path, sha256, seed, State(state), problem=problem, attempts=attempts
    )


@contextmanager
def open_journal(path: Path, *, writes: bool) -> Iterator[Journal]:
    """Open a journal, or make one where there is none and it is to be written.

    Raises:
        MisuseError: there is none to read, it is none of ours or of a newer rlprep, or another
            process writes it.
        JournalError: it is damaged, also while it is open.
        RlprepError: the machine doesn't let us.
    """
    where = text_of(path)
    if os.access(path, os.F_OK):
        # Looked at before the lock is made, so that a refusal leaves nothing beside another's file.
        with closing(_connect(path, where, makes=False)) as connection:
            _is_new(connection, where, writes=writes)
    elif not writes:
        hint = "'rlprep class grade' makes one; name it with --journal"
        raise MisuseError("there is no such journal", where=where, hint=hint)
    with (
        _lock(path) if writes else nullcontext(),
        closing(_connect(path, where, makes=writes)) as connection,
    ):
        journal = Journal(path, connection)
        if _is_new(connection, where, writes=writes):
            journal.lay_out()
        try:
            yield journal
        except sqlite3.Error as error:
            raise JournalError(
                f"the journal can't be read: {error}",
                where=where,
                hint="a copy of it from before may be whole",
            ) from error


def _connect(path: Path, where: str, *, makes: bool) -> sqlite3.Connection:
    try:
        if makes:
            # Sources and seeds are nobody else's to read; SQLite's other files take the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return sqlite3.connect(path)
    except (sqlite3.Error, OSError) as error:
        raise RlprepError(f"the journal can't be opened: {error}", where=where) from None


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Keep other writers away; the system does so no longer once we are gone, even killed."""
    where = text_of(path)
    with ExitStack() as held:
        try:
            fd = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            held.callback(os.close, fd)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MisuseError(
                "another 'class grade' is at work on this journal",
                where=where,
                hint="wait for it, or follow it with 'rlprep class status'",
            ) from None
        except OSError as error:
            raise MisuseError(
                f"the journal can't be made: {reason_of(error)}",
                where=where,
                hint="name a place for it with --journal",
            ) from None
        yield


def _is_new(connection: sqlite3.Connection, where: str, *, writes: bool) -> bool:
    """Tell whether nothing is laid out yet in what may be written.

    Raises:
        MisuseError: it is no journal of ours; nothing of it was touched.
    """
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error as error:
        raise MisuseError(f"not a class's journal: {error}", where=where) from None
    if writes and not (application or version or tables):
        return True
    if application != APPLICATION:
        raise MisuseError("not a class's journal", where=where, hint="name another one")
    if version > SCHEMA_VERSION:
        raise MisuseError(
            f"the journal is of a newer rlprep (format {version}, this one knows {SCHEMA_VERSION})",
            where=where,
            hint="upgrade rlprep; nothing was changed",
        )
    return False
