"""A folder of reports on a class as it is now: who is gone has no page in it any more.

Beside its files lies a list of digests, each of a path and what we wrote there. A file is taken
away only if it is on the list: whatever else is in the folder, and whatever somebody has changed,
stays. The list names nobody, since the folder may be handed out.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from rlprep.errors import RlprepError, reason_of
from rlprep.report.files import write_whole

LIST = ".rlprep-report.json"
SCHEMA = "rlprep.report-files/v1"


def write_folder(folder: Path, files: Mapping[str, str], kind: str) -> None:
    """Write the files of a report into a folder, and take away those of people who are gone.

    Args:
        folder: where to; made where there is none.
        files: the text of each by its path relative to the folder, with slashes.
        kind: a pattern of such paths: what an earlier report wrote under one, and this one doesn't,
            is stale.

    Raises:
        RlprepError: a file can't be written or taken away.
    """
    contents = {name: text.encode(errors="replace") for name, text in files.items()}
    now = {_digest(name, content) for name, content in contents.items()}
    before = _read(folder)
    old = {path.relative_to(folder).as_posix() for path in folder.glob(kind)} | contents.keys()
    past: set[str] = set()
    for name in sorted(old):
        digest = _digest_of(folder, name)
        past.add(digest)
        if digest in before and name not in contents:
            _take_away(folder / name)
    _make(folder)
    _write(folder, before | now)  # first, so that a run that ends half-way is known to the next
    for name, content in contents.items():
        _make((folder / name).parent)
        write_whole(folder / name, content)
    _write(folder, (before - past) | now)


def _read(folder: Path) -> set[str]:
    """Return the digests of what earlier reports wrote; none where that isn't known."""
    try:
        data = json.loads((folder / LIST).read_text("utf-8"))
        return {str(each) for each in data["files"]} if data["schema"] == SCHEMA else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _write(folder: Path, digests: set[str]) -> None:
    data = {"schema": SCHEMA, "files": sorted(digests)}
    write_whole(folder / LIST, json.dumps(data, indent=1) + "\n")


def _digest_of(folder: Path, name: str) -> str:
    """Return the digest of a file as it is; nothing for what is none or can't be read."""
    path = folder / name
    try:
        return "" if path.is_symlink() else _digest(name, path.read_bytes())
    except OSError:
        return ""


def _digest(name: str, content: bytes) -> str:
    return hashlib.sha256(b"%s\0%s" % (name.encode(errors="surrogateescape"), content)).hexdigest()


def _take_away(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        reason = reason_of(error)
        raise RlprepError(f"the old page {path} can't be taken away: {reason}") from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = reason_of(error)
        raise RlprepError(f"the folder {folder} can't be made: {reason}") from None
