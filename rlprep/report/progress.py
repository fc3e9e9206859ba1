"""A line on stderr that says how far a long command is; nothing where nobody would see it."""

import os
import sys
from typing import TextIO

WIDTH = 24


class ProgressLine:
    """One line, rewritten in place and wiped at the end.

    Args:
        stream: where to write; only a terminal gets anything.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._last = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if not self._shown:
            return
        filled = WIDTH * done // max(total, 1)
        line = f"  {what} {'━' * filled}{'╌' * (WIDTH - filled)} {done}/{total}"
        if line != self._last:
            self._stream.write(f"\r\x1b[2K{line}")
            self._stream.flush()
            self._last = line

    def wipe(self) -> None:
        """Take the line away."""
        if self._last:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._last = ""
