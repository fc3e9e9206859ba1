"""A class being graded: how many are done, how fast, how long it will take; quiet in a pipe."""

import os
import sys
import time
from collections import deque
from typing import TextIO

from rlprep.report.screen import is_terminal

RATE_OVER = 50
"""The rate is that of the last so many: the first ones wait for imports, and machines change."""


class ClassProgress:
    """One line, rewritten in place and wiped at the end.

    Args:
        stream: where to write, stderr by default; only a terminal gets anything.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = is_terminal(self._stream) and os.environ.get("TERM") != "dumb"
        self._times: deque[tuple[float, int]] = deque(maxlen=RATE_OVER)

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if not self._times or self._times[-1][1] != done:
            self._times.append((time.monotonic(), done))
        if self._shown:
            line = f"  graded {done} of {total}{self._pace(total - done)}"
            self._stream.write(f"\r\x1b[2K{line}")
            self._stream.flush()

    def begin(self, total: int) -> None:
        """Show that `total` are waiting; loading isn't part of the pace."""
        if self._shown:
            self._stream.write(f"  grading {total}, one moment")
            self._stream.flush()

    def wipe(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _pace(self, left: int) -> str:
        (began, first), (_, last) = self._times[0], self._times[-1]
        seconds = time.monotonic() - began
        if last == first or not seconds:
            return ""
        rate = (last - first) / seconds
        pace = f"{rate:.1f} a second" if rate >= 1 else f"{60 * rate:.1f} a minute"
        return f", {pace}, {duration(left / rate)} left"


def duration(seconds: float) -> str:
    """Return a stretch of time as people say it."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    if whole < 6000:
        return f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
