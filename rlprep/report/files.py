"""Writing a report to a file: whole, or not at all."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rlprep.errors import MisuseError, RlprepError


def write_whole(path: Path, text: str | bytes) -> None:
    """Write a file in one step: a full disk leaves neither half a report nor a stray file.

    Raises:
        RlprepError: it can't be written.
    """
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}")
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # mkstemp's 0600 suits secrets, not reports
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        reason = (error.strerror or str(error)).lower()
        raise RlprepError(f"the report {path} can't be written: {reason}") from None


def check_place(path: Path) -> None:
    """Refuse a path that no file can be written to.

    Raises:
        MisuseError: it is a folder, or there is no folder to write it into.
    """
    if path.is_dir():
        raise MisuseError(f"{path} is a folder", hint="name a file in it")
    if not path.absolute().parent.is_dir():
        raise MisuseError(f"there is no folder for {path}", hint="make it first")


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a report into a folder, which is made where there is none.

    Args:
        folder: where to.
        files: the text of each by its path relative to the folder.

    Raises:
        RlprepError: one can't be written.
    """
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RlprepError(f"the folder {path.parent} can't be made: {reason}") from None
        write_whole(path, text)
