"""What `--report FORMAT=PATH` asks for; one way to ask, for one submission and for a class."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from rlprep.errors import MisuseError

STDOUT = Path("-")


@dataclass(frozen=True)
class Request:
    """A format and where it goes: a file, a folder for formats of many files, or - for stdout."""

    format: str
    path: Path


def requests(texts: Iterable[str], formats: Collection[str]) -> list[Request]:
    """Return what is asked for.

    Args:
        texts: each FORMAT=PATH.
        formats: the names that are known.

    Raises:
        MisuseError: a text isn't FORMAT=PATH, a format is unknown, or a path can't be written to.
    """
    found = [_request(text, formats) for text in texts]
    paths = [request.path for request in found]
    for path in paths:
        if paths.count(path) > 1:
            raise MisuseError(f"two reports can't both go to {path}", hint="name another file")
    return found


def _request(text: str, formats: Collection[str]) -> Request:
    format_, is_one, path = text.partition("=")
    if not is_one or not path or not format_:
        raise MisuseError(
            f"--report takes FORMAT=PATH, not '{text}'", hint="e.g. --report junit=report.xml"
        )
    if format_ not in formats:
        near = difflib.get_close_matches(format_, formats, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(formats)}"
        raise MisuseError(f"there is no format '{format_}' for a report", hint=hint)
    request = Request(format_, Path(path))
    if request.path != STDOUT and not request.path.absolute().parent.is_dir():
        raise MisuseError(f"there is no folder for the report {path}", hint="make it first")
    return request
