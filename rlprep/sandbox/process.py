"""The worker process, seen from the caller: starting it, talking to it, ending it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rlprep.sandbox import wire
from rlprep.sandbox.case import Mode, SandboxError

ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",  # for `torch.set_num_threads`, whose threads would be refused
    # Huge pages for the C library's heap: half of what a fork copies and its end gives back.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "TORCHDYNAMO_DISABLE": "1",  # `torch.compile` does nothing: there is no compiler to run
    "CUDA_VISIBLE_DEVICES": "",
}
PASSED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Of the caller's environment, what torch may need to find its own libraries."""
CAN_FORK = sys.platform.startswith("linux")
"""Elsewhere (macOS) a process that has loaded torch can't be forked safely."""


class WorkerDiedError(Exception):
    """The worker went away; whoever uses it decides whether to start another."""


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int
    """As `os.wait` gives it."""
    cpu_s: float
    by_us: bool
    """It had to be killed."""

    @property
    def was_killed(self) -> bool:
        """Whether somebody else killed it: the machine, out of memory, or a person."""
        return not self.by_us and os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == 9


class WorkerProcess:
    """A running worker and the socket to it.

    Args:
        mode: how much it confines its children.
        forks: whether it serves many cases, each in a fork, or one case by itself.
        libraries: whether it loads torch and NumPy; without, it can only say which layers hold.
    """

    def __init__(self, mode: Mode, *, forks: bool = CAN_FORK, libraries: bool = True) -> None:
        folders = library_folders() if libraries else []
        config = {"mode": mode.value, "forks": forks, "libraries": libraries}
        config["library_folders"] = folders
        self.forks = forks
        self.control, theirs = socket.socketpair()
        program = str(Path(__file__).with_name("worker.py"))
        with theirs:
            fd = theirs.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", program, str(fd), json.dumps(config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=ENVIRONMENT | {name: os.environ[name] for name in PASSED if name in os.environ},
                cwd="/",
                pass_fds=[fd],
                start_new_session=True,  # a Ctrl-C at the terminal is the caller's to handle
            )

    def begin(self, timeout_s: float) -> dict[str, Any]:
        """Return what the worker says of itself once it is ready: `versions` and `layers`.

        Raises:
            SandboxError: if it can't start.
        """
        try:
            first = self.answer(timeout_s)
        except WorkerDiedError:
            first: dict[str, Any] = {"failed": self._last_words()}
        if "ready" in first:
            return first["ready"]
        raise SandboxError(
            f"the sandbox's worker can't start: {wire.printable(first['failed'])}",
            hint="run 'rlprep doctor'",
        )

    def ask(self, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        """Send a message.

        Raises:
            WorkerDiedError: if nobody is there to read it.
        """
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], list(fds))
        except OSError as error:
            raise WorkerDiedError from error

    def answer(self, timeout_s: float) -> dict[str, Any]:
        """Return the next message.

        Raises:
            WorkerDiedError: if none comes in time.
        """
        self.control.settimeout(timeout_s)
        data = b""
        while not data.endswith(b"\n"):
            try:
                part = self.control.recv(1 << 16)
            except OSError as error:
                raise WorkerDiedError from error
            if not part:
                raise WorkerDiedError
            data += part
        return json.loads(data)

    def hang_up(self) -> None:
        """Let it end by itself, from whatever thread: to the worker, the caller has gone away."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)

    def end(self, *, patience_s: float = 2.0) -> Ended:
        """End it, with whatever it started.

        It is killed only if it doesn't end by itself in time, as it does when its socket closes:
        having ended, it has surely cleaned up.
        """
        self.control.close()
        if self.process.stderr is not None:
            self.process.stderr.close()
        pid, deadline = self.process.pid, time.monotonic() + patience_s
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        while not ended and time.monotonic() < deadline:
            time.sleep(0.002)
            ended, status, usage = os.wait4(pid, os.WNOHANG)
        if not ended:
            self.process.kill()
            _, status, usage = os.wait4(pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return Ended(status, usage.ru_utime + usage.ru_stime, by_us=not ended)

    def _last_words(self) -> str:
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        said = (self.process.stderr.read(1 << 16) or b"").decode(errors="replace")
        return next(reversed(said.strip().splitlines()), "it ended without a word")


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
