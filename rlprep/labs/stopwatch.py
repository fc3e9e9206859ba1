"""Timing that other programs on the machine hardly disturb."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in the calling thread alone, so that its CPU time is the whole work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def median_ms(work: Callable[[], object], *, least: int = 3, budget_s: float = 0.2) -> float:
    """Return the median CPU time of a call in milliseconds; the caller has warmed it up.

    The thread's CPU time, in `one_thread` equal to wall time on an idle machine, doesn't count
    what other programs took from this one.

    Args:
        work: what is timed.
        least: calls that are timed in any case.
        budget_s: time after which no further call is begun.
    """
    times: list[float] = []
    while len(times) < least or (sum(times) < budget_s and len(times) < 100):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return 1000 * median(times)
