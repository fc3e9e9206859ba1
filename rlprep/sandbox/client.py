"""The caller's side: `Sandbox` starts a worker, runs cases in it, and watches the clock.

    with Sandbox(Mode.STRICT) as sandbox:
        outcome = sandbox.run(source, "gae", [rewards, values, 0.99], limits=Limits(timeout_s=5))

Neither torch nor NumPy is imported before a case needs it, so that a caller can build its cases while
the worker imports torch. One `Sandbox` runs one case at a time (calls from several threads wait for
each other); for more at once, give each thread its own.
"""

import json
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rlprep.sandbox import wire
from rlprep.sandbox.case import (
    Limits,
    Mode,
    Outcome,
    Raised,
    SandboxError,
    Stage,
    Status,
    Wants,
    Work,
)

if TYPE_CHECKING:
    import numpy as np

START_TIMEOUT_S = 120.0
GRACE_S = 5.0
"""For what the worker does without the submission: starting and ending a child."""
MAX_HEADER_BYTES = 1 << 24
ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


class _WorkerDiedError(Exception):
    """The worker went away; the caller decides whether to start another."""


@dataclass
class _Worker:
    """A running worker and the socket to it."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    ready: dict[str, Any] | None = None

    def ask(self, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], list(fds))
        except OSError as error:
            raise _WorkerDiedError from error

    def answer(self, timeout_s: float) -> dict[str, Any]:
        self.control.settimeout(timeout_s)
        data = b""
        while not data.endswith(b"\n"):
            try:
                part = self.control.recv(1 << 16)
            except OSError as error:
                raise _WorkerDiedError from error
            if not part:
                raise _WorkerDiedError
            data += part
        return json.loads(data)

    def end(self) -> str:
        """End it and return what it wrote to stderr (the start of it)."""
        self.control.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            os.set_blocking(stderr.fileno(), False)
            return (stderr.read(1 << 16) or b"").decode(errors="replace")


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
        self._worker: _Worker | None = None

    def __enter__(self) -> "Sandbox":
        self._start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and whatever it started. The next `run` would start another."""
        with self._lock:
            self._drop()

    def wait_ready(self) -> dict[str, Any]:
        """Wait until the worker has imported its libraries; return what it says of itself.

        Raises:
            SandboxError: as for the class.
        """
        with self._lock:
            return self._ready().ready or {}

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
        request = _request(source, function, args, wants, seed)
        with self._lock:
            for _ in range(2):
                try:
                    return self._run_once(request, limits, wants)
                except _WorkerDiedError:
                    self._drop()
                except BaseException:
                    self._drop()  # Ctrl-C in the middle of a case: no child may outlive it
                    raise
        raise SandboxError(
            "the sandbox's worker died twice on the same case",
            hint="run 'rlprep doctor'; is the machine out of memory?",
        )

    def _run_once(self, request: list[Any], limits: Limits, wants: Wants) -> Outcome:
        worker = self._ready()
        channels = _Channels()
        try:
            order = {"memory_bytes": limits.memory_bytes, "timeout_s": limits.timeout_s}
            order["result_bytes"] = limits.result_bytes
            worker.ask({"run": order}, channels.theirs)
            channels.close_theirs()
            if "started" not in worker.answer(GRACE_S):
                raise _WorkerDiedError  # it has threads, so it can't fork: a fresh one can
            started = time.monotonic()
            status = channels.exchange(request, limits)
            wall_s = time.monotonic() - started
            worker.ask({"end": True})
            ended = worker.answer(GRACE_S)
        finally:
            channels.close()
        printed = channels.printed.decode(errors="replace")
        outcome = _outcome(status, channels.report, wants, ended["ended"])
        times = {"printed": printed, "wall_s": wall_s, "cpu_s": ended["cpu_s"]}
        return Outcome(**(outcome | times))

    def _start(self) -> _Worker:
        if self._worker is None:
            self._worker = _start_worker(self.mode)
        return self._worker

    def _ready(self) -> _Worker:
        worker = self._start()
        if worker.ready is None:
            try:
                first = worker.answer(START_TIMEOUT_S)
            except _WorkerDiedError:
                first = {}
            if "ready" not in first:
                said = worker.end().strip().splitlines()
                self._worker = None
                why = first.get("failed") or (said[-1] if said else "it ended without a word")
                raise SandboxError(
                    f"the sandbox's worker can't start: {wire.printable(why)}",
                    hint="run 'rlprep doctor'",
                )
            worker.ready = first["ready"]
        return worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def library_folders() -> list[str]:
    """Return the folders that torch and NumPy are imported from.

    Raises:
        SandboxError: if one of them isn't installed.
    """
    folders: list[str] = []
    for name in ("torch", "numpy"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise SandboxError(
                f"grading needs {name}, which is not installed",
                hint="pip install 'rlprep[grade]'",
            )
        folder = str(Path(spec.origin).parent.parent)
        folders += [folder] if folder not in folders else []
    return folders


def _start_worker(mode: Mode) -> _Worker:
    config = {"mode": mode.value, "forks": True, "libraries": True}
    config["library_folders"] = library_folders()
    ours, theirs = socket.socketpair()
    with theirs:
        arguments = [str(theirs.fileno()), json.dumps(config)]
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("worker.py")), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # a Ctrl-C at the terminal is the caller's to handle
        )
    return _Worker(process, ours)


