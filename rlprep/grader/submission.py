"""A submission's file as bytes, or why it is refused. Nothing is trusted: it may be anything."""

import os
import stat
from pathlib import Path

from rlprep.errors import reason_of

MAX_BYTES = 256 * 1024
"""Ten times the longest honest solution; a parser may need a thousand times as much memory."""


class RefusedError(Exception):
    """The file can't be a submission; the text says why and what to do."""


def read_submission(path: Path) -> bytes:
    """Return the bytes of a regular file that may be source.

    Raises:
        RefusedError: as `read_regular_file` and `refuse_non_source` do.
    """
    data = read_regular_file(path)
    refuse_non_source(data)
    return data


def refuse_non_source(data: bytes) -> None:
    """Refuse what plainly is no source.

    Raises:
        RefusedError: it is empty or no text.
    """
    if b"\0" in data:
        raise RefusedError("no Python source: it holds NUL bytes (is it UTF-16, or compiled?)")
    if not data.strip():
        raise RefusedError("the file is empty; 'rlprep exercise start ID' writes a stub")


def read_regular_file(path: Path) -> bytes:
    """Return the bytes of a regular file of sensible size.

    Symbolic links are refused, since a class's folder of submissions may hold one to a solution.

    Raises:
        RefusedError: there is none, it is something else, or too large.
    """
    try:
        # Without O_NONBLOCK, opening a fifo would wait for somebody to write to it.
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise RefusedError(_why(path, error)) from None
    except ValueError:
        raise RefusedError("not a file name: it holds a NUL character") from None
    try:
        mode, size = (found := os.fstat(fd)).st_mode, found.st_size
        if not stat.S_ISREG(mode):
            raise RefusedError(f"not a file but {_kind(mode)}; give the path of a .py file")
        if size > MAX_BYTES:
            raise RefusedError(f"too large: {size:,} bytes, at most {MAX_BYTES:,} are graded")
        return _read(fd)
    except OSError as error:
        raise RefusedError(_why(path, error)) from None
    finally:
        os.close(fd)


def is_readable(path: Path) -> bool:
    """Tell whether a file can be a submission at all."""
    try:
        read_submission(path)
    except RefusedError:
        return False
    return True


def _read(fd: int) -> bytes:
    data = b""
    while part := os.read(fd, MAX_BYTES + 1 - len(data)):
        data += part
        if len(data) > MAX_BYTES:
            raise RefusedError(f"too large: it grew beyond {MAX_BYTES:,} bytes while it was read")
    return data


def _why(path: Path, error: OSError) -> str:
    if path.is_symlink():
        return "a symbolic link; give the file that it points to"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return "not a file but a folder; give the path of a .py file"
    return f"can't be read: {reason_of(error)}"


def _kind(mode: int) -> str:
    for test, name in (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if test(mode):
            return name
    return "something else"
