"""`rlprep grade --watch`: grade on every save, in a warm worker, with hints on request."""

import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlprep.grader.result import GradeReport, SubmissionResult

POLL_S = 0.2


def watch_file(path: Path, grade: Callable[[], "GradeReport"]) -> int:
    """Grade a file now and on every save, until q, the end of the input, or Ctrl-C.

    Args:
        path: whose saves are watched.
        grade: grades it as it is now.

    Returns:
        The exit code: that of the last grading, or 130 for Ctrl-C.
    """
    from rlprep.grader.result import exit_code
    from rlprep.report.grade_watch import show_hint, show_prompt, show_round

    code, hints, report = 1, 0, None
    stamp: object = None
    try:
        while True:
            if report is None or _stamp(path) != stamp:
                stamp, hints = _settled(path), 0
                report = grade()
                code = exit_code(report.submissions)
                show_round(report)
                show_prompt(report)
            key = _key()
            if key == "q":
                return code
            if key == "r":
                report = None
            elif key == "h" and report:
                hints += 1
                show_hint(_first_failed(report), hints)
                show_prompt(report)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def _first_failed(report: "GradeReport") -> "SubmissionResult | None":
    return next((each for each in report.submissions if not each.passed), None)


def _stamp(path: Path) -> object:
    """Return what changes when a file is saved; editors may replace it, so it may be away."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _settled(path: Path) -> object:
    """Return the stamp once it no longer changes: an editor writes in several steps."""
    stamp = _stamp(path)
    for _ in range(10):
        time.sleep(0.05)
        now = _stamp(path)
        if now == stamp and now is not None:
            break
        stamp = now
    return stamp


def _key() -> str:
    """Return a line typed within the polling time, its first letter, or nothing."""
    readable, _, _ = select.select([sys.stdin], [], [], POLL_S)
    if not readable:
        return ""
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else "q"
