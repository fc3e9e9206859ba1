"""Opening the store's file: new, older, in use, damaged, read-only, or from a newer version.

Whatever can't be read is renamed and stays on the disk; a newer version's file isn't touched.
"""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

from rlprep.errors import LearnerError
from rlprep.progress.clock import now
from rlprep.progress.lock import exclusive
from rlprep.progress.migrations import Step, migrate, version_of

BUSY_S = 15.0
_VERSION_BYTES = slice(60, 64)  # user_version in the header of every SQLite file, big-endian
_SIDECARS = ("", "-wal", "-shm")
_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NOT_WRITABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
}
_TABLES = {"attempts", "settings"}


class StoreError(LearnerError):
    """The progress kept on this machine can't be read or written (exit code 3)."""


def open_writable(path: Path, steps: tuple[Step, ...]) -> tuple[sqlite3.Connection, Path | None]:
    """Open the file for reading and writing, in the newest layout; make it where there is none.

    Returns:
        The connection, in autocommit mode, and where a damaged file was moved to, if one was.

    Raises:
        StoreError: a newer version has written it.
        OSError, sqlite3.Error: the folder or the disk don't allow it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(path.with_suffix(".lock"), BUSY_S):
        _refuse_newer(path, steps)
        moved = _set_aside(path) if path.exists() and not _is_sound(path) else None
        path.touch(mode=0o600)  # answers are nobody else's business; SQLite's side files follow
        connection = _connect(path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, steps)
        except BaseException:
            connection.close()
            raise
        return connection, moved


def open_read_only(path: Path, steps: tuple[Step, ...]) -> sqlite3.Connection:
    """Open a file that can't be written; raises as `open_writable` does."""
    _refuse_newer(path, steps)
    # immutable: the folder has no room for the side files that a reader would make.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, isolation_level=None)


def forbids_writing(error: OSError | sqlite3.OperationalError) -> bool:
    """Return whether an error says that the folder or the disk takes no writing."""
    if isinstance(error, OSError):
        return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
    return error.sqlite_errorcode & 0xFF in _NOT_WRITABLE


def set_aside_files(path: Path) -> list[Path]:
    """Return the damaged files that were set aside, the oldest first."""
    found = path.parent.glob(f"{path.name}.unreadable-*")
    return sorted(file for file in found if not file.name.endswith(_SIDECARS[1:]))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)


def _refuse_newer(path: Path, steps: tuple[Step, ...]) -> None:
    """Look at the header without SQLite, which might write to the file as it opens it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    version = int.from_bytes(header[_VERSION_BYTES], "big")
    if header.startswith(b"SQLite format 3\0") and version > len(steps):
        raise StoreError(
            f"a newer rlprep keeps your progress there (layout {version}, this one knows"
            f" {len(steps)}); it is left as it is",
            where=str(path),
            hint="pip install --upgrade rlprep, or another RLPREP_HOME",
        )


def _is_sound(path: Path) -> bool:
    """Return whether a file is a whole SQLite file, and ours or empty."""
    try:
        with closing(_connect(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return False
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {str(name) for (name,) in rows} - {"sqlite_sequence"}
            return tables >= _TABLES if version_of(connection) else not tables
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _UNREADABLE:
            return False
        raise


def _set_aside(path: Path) -> Path:
    stamp = now().strftime("%Y%m%dT%H%M%SZ")
    names = (
        f"{path.name}.unreadable-{stamp}{more}" for more in ("", *map("-{}".format, range(2, 99)))
    )
    target = next(file for name in names if not (file := path.with_name(name)).exists())
    for suffix in _SIDECARS:
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(target.with_name(target.name + suffix))
    return target
