"""Who marks: something that takes tasks and gives futures. Here, threads of this machine.

Each thread drives a sandbox's worker of its own; what the threads do themselves (drawing cases,
expected values, comparing) is a tenth of the work.
"""

import os
import queue
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from rlprep.bank.load import Bank
from rlprep.classroom.marking import Marked, Task, mark
from rlprep.sandbox.case import Mode
from rlprep.sandbox.client import Sandbox


class Crew(Protocol):
    """What the coordinator asks of whoever marks."""

    @property
    def window(self) -> int:
        """Return how many tasks keep everybody busy; more would only fill memory."""
        ...

    def submit(self, task: Task) -> "Future[Marked]":
        """Begin a task. A cancelled future is one that was lost, and can be submitted again."""
        ...

    def check(self) -> None:
        """Raise where nobody is there any more to do the work."""
        ...

    def close(self) -> None:
        """End everything at once, tasks that are running included, and leave no process."""
        ...


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Threads:
    """Marks on this machine, `jobs` submissions at a time.

    Raises:
        SandboxError: the sandbox can't do its work here, which is found out before any task.
    """

    def __init__(self, bank: Bank, mode: Mode, jobs: int) -> None:
        self._bank = bank
        self._boxes = [Sandbox(mode) for _ in range(jobs)]
        self._idle: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(jobs, "marking")
        # Our own mistakes' implementations warn while they are compared, each comparison under
        # `catch_warnings`, which threads undo for each other.
        self._quiet = warnings.catch_warnings(action="ignore")
        self._quiet.__enter__()
        try:
            for box in self._boxes:
                box.__enter__()  # all of them import torch at the same time
            self._boxes[0].wait_ready()
        except BaseException:
            self.close()
            raise
        for box in self._boxes:
            self._idle.put(box)

    @property
    def window(self) -> int:
        """Return twice the number of jobs: nobody waits for the coordinator."""
        return 2 * len(self._boxes)

    def submit(self, task: Task) -> "Future[Marked]":
        """Begin a task as soon as a sandbox is free."""
        return self._pool.submit(self._mark, task)

    def check(self) -> None:
        """Do nothing: threads don't go away."""

    def close(self) -> None:
        """End everything at once."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for box in self._boxes:
            box.abort()
        self._pool.shutdown(wait=True)
        for box in self._boxes:
            box.close()
        self._quiet.__exit__(None, None, None)

    def _mark(self, task: Task) -> Marked:
        box = self._idle.get()
        try:
            return mark(task, self._bank, box)
        finally:
            self._idle.put(box)
