"""A round of the interview as an append-only file of events, one JSON object a line.

Each line that the candidate types is one appended event, so a crash, a closed terminal or
``kill -9`` loses nothing that was entered, and a long answer costs no rewriting. A half-written
last line is ignored. An advisory lock keeps two terminals from continuing the same round.
"""

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rlprep.errors import reason_of

Event = dict[str, Any]
SCHEMA = "rlprep.session/v1"


class SessionLog:
    """One round's file, open for appending, or a stand-in that keeps nothing.

    A home that can't be written must not stop an interview: `failure` then says why nothing is
    kept, and appending does nothing.
    """

    def __init__(self, path: Path | None, descriptor: int | None, failure: str | None) -> None:
        self.path = path
        self.failure = failure
        self._descriptor = descriptor

    @classmethod
    def create(cls, home: Path) -> "SessionLog":
        """Start a new round's file below `home`."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        path = home / "sessions" / f"{stamp}-{uuid.uuid4().hex[:6]}.jsonl"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
            descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            return cls(None, None, f"{path.parent}: {reason_of(error)}")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return cls(path, descriptor, None)

    @classmethod
    def reopen(cls, path: Path) -> "SessionLog | None":
        """Continue a round, or return None where another terminal has it open."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            return cls(None, None, f"{path}: {reason_of(error)}")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            os.write(descriptor, b"\n")  # ends the half-written line that a crash has left
        return cls(path, descriptor, None)

    def append(self, event: Event) -> None:
        """Add one event. A full disk is noted in `failure`, never raised."""
        if self._descriptor is None or self.failure:
            return
        line = json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n"
        data = line.encode()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            self.failure = f"{self.path}: {reason_of(error)}"

    def close(self) -> None:
        """Give the file and its lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def read_events(path: Path) -> list[Event]:
    """Return the events of a file; lines that are no JSON object are left out."""
    events: list[Event] = []
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return events
    for line in text.split("\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def unfinished(home: Path) -> Iterator[tuple[Path, list[Event]]]:
    """Yield the rounds that were begun and not finished, the newest first."""
    folder = home / "sessions"
    try:
        files = sorted(folder.glob("*.jsonl"), reverse=True)
    except OSError:
        return
    for path in files:
        events = read_events(path)
        begun = bool(events) and events[0].get("schema") == SCHEMA
        if begun and not any(event.get("event") in ("finished", "abandoned") for event in events):
            yield path, events
