"""What is asked of a case and what comes back. Plain data, cheap to import."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rlprep.errors import RlprepError

if TYPE_CHECKING:
    import numpy as np


class SandboxError(RlprepError):
    """The sandbox itself can't do its work; never the fault of a submission (exit code 4)."""


class Mode(StrEnum):
    """How much confinement is asked for."""

    STRICT = "strict"
    """Refuse to run anything unless every required layer holds."""
    BEST_EFFORT = "best-effort"
    """Use the layers that this machine has."""
    OFF = "off"
    """A process of its own with limits of time, memory and output. For code you trust."""


class Status(StrEnum):
    """How a case ended."""

    RETURNED = "returned"
    RAISED = "raised"
    """An exception, also while the file was loaded; see `Outcome.error`."""
    SYNTAX = "syntax"
    MISSING = "missing"
    """The file defines no such function."""
    SIGNATURE = "signature"
    """The function can't be called with these arguments."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output_limit"
    """More was printed, or returned, than the limits allow."""
    CRASHED = "crashed"
    """The process ended without a result: a signal, `os._exit`, a closed channel."""
    MALFORMED = "malformed"
    """What came back isn't a report: somebody else wrote to the channel."""


class Stage(StrEnum):
    """Where an exception came from."""

    LOAD = "load"
    CALL = "call"
    GRADIENT = "gradient"


@dataclass(frozen=True)
class Limits:
    """What one case may use. Memory counts from what the libraries themselves take."""

    timeout_s: float = 10.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 1 << 20
    """Printed to stdout and stderr together."""
    result_bytes: int = 1 << 28
    """Returned value and gradients together."""


@dataclass(frozen=True)
class Wants:
    """What to report besides the returned value."""

    gradients: tuple[int, ...] = ()
    """Positions of array arguments that get `requires_grad`; their gradients come back. NumPy can't
    read such tensors, so a submission in NumPy raises where gradients are asked for."""
    cotangent: "np.ndarray | None" = None
    """Weights of the outputs in the scalar that is differentiated; ones if None."""
    changes: bool = False
    """Compare the array arguments with what was sent, after the call."""
    work: bool = False
    """Count work (torch operations, about 20 µs each, and NumPy's exponentials)."""


@dataclass(frozen=True)
class Raised:
    """An exception in the submission. All text is the submission's own: untrusted."""

    stage: Stage
    type_name: str
    message: str
    line: int | None
    """The deepest line of the submission's own file on the way to it; None if it has none."""


@dataclass(frozen=True)
class Work:
    """What a call did in torch, as the child counted it (plain Python doesn't show).

    A claim: a submission can switch the counting off or make its counts up, so what was counted may
    cost points, and what wasn't earns none. That it is there where it was asked for, and nowhere
    else, is checked.
    """

    operations: int
    elements: int
    """Elements written by all operations; views cost nothing."""
    flops: int
    """Multiplications and additions in matrix products."""
    largest: int
    """Elements of the largest tensor that was made."""
    exponentials: int
    """The most exponentials that one operation of torch's or NumPy's took."""


@dataclass(frozen=True)
class Outcome:
    """What came of one case.

    `status` (but for the four that a child can choose: returned, raised, missing, signature),
    `wall_s` and `cpu_s` are observed from outside. Everything else is the child's own claim about
    itself, checked in form and never more than that: a submission that seizes its process can claim
    any numbers, which gains it nothing unless they are the right ones.
    """

    status: Status
    value: Any = None
    """None, bool, int, float, numpy array, nested list or tuple of those, or `wire.Foreign`."""
    gradients: "dict[int, np.ndarray | None]" = field(default_factory=dict)
    """By argument position; None where the output doesn't depend on it through torch."""
    changed: tuple[int, ...] = ()
    """Positions of array arguments whose contents or shape differ after the call."""
    calls: dict[int, int] = field(default_factory=dict)
    """By argument position, how often a built callable was called."""
    work: Work | None = None
    error: Raised | None = None
    printed: str = ""
    """To stdout and stderr: untrusted, control characters included."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    signal: int | None = None
    """The signal that ended the process, where it crashed by one other than SIGKILL."""
