"""Writing a report to a file: whole, or not at all."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rlprep.errors import MisuseError, RlprepError, reason_of


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step: a full disk leaves neither half a report nor a stray file.

    Args:
        path: the file; one that is there is replaced.
        content: bytes as they are, text as UTF-8.

    Raises:
        RlprepError: it can't be written.
    """
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode(errors="replace") if isinstance(content, str) else content)
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # mkstemp's 0600 suits secrets, not reports
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        reason = reason_of(error)
        raise RlprepError(f"the report {path} can't be written: {reason}") from None


def check_place(path: Path, suffixes: Sequence[str] = ()) -> None:
    """Refuse, before any work is done, a path that its result could not be written to.

    Args:
        path: of the file; one that is there would be replaced.
        suffixes: one of which the file must have, in any case; none: any will do.

    Raises:
        MisuseError: another suffix, no folder, a folder or device in its place, no permission.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        known = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise MisuseError(f"{path} needs another ending", hint=f"{known} are known")
    folder = path.absolute().parent
    try:
        if path.is_dir():
            raise MisuseError(f"{path} is a folder", hint="name a file in it")
        if not folder.is_dir():
            raise MisuseError(f"there is no folder for {path}", hint="make it first")
        if path.exists() and not path.is_file():  # replacing a device would take it away
            raise MisuseError(f"{path} is no ordinary file", hint="name another one")
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{path.name}"):
            pass
    except OSError as error:
        reason = reason_of(error)
        raise MisuseError(f"{path} can't be written: {reason}") from None
