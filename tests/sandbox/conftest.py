"""Sandboxes for the tests, and what they must not leave behind."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlprep.sandbox.case import Mode
from rlprep.sandbox.client import Sandbox

SET_CHILD_SUBREAPER = 36


def descendants() -> set[int]:
    """Return every process below this one, orphans included (see `orphans_come_home`)."""
    found: set[int] = set()
    pending = [os.getpid()]
    while pending:
        pid = pending.pop()
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # it may end while it is looked at
                fresh = {int(child) for child in children.read_text().split()} - found
                found |= fresh
                pending += fresh
    return {pid for pid in found if not _is_dead(pid)}


def _is_dead(pid: int) -> bool:
    """Whether a process is only an entry that its parent, this process, hasn't read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture(scope="session", autouse=True)
def _orphans_come_home() -> Iterator[None]:
    """Make this process the one that orphans are given to, so that none can hide from a test."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


@pytest.fixture(scope="module")
def strict() -> Iterator[Sandbox]:
    before = descendants()
    with Sandbox(Mode.STRICT) as sandbox:
        yield sandbox
    assert descendants() - before == set()


@pytest.fixture(scope="module")
def off() -> Iterator[Sandbox]:
    before = descendants()
    with Sandbox(Mode.OFF) as sandbox:
        yield sandbox
    assert descendants() - before == set()
