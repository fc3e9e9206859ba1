"""What was attempted, in one SQLite file that any number of terminals may write to.

Attempts are only ever added. Each one is on the disk before `add` returns, so ``kill -9`` loses
nothing that was acknowledged. The file is opened for each piece of work and closed again: nobody
holds it while a candidate thinks.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlprep.progress.attempt import Attempt, BadAttemptError, from_entry, moment_text
from rlprep.progress.database import (
    StoreError,
    forbids_writing,
    open_read_only,
    open_writable,
    set_aside_files,
)
from rlprep.progress.migrations import STEPS, Step, version_of

FILE = "progress.sqlite3"
_COLUMNS = ("id", "kind", "item", "at", "share", "verdict", "details")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM attempts"
_INSERT = (
    f"INSERT INTO attempts ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO NOTHING"  # OR IGNORE would pass over every other fault as well
)
_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Added:
    """What became of attempts that were handed in."""

    new: int
    known: int
    clashes: tuple[str, ...] = ()
    """Ids that are known with other content; what was there stays."""


class Store:
    """The attempts and settings below a data folder.

    Args:
        home: the data folder; made when something is first kept.
        tell: is told, once, that a damaged file was set aside.
        steps: the layout's versions.
    """

    def __init__(
        self, home: Path, tell: Callable[[str], None], steps: tuple[Step, ...] = STEPS
    ) -> None:
        self.path = home / FILE
        self._tell = tell
        self._steps = steps

    def add(self, attempts: Iterable[Attempt]) -> Added:
        """Add attempts in one transaction, all or none; ids that are there are passed over.

        Raises:
            StoreError: they can't be kept; nothing has changed.
        """
        new, known, clashes = 0, 0, []
        with self._writing() as connection:
            connection.execute("BEGIN IMMEDIATE")
            for attempt in attempts:
                row = _to_row(attempt)
                if connection.execute(_INSERT, row).rowcount:
                    new += 1
                elif connection.execute(f"{_SELECT} WHERE id = ?", row[:1]).fetchone() == row:
                    known += 1
                else:
                    clashes.append(attempt.id)
            connection.execute("COMMIT")
        return Added(new, known, tuple(clashes))

    def attempts(self) -> list[Attempt]:
        """Return all attempts, the oldest first; those of one moment as they were added.

        Raises:
            StoreError: they can't be read.
        """
        with self._reading() as connection:
            return list(_read(connection, f"{_SELECT} ORDER BY at, number")) if connection else []

    def setting(self, name: str) -> str | None:
        """Return a remembered setting; raises as `attempts` does."""
        with self._reading() as connection:
            if connection is None:
                return None
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,))
            row = found.fetchone()
            return str(row[0]) if row else None

    def remember(self, name: str, value: str | None) -> None:
        """Remember a setting, or forget it with None; raises as `add` does."""
        with self._writing() as connection:
            if value is None:
                connection.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def salvage(self) -> Iterator[Attempt]:
        """Yield what can still be read in the damaged files that were set aside."""
        for file in set_aside_files(self.path):
            with (
                suppress(sqlite3.Error, OSError),
                closing(open_read_only(file, self._steps)) as connection,
            ):
                yield from _read(connection, _SELECT)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._explained("can't be kept"), closing(self._open()) as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection, or None where nothing was ever kept."""
        with self._explained("can't be read"):
            if not self.path.exists():
                yield None
                return
            try:
                connection = self._open()
            except (OSError, sqlite3.OperationalError) as error:
                if not forbids_writing(error):
                    raise
                connection = open_read_only(self.path, self._steps)
            with closing(connection):
                # No layout: the disk was full before anything could be put into the new file.
                yield connection if version_of(connection) else None

    def _open(self) -> sqlite3.Connection:
        connection, moved = open_writable(self.path, self._steps)
        if moved:
            self._tell(
                f"your progress could not be read; the damaged file is kept as {moved}"
                " and a new one is begun\n  try: 'rlprep progress --recover' takes in what can"
                " still be read there, and the answers in the logs of your rounds"
            )
        return connection

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise StoreError(f"your progress {what}: {reason}", where=str(self.path)) from None


def _to_row(attempt: Attempt) -> _Row:
    details = json.dumps(attempt.details)  # in ASCII: SQLite takes no lone surrogates
    at = moment_text(attempt.at)
    share = None if attempt.share is None else float(attempt.share)
    return attempt.id, attempt.kind, attempt.item, at, share, attempt.verdict, details


def _read(connection: sqlite3.Connection, query: str) -> Iterator[Attempt]:
    """Yield the attempts that a query finds; a row that somebody has spoilt is passed over."""
    for row in connection.execute(query):
        entry = dict(zip(_COLUMNS, row, strict=True))
        try:
            yield from_entry({**entry, "details": json.loads(entry["details"])})
        except (BadAttemptError, ValueError, TypeError, RecursionError):
            continue
