"""`rlprep class` as a program, for tests that kill it; and what it must not leave behind."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


def start(*arguments: object, root: Path = ROOT, **options: object) -> subprocess.Popen[str]:
    """Start a Python program in a session of its own."""
    settings: dict = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
        "start_new_session": True,
        "cwd": root,
        "env": os.environ | {"PYTHONPATH": str(root), "NO_COLOR": "1"},
    }
    settings["env"].pop("CI", None)
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, **{**settings, **options})


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def marks(journal: Path) -> int:
    """Return how many marks are recorded."""
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
        with contextlib.closing(connection):
            return connection.execute("SELECT count(*) FROM marks").fetchone()[0]
    return 0


def below(pid: int) -> list[int]:
    """Return the processes below one, the nearest first."""
    found: list[int] = []
    pending = [pid]
    while pending:
        at = pending.pop(0)
        fresh = _children(at)
        found += fresh
        pending += fresh
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):  # it, or one of its threads, may end at any moment
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in listed.read_text().split()]
    return found


def alive(pids: list[int]) -> list[int]:
    """Return which of them still run; a dead one that nobody has asked for doesn't."""
    return [pid for pid in pids if _state(pid) not in ("", "Z", "X")]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def sandbox_workers(pid: int) -> list[int]:
    """Return the sandbox's workers below a process: those that fork, not those who wait for one."""
    return [each for each in below(pid) if b"sandbox/worker.py" in _command(each)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextlib.contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End a process at the end of a test, whatever became of it."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
