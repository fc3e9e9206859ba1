"""The confinement of a child, joined from its parts and tried out before it is relied on.

In the worker, once: `enter` (before any library is loaded), then `prepare`. In each child: `apply`,
which can't be undone. Whether a layer holds is not concluded from version numbers but found by
`trial`: a child is confined and tries what it shouldn't be able to do.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rlprep.sandbox import landlock, limits, privileges, seccomp
from rlprep.sandbox.libc import LIBC, last_error

LINUX = sys.platform.startswith("linux")
FIRST_DESCRIPTOR = 10
TRIAL_LIMITS = {"memory_bytes": 1 << 26, "timeout_s": 5}


class Layers:
    """The layers of one mode on this machine.

    Args:
        mode: `strict`, `best-effort` or `off`.
        library_folders: what submissions may import from, besides the standard library.
    """

    def __init__(self, mode: str, library_folders: list[str]) -> None:
        self.confines = mode != "off"
        self.library_folders = library_folders
        self.namespaces = False
        self._ruleset: int | None = None
        self._filter: seccomp.Filter | None = None
        self._keeps_reading = False

    def enter(self) -> None:
        """Go on in a child that is process 1 of namespaces of its own, where that is allowed.

        The process that called this stays outside, waits for the child and ends with it.
        """
        if not LINUX:
            return
        privileges.prctl(privileges.SET_CHILD_SUBREAPER, 1)
        # Where memory runs out on the machine, the kernel should take this and not the caller.
        _attempt(Path("/proc/self/oom_score_adj").write_text, "1000")
        if not self.confines or not privileges.enter_namespaces():
            return
        pid = os.fork()
        if pid:
            _, status = os.waitpid(pid, 0)
            if os.WIFSIGNALED(status):
                os.kill(os.getpid(), os.WTERMSIG(status))
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        privileges.prctl(privileges.SET_PDEATHSIG, signal.SIGKILL)
        self.namespaces = True

    def prepare(self) -> None:
        """Do once, in the worker, what needn't be done for each child."""
        if not self.confines or not LINUX:
            return
        privileges.prctl(privileges.SET_DUMPABLE, 0)
        if seccomp.supported():
            self._filter = seccomp.Filter()
        if landlock.version():
            entries = landlock.readable_entries(self.library_folders)
            made = landlock.make_ruleset(entries)
            # Beyond the low numbers, where the child will want its pipes.
            self._ruleset = fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)
            os.close(made)
            # Root's power to read what others can't is kept only where Landlock will bound it.
            folders = [Path(os.__file__).parent, *map(Path, self.library_folders)]
            self._keeps_reading = not all(map(privileges.readable_by_all, folders))

    def descriptors(self) -> list[int]:
        """Return the descriptors that `apply` needs open in the child."""
        return [] if self._ruleset is None else [self._ruleset]

    def apply(self, most: dict[str, Any]) -> None:
        """Confine this process for good."""
        for _, put_on in self._steps(most):
            put_on()

    def _steps(self, most: dict[str, Any]) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield the name of each layer and how a process puts it on, in the order that works.

        A layer that fails is passed over: what then holds is for `trial`, in a child just like any
        other, to say, and for the caller to judge before it sends any case.
        """
        yield "limits", lambda: limits.limit(most, means=self.confines)
        if self.confines and LINUX:
            yield "privileges", self._drop_privileges
            if self._ruleset is not None:
                yield "files", self._close_files
            if self._filter is not None:
                yield "calls", self._close_calls

    def _drop_privileges(self) -> None:
        _attempt(privileges.leave_root, keep_reading=self._keeps_reading)
        _attempt(privileges.seal)

    def _close_files(self) -> None:
        assert self._ruleset is not None
        _attempt(landlock.restrict_self, self._ruleset)
        os.close(self._ruleset)

    def _close_calls(self) -> None:
        assert self._filter is not None
        _attempt(self._filter.install)

    def kill_orphans(self) -> None:
        """Kill whatever a child left running; orphans have come to this process, their reaper."""
        if self.namespaces:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)  # as process 1, this means everything in the namespace
        else:
            while orphans := _children():
                for pid in orphans:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)

    def trial(self) -> dict[str, bool]:
        """Return for each layer whether it held in a child that tried to get past it."""
        if not self.confines:
            return {}
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                held = {}
                for name, put_on in self._steps(TRIAL_LIMITS):
                    put_on()
                    # Before the next layer is on, lest it do what this one should have done.
                    held[name] = all(map(_is_denied, ATTACKS[name]))
                os.write(write, json.dumps(held).encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as stream:
            found = stream.read()
        os.waitpid(pid, 0)
        return {**(json.loads(found) if found else {}), "namespaces": self.namespaces}


def _is_denied(attack: Callable[[], object]) -> bool:
    pid = os.getpid()
    try:
        attack()
    except (OSError, MemoryError):
        return True
    if os.getpid() != pid:
        os._exit(0)  # the fork that shouldn't have been possible
    return False


def _exceed_memory() -> None:
    bytearray(TRIAL_LIMITS["memory_bytes"] * 2)


def _use_privileges() -> None:
    """Succeed if this process has a capability, but for reading, or might gain one."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    capabilities = int(status["CapPrm"], 16) | int(status["CapEff"], 16)
    sealed = status.get("NoNewPrivs", "").strip() == "1"
    if sealed and not capabilities & ~(1 << privileges.DAC_READ_SEARCH):
        raise PermissionError


def _write_a_file() -> None:
    handle, path = tempfile.mkstemp()
    os.close(handle)
    Path(path).unlink()


def _read_memory() -> None:
    """Read a word of the parent's memory at an address that it surely has: our own, as its fork."""
    ours, theirs = ctypes.create_string_buffer(8), ctypes.create_string_buffer(8)
    vectors = [(ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8) for buffer in (ours, theirs)]
    if LIBC.process_vm_readv(os.getppid(), vectors[0], 1, vectors[1], 1, 0) < 0:
        raise last_error("process_vm_readv")


ATTACKS: dict[str, list[Callable[[], object]]] = {
    "limits": [_exceed_memory],
    "privileges": [_use_privileges],
    "files": [
        lambda: Path(__file__).read_bytes(),
        lambda: list(Path("/").iterdir()),
        _write_a_file,
    ],
    "calls": [os.fork, socket.socket, lambda: os.kill(os.getppid(), 0), _read_memory],
}


def _attempt(step: Callable[..., object], *arguments: Any, **options: Any) -> None:
    with contextlib.suppress(OSError):
        step(*arguments, **options)


def _children() -> list[int]:
    try:
        return [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]
    except OSError:
        return []
