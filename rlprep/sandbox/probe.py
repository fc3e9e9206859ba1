"""Which layers of confinement hold on this machine, and what they promise.

A layer holds if a confined process tried to get past it and could not (`layers.Layers.trial`), not
because a version number says so.
"""

import sys
from dataclasses import dataclass

from rlprep.sandbox.case import Mode, SandboxError
from rlprep.sandbox.process import WorkerProcess

PROBE_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Layer:
    """One layer: what it is made of, and what a submission can't do while it holds."""

    name: str
    means: str
    promise: str
    required: bool
    """Whether strict mode refuses to run without it."""


LAYERS = (
    Layer(
        "limits",
        "resource limits, a clock outside",
        "a case can't use more time or memory than it is given, nor write to disk",
        required=True,
    ),
    Layer(
        "privileges",
        "no_new_privs, nobody, no capabilities",
        "a case has fewer rights than whoever runs the grader, and can't gain any",
        required=True,
    ),
    Layer(
        "files",
        "Landlock",
        "a case can't open any file but the libraries: not yours, not rlprep's",
        required=True,
    ),
    Layer(
        "calls",
        "seccomp",
        "a case can't start processes, use the network, or touch other processes",
        required=True,
    ),
    Layer(
        "namespaces",
        "process, network and IPC namespaces",
        "a case doesn't even see other processes and the network, were a layer to fail",
        required=False,
    ),
)


@dataclass(frozen=True)
class Probe:
    """What was found on this machine."""

    holds: dict[str, bool]
    """By name of a layer."""

    @property
    def strict(self) -> bool:
        """Whether strict mode runs here."""
        return not missing(self.holds)


def probe() -> Probe:
    """Try every layer in a worker without libraries, which takes a tenth of a second.

    Raises:
        SandboxError: if not even that worker starts.
    """
    worker = WorkerProcess(Mode.BEST_EFFORT, libraries=False)
    try:
        first = worker.begin(PROBE_TIMEOUT_S)
    finally:
        worker.end()
    return Probe({layer.name: bool(first["layers"].get(layer.name)) for layer in LAYERS})


def missing(holds: dict[str, bool]) -> list[Layer]:
    """Return the required layers that don't hold."""
    return [layer for layer in LAYERS if layer.required and not holds.get(layer.name)]


def require(holds: dict[str, bool]) -> None:
    """Refuse to go on without the required layers.

    Raises:
        SandboxError: naming the layers that don't hold.
    """
    lacking = missing(holds)
    if lacking:
        names = ", ".join(f"{layer.name} ({layer.means})" for layer in lacking)
        where = "" if sys.platform.startswith("linux") else f" on {sys.platform}"
        raise SandboxError(
            f"strict mode is impossible here{where}: {names} not available",
            hint="run 'rlprep doctor'; '--sandbox best-effort' for files that you have read",
        )
