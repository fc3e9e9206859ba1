"""Progress as lines of JSON, to take along or to join from two machines (rlprep.attempt/v1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from rlprep.progress.attempt import Attempt, BadAttemptError, from_line, to_line
from rlprep.progress.store import Store

LONGEST_LINE = 32_000_000
"""Bytes. An answer of a million characters still fits, in any script."""


@dataclass(frozen=True)
class Imported:
    """What an import brought."""

    new: int
    known: int
    refused: tuple[tuple[int, str], ...]
    """The number of each line that was left out, from 1, and why."""


def export_lines(store: Store) -> Iterator[str]:
    """Yield every attempt as a line, the oldest first."""
    for attempt in store.attempts():
        yield f"{to_line(attempt)}\n"


def import_lines(store: Store, stream: BinaryIO) -> Imported:
    """Take in the attempts that a stream's lines hold; doing it again changes nothing.

    A line that holds none is left out and named; the others come in.

    Raises:
        StoreError: they can't be kept; none has come in.
    """
    numbers: dict[str, int] = {}
    attempts: list[Attempt] = []
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(_lines(stream), 1):
        if not line.strip():
            continue
        try:
            attempt = from_line(_text(line))
        except BadAttemptError as error:
            refused.append((number, str(error)))
        else:
            numbers[attempt.id] = number
            attempts.append(attempt)
    added = store.add(attempts)
    refused += [
        (numbers[id_], f"the id {id_} is known with other content, which stays")
        for id_ in added.clashes
    ]
    return Imported(added.new, added.known, tuple(sorted(refused)))


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream; of one that is too long only the beginning."""
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)


def _text(line: bytes) -> str:
    if len(line) > LONGEST_LINE:
        raise BadAttemptError("too long")
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadAttemptError("not UTF-8") from None
