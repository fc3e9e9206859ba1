"""What the shell offers on the Tab key: ids, from the names of the files that hold the items.

A person waits for it, and a shell shows whatever is printed meanwhile. So the bank isn't loaded
(its models alone take longer than the rest), and what can't be read is no suggestion: no complaint.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rlprep.bank.scan import Folder

Completer = Callable[[typer.Context, str], list[str]]
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
"""What an id may look like; anything else could be read as code by a shell."""


def questions(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the questions whose id begins so."""
    return _ids(ctx, incomplete, "question")


def formulas(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the formulas whose id begins so."""
    return _ids(ctx, incomplete, "formula")


def exercises(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the exercises whose id begins so."""
    return _ids(ctx, incomplete, "exercise")


def parts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the parts of rounds whose id begins so."""
    found: list[str] = []
    with _quietly():
        from rlprep.bank.read_yaml import read_yaml

        for folder in _folders(ctx):
            with suppress(Exception):  # whatever a broken pack file holds
                listed = read_yaml(folder.pack_file).data["parts"]
                found += [part["id"] for part in listed if isinstance(part["id"], str)]
    return _sound(found, incomplete)


def labs(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the labs whose id begins so."""
    with _quietly():
        from rlprep.labs.catalogue import LABS

        return _sound((lab.name for lab in LABS), incomplete)
    return []


def grade_formats(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the reports of one submission, each with the sign that the path comes after."""
    with _quietly():
        from rlprep.report.grade_faces import GRADE_FACES

        return [f"{each}=" for each in _sound(GRADE_FACES, incomplete)]
    return []


def class_formats(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the reports of a class, each with the sign that the path comes after."""
    with _quietly():
        from rlprep.report.class_faces import CLASS_FACES

        return [f"{each}=" for each in _sound(CLASS_FACES, incomplete)]
    return []


def schemas(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the JSON Schema documents whose name begins so."""
    with _quietly():
        from rlprep.report.schema_files import names

        return _sound(names(), incomplete)
    return []


def _ids(ctx: typer.Context, incomplete: str, kind: str) -> list[str]:
    found: list[str] = []
    with _quietly():
        for folder in _folders(ctx):
            found += [entry.id for entry in folder.entries if entry.kind == kind]
    return _sound(found, incomplete)


def _folders(ctx: typer.Context) -> "Iterator[Folder]":
    """Yield the packs that a command would look into, sound or not."""
    from rlprep.bank.places import other_places
    from rlprep.bank.scan import scan
    from rlprep.content import content_root

    yield from scan(content_root())[0]
    given = [Path(each) for each in ctx.params.get("pack") or ()]
    for _, place in other_places(given):
        with suppress(Exception):  # whatever stands in the way: no permission, no folder
            yield from scan(place)[0]


def _sound(found: Iterable[str], incomplete: str) -> list[str]:
    return [
        each for each in dict.fromkeys(found) if _ID.fullmatch(each) and each.startswith(incomplete)
    ]


@contextmanager
def _quietly() -> Iterator[None]:
    """Let nothing through to the person who types: no output of a pack's code, no traceback."""
    with (
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
        suppress(Exception),
    ):
        yield
