"""Where packs may be besides the shipped ones; nothing of them is read here."""

import os
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

PACK_PATH_VARIABLE = "RLPREP_PACK_PATH"
ENTRY_POINT_GROUP = "rlprep.packs"
CONTENT = ("questions", "solutions")
"""The folders of a place in which its packs are; whatever else is there is no content."""


def other_places(given: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield where packs may be, by who says so: the option, the environment, entry points."""
    named = set()
    for folder in given:
        named.add(folder.resolve())
        yield f"--pack {folder}", folder
    for part in os.environ.get(PACK_PATH_VARIABLE, "").split(os.pathsep):
        if part and Path(part).resolve() not in named:  # the same pack twice is the pack once
            named.add(Path(part).resolve())
            yield f"{PACK_PATH_VARIABLE} {part}", Path(part)
    for point in metadata.entry_points(group=ENTRY_POINT_GROUP):
        yield f"entry point {point.name}", Path(_folder_of(point))


def _folder_of(point: metadata.EntryPoint) -> str:
    """Return the folder an entry point names: a path, a function that returns one, a package."""
    try:
        target = point.load()
        target = target() if callable(target) else target
        return str(getattr(target, "__path__", [target])[0])
    except Exception as error:  # whatever a stranger's package raises on import
        return f"(entry point {point.value}: {error})"
