"""The coordinator: a bounded window of tasks, retries, and the one who writes the journal.

Execution is at least once, recording exactly once. A task that we fail at (the sandbox died, a
bug) is tried three times in all, then noted as failed, without a mark: the next run tries again.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass

from rlprep.classroom.crew import Crew
from rlprep.classroom.journal import Journal
from rlprep.classroom.marking import Marked, MismatchError, Task
from rlprep.classroom.record import Entry

MOST_ATTEMPTS = 3
POLL_S = 0.5
"""How often the crew is asked whether it is still there, and the progress line renewed."""

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


@dataclass(frozen=True)
class Attempt:
    """A submission that is being marked."""

    entry: Entry
    number: int


def mark_all(
    entries: Iterable[Entry],
    journal: Journal,
    crew: Crew,
    exercises: tuple[str, ...],
    progress: Progress,
) -> None:
    """Mark submissions and record what comes of each.

    Args:
        entries: what is to be marked; the journal has the sources.
        journal: open for writing.
        crew: who marks.
        exercises: what was asked.
        progress: told after every one, and twice a second.

    Raises:
        RlprepError: the crew is gone or the journal full; what was recorded stays.
    """
    waiting = deque(Attempt(entry, 1) for entry in entries)
    total, done = len(waiting), 0
    running: dict[Future[Marked], Attempt] = {}
    while waiting or running:
        crew.check()
        while waiting and len(running) < crew.window:
            attempt = waiting.popleft()
            entry = attempt.entry
            task = Task(journal.source(entry.sha256), entry.seed, exercises)
            running[crew.submit(task)] = attempt
        finished, _ = wait(running, timeout=POLL_S, return_when=FIRST_COMPLETED)
        for future in finished:
            attempt = running.pop(future)  # and the future is forgotten: results are large
            again = _settle(future, attempt, journal)
            if again:
                waiting.append(again)
            else:
                done += 1
        progress(done, total)
        if finished and all(future.cancelled() for future in finished):
            time.sleep(POLL_S)  # a cluster that is losing everything: don't feed it faster


def _settle(future: "Future[Marked]", attempt: Attempt, journal: Journal) -> Attempt | None:
    """Record what came of an attempt; return the next one where it has to be made again."""
    try:
        marked = future.result()
        problem = marked.failure
    except CancelledError:
        return attempt  # lost on its way, and never tried
    except MismatchError:
        raise
    except Exception as error:  # a bug of ours, or of the machine: not the class's to pay for
        marked, problem = None, f"{type(error).__name__}: {error}"
    if marked and not problem:
        journal.record(attempt.entry, marked.results, marked.environment, attempt.number)
        return None
    if attempt.number < MOST_ATTEMPTS:
        return Attempt(attempt.entry, attempt.number + 1)
    journal.fail(attempt.entry, f"our fault, {attempt.number} times: {problem}", attempt.number)
    return None
