"""Which items a content folder holds, found without parsing them.

A content folder has ``questions/`` and ``solutions/``. Each ``pack.yaml`` below ``questions/``
makes its folder a pack; an item belongs to the nearest pack above it. The first line of every
file is ``kind: ...`` and its id is the file's stem, so that a command can find and parse just the
items it needs: the whole bank takes far longer to parse than to list.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from rlprep.bank.problem import Problem
from rlprep.errors import reason_of

PACK_FILE = "pack.yaml"
_KIND = re.compile(r"kind:\s*([A-Za-z_]+)\s*(#.*)?")


@dataclass(frozen=True)
class Entry:
    """One item's file: what kind it says it is, its id, and where its solution belongs."""

    kind: str
    id: str
    file: Path
    solution: Path
    """The path of the solution without its suffix: ``solutions/attention/gqa``."""


@dataclass(frozen=True)
class Folder:
    """One pack on disk: its pack file and the items that belong to it."""

    root: Path
    pack_file: Path
    entries: tuple[Entry, ...]


def scan(root: Path) -> tuple[list[Folder], list[Problem]]:
    """Return the packs below ``root/questions`` and what is wrong with their files' places."""
    questions = root / "questions"
    if not questions.is_dir():
        hint = "a pack is a folder that holds questions/pack.yaml"
        what = "no folder 'questions' in it" if root.is_dir() else "no such folder"
        return [], [Problem(root, None, what, hint)]
    problems: list[Problem] = []
    items: dict[Path, list[Entry]] = {
        file.parent: [] for file in sorted(questions.rglob(PACK_FILE))
    }
    for file in sorted(questions.rglob("*.y*ml")):
        if file.suffix == ".yml":
            problems.append(Problem(file, None, "not read: the suffix is .yml", "call it .yaml"))
        if file.suffix != ".yaml" or file.name == PACK_FILE:
            continue
        home = next((folder for folder in file.parents if folder in items), None)
        entry = _entry(root, file, problems)
        if home is None:
            hint = f"add {PACK_FILE} to {questions.name}/"
            problems.append(Problem(file, None, "belongs to no pack", hint))
        elif entry:
            items[home].append(entry)
    if not items:
        problems.append(Problem(questions, None, f"no {PACK_FILE} in it", "every pack needs one"))
    folders = [Folder(root, home / PACK_FILE, tuple(found)) for home, found in items.items()]
    return folders, problems


def _entry(root: Path, file: Path, problems: list[Problem]) -> Entry | None:
    if not file.is_file():  # opening a pipe would wait for ever
        problems.append(Problem(file, None, "not an ordinary file"))
        return None
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            first = stream.readline(200).strip()
    except OSError as error:
        reason = reason_of(error)
        problems.append(Problem(file, None, f"can't be read: {reason}"))
        return None
    kind = _KIND.fullmatch(first)
    if kind is None:
        hint = "the first line says what the item is, such as 'kind: question'"
        problems.append(Problem(file, 1, f"the first line is '{first[:40]}'", hint))
        return None
    relative = file.relative_to(root / "questions").with_suffix("")
    return Entry(kind[1], file.stem, file, root / "solutions" / relative)