class _Channels:
    """The three pipes of one case, and the reading of what comes out of them."""

    def __init__(self) -> None:
        case_read, self._case = os.pipe()
        self._report, report_write = os.pipe()
        self._prints, prints_write = os.pipe()
        self.theirs = [case_read, report_write, prints_write]
        self._ours = {self._case, self._report, self._prints}
        self.report: wire.FrameReader | None = None
        self.printed = bytearray()

    def close_theirs(self) -> None:
        while self.theirs:
            os.close(self.theirs.pop())

    def close(self) -> None:
        self.close_theirs()
        while self._ours:
            os.close(self._ours.pop())

    def exchange(self, request: list[Any], limits: Limits) -> Status | None:
        """Send the case and read until the child is done; return why it was cut short, or None."""
        self.report = wire.FrameReader(MAX_HEADER_BYTES, limits.result_bytes)
        pending = [memoryview(part).cast("B") for part in request]
        deadline = time.monotonic() + limits.timeout_s
        with selectors.DefaultSelector() as selector:
            os.set_blocking(self._case, False)
            selector.register(self._case, selectors.EVENT_WRITE)
            selector.register(self._report, selectors.EVENT_READ)
            selector.register(self._prints, selectors.EVENT_READ)
            # The end of the report alone isn't the end: prints may still be in their pipe.
            while {self._report, self._prints} & set(selector.get_map()):
                for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                    if key.fd == self._case:
                        if not self._send(pending):
                            selector.unregister(self._case)
                            self._close(self._case)
                            deadline = time.monotonic() + limits.timeout_s
                        continue
                    data = os.read(key.fd, 1 << 20)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == self._prints:
                        self.printed += data
                        if len(self.printed) > limits.output_bytes:
                            del self.printed[limits.output_bytes :]
                            return Status.OUTPUT_LIMIT
                    else:
                        try:
                            self.report.feed(data)
                        except wire.WireError:
                            return Status.MALFORMED
                if time.monotonic() >= deadline:
                    return Status.TIMEOUT
        return None

    def _send(self, pending: list[memoryview]) -> bool:
        """Write what the pipe takes; return whether there is more to write."""
        try:
            while pending:
                sent = os.write(self._case, pending[0])
                pending[0] = pending[0][sent:]
                if not pending[0]:
                    pending.pop(0)
        except BlockingIOError:
            return True
        except BrokenPipeError:
            pass  # the child is gone; its silence will say so
        return False

    def _close(self, fd: int) -> None:
        self._ours.discard(fd)
        os.close(fd)


def _request(
    source: bytes, function: str, args: Sequence[Any], wants: Wants, seed: int
) -> list[Any]:
    chunks: list[Any] = [source]
    header = {
        "function": function,
        "source_bytes": len(source),
        "args": wire.encode([_to_wire(arg) for arg in args], chunks),
        "gradients": list(wants.gradients),
        "cotangent": wire.encode(_to_wire(wants.cotangent), chunks),
        "changes": wants.changes,
        "work": wants.work,
        "seed": seed,
    }
    return wire.frame(header, chunks)


def _to_wire(value: Any) -> Any:
    """Return a value of ours in the terms of `wire`: NumPy arrays as raw ones."""
    if isinstance(value, list | tuple):
        return type(value)(_to_wire(item) for item in value)
    if isinstance(value, wire.Built):
        return wire.Built(value.name, {k: _to_wire(v) for k, v in value.arguments.items()})
    if not hasattr(value, "dtype"):
        return value
    import numpy as np

    array = np.asarray(value)
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    return wire.RawArray(array.dtype.name, array.shape, little.tobytes())


def _to_numpy(raw: wire.RawArray) -> "np.ndarray":
    import numpy as np

    dtype = np.dtype(raw.dtype).newbyteorder("<")
    if raw.dtype == "bool":
        # A byte other than 0 and 1 isn't a bool, whoever wrote it.
        return np.frombuffer(raw.data, dtype=np.uint8).astype(bool).reshape(raw.shape)
    return np.frombuffer(raw.data, dtype=dtype).astype(raw.dtype).reshape(raw.shape)


def _outcome(
    status: Status | None, report: wire.FrameReader | None, wants: Wants, ended: int
) -> dict[str, Any]:
    """Return the fields of an `Outcome`: the child's report where there is one that can be read."""
    assert report is not None
    if status is not None:
        return {"status": status}
    if report.empty:
        signal = os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else None
        return {"status": Status.CRASHED, "signal": signal}
    try:
        return _read_report(*report.parse(), wants)
    except (wire.WireError, KeyError, TypeError, ValueError, RecursionError):
        return {"status": Status.MALFORMED}


def _read_report(header: dict[str, Any], payload: memoryview, wants: Wants) -> dict[str, Any]:
    """Return the fields of an `Outcome` from a child's report, believing nothing of its form."""
    status = Status(header["status"])
    if status is not Status.RETURNED:
        return {"status": status, "error": _read_error(header.get("error"))}
    decoder = wire.Decoder(payload, _to_numpy, trusted=False)
    fields: dict[str, Any] = {"status": status, "value": decoder.value(header["value"])}
    slopes = decoder.value(header.get("gradients", {"list": []}))
    fields["gradients"] = dict(zip(wants.gradients, slopes, strict=True))
    decoder.finish()
    fields["changed"] = tuple(_count(i) for i in header["changed"])
    fields["calls"] = {int(i): _count(n) for i, n in header["calls"].items()}
    if header["work"] is not None:
        fields["work"] = Work(*(_count(n) for n in header["work"]))
    return fields


def _read_error(error: Any) -> Raised | None:
    if error is None:
        return None
    line = error["line"]
    return Raised(
        stage=Stage(error["stage"]),
        type_name=wire.printable(error["type"], 80),
        message=wire.printable(error["message"], 400),
        line=None if line is None else _count(line),
    )


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 62:
        raise wire.WireError("not a count")
    return value
