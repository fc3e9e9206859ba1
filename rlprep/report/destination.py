"""Where a result is to be written: looked at before the work, so that none is lost to a typo."""

import tempfile
from pathlib import Path

from rlprep.errors import MisuseError


def check_destination(path: Path, what: str, suffixes: tuple[str, ...] = ()) -> None:
    """Make sure that a file can be written here.

    Args:
        path: the file.
        what: it is called in messages: "the plot".
        suffixes: one of which the file must have; none: any will do.

    Raises:
        MisuseError: another suffix, no folder, a folder or device in its place, no permission.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        known = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise MisuseError(f"{what} {path} needs another ending", hint=f"{known} are known")
    folder = path.absolute().parent
    try:
        if not folder.is_dir():
            raise MisuseError(f"there is no folder for {what} {path}", hint="make it first")
        if path.exists() and not path.is_file():
            hint = "name a file in it" if path.is_dir() else "name an ordinary file"
            raise MisuseError(f"{what} {path} is not a file", hint=hint)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{path.name}"):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MisuseError(f"{what} {path} can't be written: {reason}") from None
