r"""What lies in a class's folder: who handed in which file, or why that can't be said.

Whose an entry of the folder is depends on the layout, see `layouts`. Names that begin with a dot or
an underscore pair (``.git``, ``__pycache__``) never count; a ``.py`` file of such a name is told of
all the same, but for a Mac's own ``._`` files.

Nothing of a name is trusted: it may hold any byte but / and NUL. A student's identity is the name
as NFC text (a Mac writes é as two characters, a roster as one), bytes that are no UTF-8 shown as
``\xff``; which file is opened is another matter and stays the operating system's own name.
"""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rlprep.classroom.downloads import Label, newest
from rlprep.classroom.layouts import WANTED, Labelled, Layout, guessed, is_python, labelled
from rlprep.errors import LearnerError, reason_of

MOST_ENTRIES = 2000
"""Looked at in one student's folder: somebody hands in a virtual environment every year."""
MOST_DEPTH = 4
SHOWN = 5


@dataclass(frozen=True)
class Found:
    """What one student handed in.

    Attributes:
        student: the identity.
        file: to be opened; None where there is none to open, see `problem`.
        shown: its path below the class's folder, as text.
        problem: why a person must look; empty where there is one file.
        name: for people, where a platform says it; may be empty.
        also: other identities that a roster may know the student by.
    """

    student: str
    file: Path | None
    shown: str
    problem: str = ""
    name: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Folder:
    """A class's folder, read.

    Attributes:
        layout: never `auto`.
        found: by student, sorted; no identity occurs twice.
        ignored: entries that belong to no student in this layout, as text.
        remarks: what a person should know of how it was read, a sentence each.
    """

    layout: Layout
    found: tuple[Found, ...]
    ignored: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def identity(name: str) -> str:
    """Return a name as it identifies a student: NFC text without lone surrogates."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", text).strip()


def read_folder(folder: Path, layout: Layout = Layout.AUTO) -> Folder:
    """Return what a class handed in.

    Raises:
        LearnerError: it can't be read, or lacks what the layout needs.
        LearnerError: nothing in it is a submission.
    """
    entries = _entries(folder)
    shown = [each for each in entries if not _is_hidden(each.name)]
    if layout is Layout.AUTO:
        layout = guessed(shown)
    whose = labelled(shown, layout)
    if not whose:
        raise LearnerError(
            f"nothing to grade: {WANTED[layout]} in it",
            where=text_of(folder),
            hint="one .py file a student, or one folder a student: see --layout",
        )
    taken = {entry.name for _, entry in whose}
    ignored = tuple(text_of(each.name) for each in entries if each.name not in taken)
    found, remarks = _one_each(whose)
    return Folder(layout, tuple(found), ignored, tuple(remarks))


def text_of(path: Path | str) -> str:
    """Return a path as text that can be stored and printed: no lone surrogates."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scanned:
            entries = [each for each in scanned if not _is_noise(each.name)]
    except OSError as error:
        reason = reason_of(error)
        raise LearnerError(f"not a class's folder: {reason}", where=text_of(folder)) from None
    return sorted(entries, key=lambda each: each.name)


def _is_noise(name: str) -> bool:
    """Whether an entry is nobody's: a Mac's second half of a file, and what isn't Python."""
    return name.startswith("._") or (_is_hidden(name) and not is_python(name))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "__"))


def _handed_in(label: Label, entry: os.DirEntry[str]) -> Found:
    student, shown = identity(label.student), text_of(entry.name)
    top = Path(entry.path).parent
    if is_python(entry.name):
        return _found(student, [Path(entry.path)], top)
    if not entry.is_dir():
        return Found(student, None, shown, "not a .py file")
    if entry.is_symlink():
        return Found(student, None, shown, "the folder is a symbolic link")
    try:
        files = list(_python_files(Path(entry.path)))
    except OSError as error:
        reason = reason_of(error)
        return Found(student, None, shown, f"the folder can't be read: {reason}")
    except OverflowError:
        return Found(student, None, shown, f"over {MOST_ENTRIES:,} files in the folder")
    if not files:
        return Found(student, None, shown, "no .py file in the folder")
    return _found(student, files, top)


def _python_files(folder: Path) -> Iterator[Path]:
    """Yield the ``.py`` entries of a folder and of those in it; links are met, never followed.

    Raises:
        OverflowError: there are too many entries to look at.
    """
    seen = 0
    pending = [(folder, 1)]
    while pending:
        at, depth = pending.pop()
        with os.scandir(at) as scanned:
            for entry in sorted(scanned, key=lambda each: each.name):
                seen += 1
                if seen > MOST_ENTRIES:
                    raise OverflowError
                if _is_hidden(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending += [(Path(entry.path), depth + 1)] if depth < MOST_DEPTH else []
                elif is_python(entry.name):
                    yield Path(entry.path)


def _found(student: str, files: list[Path], top: Path) -> Found:
    shown = [text_of(file.relative_to(top)) for file in files]
    if not student:
        return Found("?", None, shown[0], "the name says of nobody whose it is")
    if len(files) > 1:
        return Found(student, None, shown[0], several(shown))
    return Found(student, files[0], shown[0])


def several(shown: Iterable[str]) -> str:
    """Return the problem of a student who handed in more than one file."""
    names = sorted(shown)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} files for one student: {', '.join(names[:SHOWN])}{more}"


def _one_each(whose: Iterable[Labelled]) -> tuple[list[Found], list[str]]:
    """Return one entry an identity, and what was left out for it.

    Two names may be the same one in NFC, or but for ``.PY``; a download may hold a file twice.
    """
    by_student: dict[str, list[Labelled]] = defaultdict(list)
    for label, entry in whose:
        by_student[identity(label.student)].append((label, entry))
    found, remarks = [], []
    for student, group in sorted(by_student.items()):
        at = newest([label for label, _ in group]) if len(group) > 1 else 0
        handed = [_handed_in(*each) for each in group]
        if at is None:
            shown = several(each.shown for each in handed)
            chosen = Found(handed[0].student, None, handed[0].shown, shown)
        else:
            chosen = handed[at]
        if len(group) > 1 and at is not None:
            older = ", ".join(each.shown for each in handed if each is not chosen)
            remarks.append(f"{student} handed in again: {chosen.shown} counts, not {older}")
        label = group[at or 0][0]
        also = tuple(map(identity, label.also))
        found.append(replace(chosen, name=identity(label.name), also=also))
    return found, remarks
