"""The caller's side: `Sandbox` starts a worker, runs cases in it, and watches the clock.

    with Sandbox(Mode.STRICT) as sandbox:
        outcome = sandbox.run(source, "gae", [rewards, values, 0.99], limits=Limits(timeout_s=5))

Neither torch nor NumPy is imported before a case needs it, so that a caller can build its cases
while the worker imports torch. One `Sandbox` runs one case at a time (calls from several threads
wait for each other); for more at once, give each thread its own.
"""

import re
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from rlprep.sandbox.case import Limits, Mode, Outcome, SandboxError, Wants
from rlprep.sandbox.channels import Channels
from rlprep.sandbox.probe import require
from rlprep.sandbox.process import CAN_FORK, Ended, WorkerDiedError, WorkerProcess
from rlprep.sandbox.report import outcome_of, request_of

START_TIMEOUT_S = 120.0
END_TIMEOUT_S = 10.0
DYING_S = 0.5
"""A child whose pipes end without a report is given so long to be dead: whether it died, and of
what, is known only of one that we didn't kill. One that lives on without pipes is an attack."""
FIRST_USES = {
    "func": re.compile(
        rb"functorch|torch\.func\b|import\s+func\b|\bfunc\.\w+\(|\b(vmap|jvp|vjp|jacrev|jacfwd)\b"
        rb"|torch\.compile\b"
    ),
    "grad_outputs": re.compile(
        rb"grad_outputs|(?<!func\.)\bgrad\s*\(|\bbackward\s*\((?!\s*(\)|retain_graph|create_graph))"
    ),
}
"""Signs that a source may use parts of torch whose first use takes half a second to two seconds.
Where that is foreseen, the worker spends them once, before the clock runs; where not, each case."""


class _KilledError(Exception):
    """Somebody killed the process of a case, which says nothing of the submission."""


class Sandbox:
    """Runs submissions in confined children of one worker process.

    Entering starts the worker without waiting for it; leaving ends it and whatever it started. A
    worker that dies is replaced.

    Args:
        mode: see `Mode`.

    Raises:
        SandboxError: on the first use, if the worker can't start (torch missing), or if `mode` is
            strict and this machine lacks a required layer.
    """

    def __init__(self, mode: Mode = Mode.STRICT) -> None:
        self.mode = Mode(mode)
        self._lock = threading.Lock()
        self._forks = CAN_FORK
        self._worker: WorkerProcess | None = None
        self._ready: dict[str, Any] | None = None
        self._aborted = False

    def __enter__(self) -> "Sandbox":
        self._start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and whatever it started. The next `run` would start another."""
        with self._lock:
            self._drop()

    def abort(self) -> None:
        """End a case that runs in another thread, with the worker, and never start another one.

        Whoever waits for that case gets a `SandboxError`; `close` is still to be called.
        """
        self._aborted = True
        if worker := self._worker:
            worker.hang_up()

    def wait_ready(self) -> dict[str, Any]:
        """Wait until the worker has loaded its libraries.

        Returns:
            `versions` of the libraries, and for each of `layers` whether it holds here.

        Raises:
            SandboxError: as for the class.
        """
        with self._lock:
            self._wait()
            return self._ready or {}

    def run(
        self,
        source: bytes,
        function: str,
        args: Sequence[Any],
        *,
        limits: Limits | None = None,
        wants: Wants | None = None,
        seed: int = 0,
    ) -> Outcome:
        """Call one function of a source file in a child of its own; return what came of it.

        Args:
            source: the file, as it is on disk.
            function: the name of a module-level callable in it.
            args: positional arguments: None, bool, int, float, real NumPy arrays (CPU tensors over
                there), nested lists and tuples of those, `wire.Built`, `wire.LeavesOf`.
            limits: what the case may use.
            wants: what to report besides the value.
            seed: for the global generators of `random`, NumPy and torch in the child.

        Raises:
            SandboxError: if the sandbox fails, never because of what a submission does.
        """
        limits, wants = limits or Limits(), wants or Wants()
        order = {
            "memory_bytes": limits.memory_bytes,
            "timeout_s": limits.timeout_s,
            "first_uses": [name for name, signs in FIRST_USES.items() if signs.search(source)],
        }
        request = request_of(source, function, args, wants, limits, seed)
        with self._lock:
            # A worker dies when the machine runs out of memory, or when it can't fork any more.
            for _ in range(3):
                try:
                    return self._run_once(order, request, limits, wants, len(args))
                except _KilledError:
                    continue
                except WorkerDiedError:
                    self._drop()  # and `_start` refuses to go on after an abort
                except OSError as error:
                    self._drop()
                    raise SandboxError(
                        f"the machine refused what the sandbox needs: {error.strerror}",
                        hint="are its processes, memory or open files used up?",
                    ) from error
                except BaseException:
                    self._drop()  # Ctrl-C in the middle of a case: no child may outlive it
                    raise
        raise SandboxError(
            "the sandbox's worker, or the case's process, was killed again and again",
            hint="run 'rlprep doctor'; is the machine out of memory?",
        )

    def _run_once(
        self,
        order: dict[str, Any],
        request: list[Any],
        limits: Limits,
        wants: Wants,
        arity: int,
    ) -> Outcome:
        worker = self._wait()
        with closing(Channels()) as channels:
            worker.ask({"run": order}, channels.theirs)
            channels.close_theirs()
            begun = worker.answer(START_TIMEOUT_S)
            if "threads" in begun:
                self._forks = False
                raise WorkerDiedError
            started = time.monotonic()
            cut_short = channels.exchange(request, limits)
            wall_s = time.monotonic() - started
            is_whole = cut_short is None and channels.report.complete
            ended = self._end_case(worker, begun, cut_short is not None, is_whole)
        if cut_short is None and not is_whole and ended.was_killed:
            raise _KilledError
        outcome = outcome_of(cut_short, channels.report, wants, arity, ended.status)
        printed = channels.printed.decode(errors="replace")
        return replace(outcome, printed=printed, wall_s=wall_s, cpu_s=ended.cpu_s)

    def _end_case(
        self, worker: WorkerProcess, begun: dict[str, Any], was_cut: bool, is_whole: bool
    ) -> Ended:
        """End the process that ran the case, which is the worker itself where it doesn't fork."""
        if not worker.forks:
            self._worker = self._ready = None
            ended = worker.end(patience_s=0.0 if was_cut else 1.0)
            return replace(ended, cpu_s=max(0.0, ended.cpu_s - begun["cpu_s"]))
        worker.ask({"end": 0.0 if was_cut or is_whole else DYING_S})
        answer = worker.answer(END_TIMEOUT_S)
        return Ended(answer["ended"], answer["cpu_s"], answer["by_us"])

    def _start(self) -> WorkerProcess:
        if self._worker is None and not self._aborted:
            self._worker = WorkerProcess(self.mode, forks=self._forks)
        if self._aborted or self._worker is None:  # asked again: it may have been while starting
            self._drop()
            raise SandboxError("the sandbox was told to stop")
        return self._worker

    def _wait(self) -> WorkerProcess:
        worker = self._start()
        if self._ready is None:
            try:
                ready = worker.begin(START_TIMEOUT_S)
                if self.mode is Mode.STRICT:
                    require(ready["layers"])
            except SandboxError:
                self._drop()
                raise
            self._ready = ready
        return worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = self._ready = None
