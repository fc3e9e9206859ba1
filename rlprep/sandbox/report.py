"""A case in the terms of `wire`, and a child's report read back, believing nothing of its form."""

import os
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rlprep.sandbox import wire
from rlprep.sandbox.case import Limits, Outcome, Raised, Stage, Status, Wants, Work

if TYPE_CHECKING:
    import numpy as np


def request_of(
    source: bytes, function: str, args: Sequence[Any], wants: Wants, limits: Limits, seed: int
) -> list[Any]:
    """Return the frame of a case (the arguments are those of `Sandbox.run`)."""
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
        "result_bytes": limits.result_bytes,
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


def outcome_of(
    cut_short: Status | None,
    report: wire.FrameReader,
    wants: Wants,
    arity: int,
    wait_status: int,
) -> Outcome:
    """Return what came of a case.

    Args:
        cut_short: why the caller ended it, or None.
        report: what was read from the child.
        wants: what the case asked for.
        arity: how many arguments it sent.
        wait_status: how the child's process ended, as `os.wait` gives it.
    """
    if cut_short is not None:
        return Outcome(cut_short)
    if report.empty:
        number = os.WTERMSIG(wait_status) if os.WIFSIGNALED(wait_status) else None
        # A child that lives on without its pipes is killed, so that signal says nothing of it.
        return Outcome(Status.CRASHED, signal=None if number == signal.SIGKILL else number)
    try:
        return _read_report(*report.parse(), wants, arity)
    except (wire.WireError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return Outcome(Status.MALFORMED)


CLAIMS = {
    Status.RETURNED,
    Status.RAISED,
    Status.SYNTAX,
    Status.MISSING,
    Status.SIGNATURE,
    Status.MEMORY,
    Status.OUTPUT_LIMIT,
}
"""What a child can say of itself; the others are for the caller to observe."""


def _read_report(header: dict[str, Any], payload: memoryview, wants: Wants, arity: int) -> Outcome:
    status = Status(header["status"])
    if status not in CLAIMS:
        raise wire.WireError("not a claim")
    if status is not Status.RETURNED:
        return Outcome(status, error=_read_error(header["error"]))
    decoder = wire.Decoder(payload, _to_numpy, trusted=False)
    value = decoder.value(header["value"])
    slopes = [_slope(decoder.value(node)) for node in header["gradients"]]
    decoder.finish()
    # Not what was counted where nobody asked: that would be there to pass for something.
    work = [_count(n) for n in header["work"]] if wants.work else None
    return Outcome(
        status,
        value=value,
        gradients=dict(zip(wants.gradients, slopes, strict=True)),
        changed=tuple(_count(i, arity) for i in header["changed"]),
        calls={_count(int(i), arity): _count(n) for i, n in header["calls"].items()},
        work=None if work is None else Work(*work),
    )


def _slope(value: Any) -> "np.ndarray | None":
    if value is None or hasattr(value, "dtype"):
        return value
    raise wire.WireError("not a gradient")


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


def _count(value: Any, end: int = 1 << 62) -> int:
    if type(value) is not int or not 0 <= value < end:
        raise wire.WireError("not a count")
    return value
