"""What marks depend on besides the submission and its seed: our content and our code.

Two machines whose hashes agree give the same marks; where they don't, nobody can say.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import rlprep
from rlprep import __version__
from rlprep.bank.lint_exercises import mistakes_folder, model_files
from rlprep.bank.load import Bank

ROOMS = ("grader", "kernels", "sandbox")
"""Whose code decides on a mark."""


def content_hash(bank: Bank, exercises: Sequence[str]) -> str:
    """Return the hash of all that the bank says of some exercises, implementations included."""
    return _hash(_content(bank, exercises))


@lru_cache(maxsize=1)
def grader_version() -> str:
    """Return rlprep's version and the hash of the code that marks."""
    root = Path(rlprep.__file__).parent
    files = [file for room in ROOMS for file in sorted((root / room).rglob("*.py"))]
    parts = ((file.relative_to(root).as_posix(), file.read_bytes()) for file in files)
    return f"{__version__}+{_hash(parts)}"


def _content(bank: Bank, exercises: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for id_ in sorted(exercises):
        yield id_, bank.exercise(id_).model_dump_json().encode()
        stem = bank.solution_stem("exercise", id_)
        # A pack's own model implementation is what its expected values come from.
        for file in [*model_files(stem), *sorted(mistakes_folder(stem).glob("*.py"))]:
            yield f"{id_}/{file.name}", file.read_bytes()


def _hash(parts: Iterable[tuple[str, bytes]]) -> str:
    total = hashlib.sha256()
    for name, data in parts:
        # Lengths first: no two lists of parts read the same.
        total.update(b"%d %d " % (len(name.encode()), len(data)) + name.encode() + data)
    return total.hexdigest()[:12]
