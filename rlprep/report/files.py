"""Writing a report to a file: whole, or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from rlprep.errors import MisuseError, RlprepError


def check_target(path: Path) -> None:
    """Refuse a file that can't be there, before the work of filling it is done.

    Raises:
        MisuseError: its folder is missing, or it is a folder itself.
    """
    if not path.absolute().parent.is_dir():
        raise MisuseError(f"there is no folder for {path}", hint="make it first")
    if path.is_dir():
        raise MisuseError(f"{path} is a folder", hint="name a file in it")


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
        reason = (error.strerror or str(error)).lower()
        raise RlprepError(f"{path} can't be written: {reason}") from None
