"""Marking on other machines, by Dask: the only file that imports it.

The coordinator's side is `Cluster`; `marked` and its neighbours run on the workers, which have
rlprep installed and get the source's bytes, never a path. A worker marks only if it would give the
very marks that this machine gives: it compares its own content and code with what the coordinator
has, before every task, since workers come and go.

Dask runs again what a dying worker had; it gives up on nothing but the scheduler. That is watched
here: a scheduler that doesn't answer any more, or has no worker left, ends the run with a message.
"""

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import distributed
from distributed.comm.addressing import parse_address
from distributed.comm.registry import get_backend

from rlprep.bank.load import Bank, load_bank
from rlprep.bank.places import PACK_PATH_VARIABLE
from rlprep.classroom.marking import Marked, MismatchError, Task, mark
from rlprep.classroom.provenance import content_hash, grader_version
from rlprep.errors import RlprepError
from rlprep.sandbox.case import Mode, SandboxError
from rlprep.sandbox.client import Sandbox

CONNECT_S = 10.0
"""For a scheduler to answer, at the start and when the connection was lost."""
WORKER_S = 20.0
"""For a first worker to be there, and for the next one when none is left."""
ANSWER_S = 60.0
"""For workers to say who they are: they may have to import rlprep first."""
PING_S = 5.0
"""Between two looks at the scheduler."""
IDLE_S = 60.0
"""After this a worker ends sandboxes that nobody uses: a killed coordinator can't tell it to."""


@dataclass(frozen=True)
class Orders:
    """What a worker has to know besides the task.

    Attributes:
        run: the coordinator's run, for its sandboxes to be told from another's.
        mode: of the sandbox.
        grader: the version of what marks, as the coordinator has it.
        content: the hash of what the bank says of the exercises, as the coordinator has it.
    """

    run: str
    mode: Mode
    grader: str
    content: str


class Cluster:
    """Marks on the workers of a Dask scheduler.

    Raises:
        RlprepError: the scheduler can't be reached or has no worker.
        MismatchError: a worker has another rlprep, or none.
    """

    def __init__(self, address: str, mode: Mode, bank: Bank, exercises: tuple[str, ...]) -> None:
        self.address = address
        # What Dask logs of a lost connection is said by us, once.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        content = content_hash(bank, exercises)
        self._orders = Orders(uuid.uuid4().hex, mode, grader_version(), content)
        try:
            # A client that fails over the form of its address says so in a traceback of its own.
            get_backend(parse_address(address)[0])
            self._client = distributed.Client(
                address, timeout=CONNECT_S, set_as_default=False, name="rlprep-class"
            )
        except Exception as error:  # by the address's form: OSError, ValueError, TypeError, ...
            reason = str(error) or type(error).__name__
            raise RlprepError(
                f"the scheduler {address} can't be reached: {reason}",
                hint="start one with 'dask scheduler', and workers with 'dask worker ADDRESS'",
            ) from None
        self._executor = self._client.get_executor(pure=False)
        self._threads = 1
        self._looked = self._last_worker = time.monotonic()
        try:
            self._greet(exercises)
        except BaseException:
            self.close()
            raise

    @property
    def window(self) -> int:
        """Return twice the number of the workers' threads; 0 while the scheduler is away."""
        return 2 * self._threads if self._client.status == "running" else 0

    def submit(self, task: Task) -> "Future[Marked]":
        """Send a task."""
        return self._executor.submit(marked, task, self._orders)

    def check(self) -> None:
        """Look at the scheduler every few seconds.

        Raises:
            RlprepError: it is gone, or has no worker left.
        """
        if self._client.status not in ("running", "connecting"):
            raise self._gone("it doesn't answer any more")
        if time.monotonic() < self._looked + PING_S or self._client.status != "running":
            return
        try:
            workers = _in_time(CONNECT_S, self._client.nthreads)
        except TimeoutError:
            raise self._gone("it doesn't answer any more") from None
        except Exception:
            return  # the connection broke just now: its status will say so
        self._looked = time.monotonic()
        if workers:
            self._threads, self._last_worker = sum(workers.values()), self._looked
        elif self._looked > self._last_worker + WORKER_S:
            raise self._gone("it has no worker left")

    def close(self) -> None:
        """End everything at once, on the workers too."""
        if self._client.status == "running":
            with contextlib.suppress(Exception):
                _in_time(CONNECT_S, lambda: self._client.run(release, self._orders.run))
        with contextlib.suppress(Exception):
            _in_time(CONNECT_S, lambda: self._client.close(timeout=2))

    def _greet(self, exercises: tuple[str, ...]) -> None:
        """Wait for a worker and let every one say what it has, before any work is sent."""
        try:
            _in_time(WORKER_S + PING_S, lambda: self._client.wait_for_workers(1, timeout=WORKER_S))
        except Exception:  # Dask's own timeout, or ours
            raise RlprepError(
                f"the scheduler {self.address} has no worker",
                hint=f"start some: dask worker {self.address}",
            ) from None
        try:
            said = _in_time(
                ANSWER_S, lambda: self._client.run(whoami, exercises, on_error="return")
            )
        except Exception as error:
            raise self._gone(f"its workers don't say who they are: {error}") from None
        for worker, answer in sorted(said.items()):
            if isinstance(answer, BaseException):
                raise MismatchError(
                    f"the worker {worker} can't mark: {type(answer).__name__}: {answer}",
                    hint=f"install the same rlprep there ({self._orders.grader}); a pack of yours"
                    f" belongs into its {PACK_PATH_VARIABLE}",
                )
            _compare(answer, self._orders, worker)
        self._threads = sum(_in_time(ANSWER_S, self._client.nthreads).values()) or 1

    def _gone(self, why: str) -> RlprepError:
        return RlprepError(
            f"the scheduler {self.address} is lost: {why}",
            hint="what is recorded stays; the same command goes on from there",
        )


