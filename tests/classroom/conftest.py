"""A small bank, a sandbox shared by the room's tests, and a stand-in for whoever marks."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from rlprep.bank.load import Bank, load_bank
from rlprep.classroom.journal import Settings
from rlprep.classroom.marking import Marked, Task
from rlprep.grader.result import FamilyResult, SubmissionResult, Verdict
from rlprep.sandbox.case import Mode
from rlprep.sandbox.client import Sandbox

SETTINGS = Settings("hw", "fingerprint", ("gae",), 10, "content", "grader")


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Mode.BEST_EFFORT) as box:
        yield box


def passed(points: int = 10) -> SubmissionResult:
    family = FamilyResult("values", points, 10, Verdict.PASSED, "They are right")
    return SubmissionResult("", "gae", Verdict.PASSED, points, 10, (family,))


class Hand:
    """Does at once, and in the caller's thread, what it is told to do."""

    def __init__(self, does: Callable[[Task], Marked], window: int = 4) -> None:
        self._does = does
        self.window = window
        self.given: list[Task] = []
        self.is_gone: Exception | None = None

    def submit(self, task: Task) -> "Future[Marked]":
        self.given.append(task)
        future: Future[Marked] = Future()
        try:
            future.set_result(self._does(task))
        except KeyError:
            future.cancel()
            future.set_running_or_notify_cancel()
        except Exception as error:
            future.set_exception(error)
        return future

    def check(self) -> None:
        if self.is_gone:
            raise self.is_gone

    def close(self) -> None:
        pass
