"""What a child may use: memory and time in every mode, the rest unless the sandbox is off."""

import os
import resource
import time
from typing import Any


def limit(most: dict[str, Any], *, means: bool) -> None:
    """Cap what this process may use.

    Args:
        most: `memory_bytes` beyond what it uses now, and `timeout_s`.
        means: whether to cap as well what a computation has no use for: files to write, processes,
            locked memory.
    """
    _cap("RLIMIT_AS", address_space() + most["memory_bytes"])
    # The caller's clock comes first; this is for the case that the caller is suspended.
    _cap("RLIMIT_CPU", int(time.process_time() + most["timeout_s"]) + 5)
    _cap("RLIMIT_CORE", 0)
    if means:
        _cap("RLIMIT_FSIZE", 0)
        _cap("RLIMIT_NPROC", 0)
        _cap("RLIMIT_NOFILE", 64)
        _cap("RLIMIT_MEMLOCK", 0)
        _cap("RLIMIT_MSGQUEUE", 0)


def address_space() -> int:
    """Return the bytes of address space that this process has now (0 where /proc can't tell)."""
    try:
        # Not by a file object: this is the hot path.
        fd = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return 0
    try:
        return int(os.read(fd, 100).split()[0]) * resource.getpagesize()
    finally:
        os.close(fd)


def _cap(name: str, most: int) -> None:
    which = getattr(resource, name, None)
    if which is None:
        return  # not every system has every limit; what holds is found by trial
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    try:
        resource.setrlimit(which, (most, most))
    except (ValueError, OSError):
        return
