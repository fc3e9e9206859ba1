"""Memory: what a machine has left, and what a computation allocates at its peak."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rlprep.errors import MisuseError

MIB = 2**20


def available_bytes() -> int | None:
    """Return the memory that can still be used, None where the system doesn't say.

    The least of what Linux reports as available and what the process's control group has left.
    """
    found = [_mem_available(), _group_left()]
    known = [each for each in found if each is not None]
    return min(known) if known else None


def require_memory(needed: int, what: str) -> None:
    """Refuse what doesn't fit, before it is allocated.

    Args:
        needed: bytes.
        what: needs them, as the message begins.

    Raises:
        MisuseError: fewer are available.
    """
    free = available_bytes()
    if free is not None and needed > free:
        raise MisuseError(
            f"{what} needs {needed:,} B of memory, {free:,} B are available",
            hint="free some, or take the smaller form: --quick",
        )


def _mem_available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _group_left() -> int | None:
    """Return what a container's limit leaves (control groups of version 2)."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text("ascii").strip()
        used = (folder / "memory.current").read_text("ascii").strip()
        return None if limit == "max" else int(limit) - int(used)
    except (OSError, ValueError):
        return None


def peak_bytes(work: Callable[[], object]) -> int:
    """Return the most memory that torch's CPU allocator held at once for a call.

    Every allocation and release is counted, also those inside of fused operations; inputs that
    existed before are not. The result of the call is.
    """
    from torch.profiler import ProfilerActivity, profile

    quiet = "KINETO_LOG_LEVEL"  # the profiler announces itself on stderr otherwise
    before = os.environ.get(quiet)
    os.environ[quiet] = "99"
    try:
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
            work()
    finally:
        if before is None:
            del os.environ[quiet]
        else:
            os.environ[quiet] = before
    recorded = profiled.profiler
    assert recorded is not None
    assert recorded.kineto_results is not None
    events: list[Any] = [
        each for each in recorded.kineto_results.events() if each.name() == "[memory]"
    ]
    now = peak = 0
    for event in sorted(events, key=lambda each: each.start_ns()):
        now += event.nbytes()
        peak = max(peak, now)
    return peak
