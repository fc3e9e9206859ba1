"""The fork server: imports torch once, then forks one confined child for each case.

A program of its own, started as ``python -I -S worker.py FD CONFIG`` with a clean environment; it
imports nothing of rlprep but its neighbours in this folder, by path. FD is a socket to the caller.
Over it come orders, never cases: an order brings three file descriptors (the case to read, the
report to write, the pipe for prints) which only the child uses. So the worker never holds a source,
an input or a result, and whatever a child finds in its memory was there before the first case.

    worker: {"ready": ...}             once, or {"failed": ...} and the end
    caller: {"run": limits} + 3 fds    and what to import before, see FIRST_USES
    worker: {"started": true}          or {"threads": n} and the end: forking would be unsafe now
    caller: {"end": patience in s}     the report is complete, or the time is up
    worker: {"ended": wait status, "cpu_s": ..., "by_us": whether it had to be killed}

Where forking is unsafe (macOS, or a library that starts threads), a worker is told not to: it then
serves one case itself, and the caller starts the next one cold.

When the caller goes away, the socket ends, and so does everything here.
"""

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rlprep.sandbox.layers import Layers


MANY_CASES = 40
"""A worker that has served so many will serve more: two or three submissions' worth."""
HUGE_PAGE = 1 << 21
MADV_COLLAPSE = 25


def adopt_neighbours() -> None:
    """Make `rlprep.sandbox` importable from this folder, and nothing else of rlprep.

    Stand-ins for the two packages: the reference implementations must not be importable where a
    submission runs, and this process has no other way to them.
    """
    for name, folders in (("rlprep", []), ("rlprep.sandbox", [str(Path(__file__).parent)])):
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = folders


def send(control: socket.socket, message: dict[str, Any]) -> None:
    """Send one message to the caller."""
    control.sendall(json.dumps(message).encode() + b"\n")


def count_threads() -> int:
    """Return the number of threads of this process (1 where /proc can't tell)."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (this is the hot path)
    except OSError:
        return 1


def preload() -> dict[str, str]:
    """Import the libraries that submissions use, touch what they initialise late, say versions."""
    import numpy as np
    import numpy.linalg
    import torch
    import torch.distributions
    import torch.func
    import torch.linalg

    from rlprep.sandbox import child

    # What is initialised late is initialised here, once for all children: the first backward pass
    # takes 30 ms, the first seeding 15.
    child.reseed(0)
    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    (x @ x).exp().backward()
    np.linalg.norm(np.ones(2) @ np.ones((2, 2)))
    return {"torch": torch.__version__, "numpy": np.__version__}


def first_use_of_func() -> None:
    """Make `torch.func` import what it imports on its first use: the compiler, two seconds."""
    import torch

    x = torch.ones(2, dtype=torch.float64)
    torch.func.jvp(torch.func.grad(lambda a: a @ a), (x,), (x,))


def first_use_of_grad_outputs() -> None:
    """Make autograd import what it imports for a given output gradient: SymPy, half a second."""
    import torch

    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    torch.autograd.grad(x * x, x, torch.ones_like(x))


FIRST_USES = {"func": first_use_of_func, "grad_outputs": first_use_of_grad_outputs}


def gather_pages() -> None:
    """Put this process's own memory into huge pages, as far as the kernel does that.

    It takes a quarter of a second, and saves a third of every fork from then on: a fork copies the
    table of pages, and its end takes it down.
    """
    from rlprep.sandbox.libc import LIBC

    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, _, _, inode = line.split()[:5]
        start, end = (int(part, 16) for part in span.split("-"))
        start, end = -(-start // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
        if rights == "rw-p" and inode == "0" and start < end:
            LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE)


class Worker:
    """Serves orders from one socket, one case at a time."""

    def __init__(self, control: socket.socket, layers: "Layers", *, forks: bool) -> None:
        self.control = control
        self.forks = forks
        self.used: set[str] = set()
        self.served = 0
        self.layers = layers

    def serve(self) -> None:
        """Answer orders until the caller goes away."""
        while True:
            data, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 3)
            if not data:
                return
            limits = json.loads(data)["run"]
            for name in set(limits["first_uses"]) - self.used:
                FIRST_USES[name]()
                self.used.add(name)
            if not self.forks:
                send(self.control, {"started": True, "cpu_s": time.process_time()})
                self.become_child(limits, fds)
            self.served += 1
            if self.served == MANY_CASES and sys.platform.startswith("linux"):
                gather_pages()
            threads = count_threads()
            if threads != 1:
                send(self.control, {"threads": threads})
                return
            pid = os.fork()
            if pid == 0:
                self.become_child(limits, fds)
            for fd in fds:
                os.close(fd)
            send(self.control, {"started": True})
            order = self.control.recv(1 << 16)  # to end it, or the caller's own end
            send(self.control, self.end_child(pid, json.loads(order)["end"] if order else 0.0))

    def become_child(self, limits: dict[str, Any], fds: list[int]) -> None:
        """Run one case in this process. Doesn't return."""
        code = 70
        try:
            from rlprep.sandbox import child

            self.control.close()
            child.run(fds, limits, self.layers)
            code = 0
        finally:
            # Whatever happened, no line of the fork server may run in a child.
            os._exit(code)

    def end_child(self, pid: int, patience_s: float) -> dict[str, Any]:
        """Kill a child with all that it started, if it doesn't end by itself; say how it ended."""
        deadline = time.monotonic() + patience_s
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        while not ended and time.monotonic() < deadline:
            time.sleep(0.002)
            ended, status, usage = os.wait4(pid, os.WNOHANG)
        if not ended:
            # Not its group: the child may not have got as far as having one of its own.
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
        self.layers.kill_orphans()
        cpu_s = usage.ru_utime + usage.ru_stime
        return {"ended": status, "cpu_s": cpu_s, "by_us": not ended}


def main() -> None:
    """Prepare, say so, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(sys.argv[2])
    sys.path += config["library_folders"]
    # What libraries do after a fork (make locks anew, seed generators) is for processes that fork
    # while other threads run. This one doesn't, and it would take a tenth of a child's time.
    os.register_at_fork = lambda **hooks: None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_neighbours()
    from rlprep.sandbox.layers import Layers

    try:
        layers = Layers(config["mode"], config["library_folders"])
        layers.enter()
        layers.prepare()
        held = layers.trial()  # now, while the process is small and cheap to fork
        versions = preload() if config["libraries"] else {}
    except Exception as error:
        send(control, {"failed": f"{type(error).__name__}: {error}"})
        raise
    gc.collect()
    gc.freeze()
    send(control, {"ready": {"versions": versions, "layers": held}})
    with contextlib.suppress(OSError):  # the caller may go away in the middle of a message
        Worker(control, layers, forks=config["forks"]).serve()
    os._exit(0)  # the interpreter's own clearing up would take torch a while


if __name__ == "__main__":
    main()
