"""What `--report FORMAT=PATH` asks for; one way to ask, for one submission and for a class."""

import difflib
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rlprep.errors import MisuseError
from rlprep.report.files import check_place, write_whole

STDOUT = Path("-")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Request:
    """A format and where it goes: a file, a folder for formats of many files, or - for stdout."""

    format: str
    path: Path


def requests(
    texts: Iterable[str], formats: Collection[str], folders: Collection[str] = ()
) -> list[Request]:
    """Return what is asked for.

    Args:
        texts: each FORMAT=PATH.
        formats: the names that are known.
        folders: those of them that write a folder of files.

    Raises:
        MisuseError: a text isn't FORMAT=PATH, a format is unknown, or a path can't be written to.
    """
    found = [_request(text, formats) for text in texts]
    for request in found:
        if request.format in folders and request.path == STDOUT:
            raise MisuseError(f"{request.format} is a folder of files", hint="name a folder")
        if request.format not in folders and request.path != STDOUT:
            check_place(request.path)
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
    return Request(format_, Path(path))


def write_reports(
    result: Result,
    wanted: Iterable[Request],
    faces: Mapping[str, Callable[[Result], str | None]],
) -> None:
    """Write reports of one file each.

    Where there is no mark, a format that could only say 0 isn't written, and an old file is taken
    away: it would be read as this run's.

    Args:
        result: what was graded.
        wanted: what is asked for; each path is a file or stdout.
        faces: how each format is made.

    Raises:
        RlprepError: a file can't be written.
    """
    for request in wanted:
        text = faces[request.format](result)
        if text is None:
            print(f"no mark: no {request.format} report", file=sys.stderr)
            if request.path != STDOUT:
                request.path.unlink(missing_ok=True)
        elif request.path == STDOUT:
            sys.stdout.write(text)
        else:
            write_whole(request.path, text)