def _in_time(seconds: float, call: Callable[[], Any]) -> Any:
    """Return what a call gives, which might wait forever.

    Raises:
        TimeoutError: it took too long; it is left behind.
    """
    answer: Future[Any] = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(timeout=seconds)


# What follows runs on the workers.


def whoami(exercises: tuple[str, ...]) -> tuple[str, str]:
    """Return the version of what marks here, and the hash of the content."""
    return grader_version(), content_hash(_bank(), exercises)


def marked(task: Task, orders: Orders) -> Marked:
    """Return the marks of a submission.

    Raises:
        MismatchError: this worker has another rlprep or other content.
    """
    _compare(_said(task.exercises), orders, distributed.get_worker().address)
    with _lent(orders) as sandbox:
        return mark(task, _bank(), sandbox)


def release(run: str) -> None:
    """End the sandboxes of a run, also those that are at work: nobody waits for them any more."""
    with _LOCK:
        _ended.add(run)
        boxes = [each for each in _boxes if each.run == run]
    for each in boxes:
        each.sandbox.abort()
    _sweep(lambda each: each.run == run)


@lru_cache(maxsize=1)
def _bank() -> Bank:
    return load_bank()


@lru_cache(maxsize=8)
def _said(exercises: tuple[str, ...]) -> tuple[str, str]:
    return whoami(exercises)


def _compare(said: tuple[str, str], orders: Orders, worker: str) -> None:
    for what, theirs, ours in (
        ("grader", said[0], orders.grader),
        ("content", said[1], orders.content),
    ):
        if theirs != ours:
            raise MismatchError(
                f"the worker {worker} has another {what}: {theirs}, here it is {ours}",
                hint="install the same rlprep on all machines, with the same packs"
                f" ({PACK_PATH_VARIABLE}), then restart their workers",
            )


@dataclass
class _Box:
    """A sandbox of this worker's process."""

    sandbox: Sandbox
    run: str
    idle_since: float | None = None
    """None while it is lent."""


_LOCK = threading.Lock()
_boxes: list[_Box] = []
_ended: set[str] = set()


@contextlib.contextmanager
def _lent(orders: Orders) -> Any:
    """Lend a sandbox: an idle one, or one more."""
    with _LOCK:
        if orders.run in _ended:
            raise SandboxError("the run has ended")
        box = next((b for b in _boxes if b.idle_since is not None and b.run == orders.run), None)
        if box is None:
            box = _Box(Sandbox(orders.mode), orders.run)
            _boxes.append(box)
            if len(_boxes) == 1:
                threading.Thread(target=_keep_sweeping, daemon=True).start()
        box.idle_since = None
    try:
        yield box.sandbox
    finally:
        with _LOCK:
            box.idle_since = time.monotonic()
        if orders.run in _ended:
            _sweep(lambda each: each is box)


def _keep_sweeping() -> None:
    """End what is forgotten, until nothing is left."""
    while _boxes:
        time.sleep(IDLE_S / 4)
        _sweep(_is_forgotten)


def _is_forgotten(box: _Box) -> bool:
    return time.monotonic() - (box.idle_since or float("inf")) >= IDLE_S


def _sweep(is_over: Callable[[_Box], bool]) -> None:
    """End idle sandboxes."""
    with _LOCK:
        over = [each for each in _boxes if each.idle_since is not None and is_over(each)]
        for each in over:
            _boxes.remove(each)
    for each in over:
        each.sandbox.close()
