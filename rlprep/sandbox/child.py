"""One case: read it, put on the confinement, load the source, call the function, report.

Everything here shares a process with the submission, which may therefore change any of it. That is
allowed for: nothing here knows what a right answer is, and the report is read as a claim.
"""

import contextlib
import inspect
import os
import random
import signal
import sys
from typing import Any

import numpy as np
import torch

from rlprep.sandbox import callables, layers, wire
from rlprep.sandbox.counting import WorkCounter

FILENAME = "<submission>"
CASE_FD, REPORT_FD = 3, 4
MAX_MESSAGE = 500
DTYPES = {name: getattr(torch, name) for name in wire.ITEM_BYTES}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class Refused(Exception):  # noqa: N818 (it is the end of a case, not an error in it)
    """Ends a case early with a status; carries what the report says of it."""

    def __init__(self, status: str, error: dict[str, Any] | None = None) -> None:
        super().__init__(status)
        self.report = {"status": status, "error": error}


def run(fds: list[int], limits: dict[str, Any], confinement: layers.Layers) -> None:
    """Run the case that lies in the first descriptor, reporting to the second."""
    arrange_descriptors(fds, confinement.descriptors())
    restore_signals()
    case, payload = read_case()
    confinement.apply(limits)
    source = bytes(payload[: case["source_bytes"]])
    decoder = wire.Decoder(payload[case["source_bytes"] :], to_tensor, trusted=True)
    arguments = Arguments(decoder.value(case["args"]), case["gradients"])
    cotangent = decoder.value(case["cotangent"])
    reseed(case["seed"])
    chunks: list[Any] = []
    try:
        function = load(source, case["function"])
        report = call(function, arguments, cotangent, case, chunks, limits["result_bytes"])
    except Refused as refusal:
        chunks.clear()
        report = refusal.report
    write_report(report, chunks)


def arrange_descriptors(fds: list[int], keep: list[int]) -> None:
    """Put the pipes where the child expects them and close every other descriptor.

    `keep` are the descriptors that the confinement still needs; it closes them itself.
    """
    null = os.open(os.devnull, os.O_RDONLY)
    # Out of the way first, so that no dup2 lands on a descriptor still needed.
    case, report, prints, null = (os.dup(_above(fd)) for fd in (*fds, null))
    os.dup2(null, 0)
    os.dup2(prints, 1)
    os.dup2(prints, 2)
    os.dup2(case, CASE_FD)
    os.dup2(report, REPORT_FD)
    start = REPORT_FD + 1
    for fd in sorted(keep):
        os.closerange(start, fd)
        start = fd + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def restore_signals() -> None:
    """Give the submission Python's usual Ctrl-C handling and a broken pipe as an exception."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def read_case() -> tuple[dict[str, Any], memoryview]:
    """Return header and payload of the case. The sender is trusted, so no size is too large."""
    reader = wire.FrameReader(1 << 40, 1 << 50)
    while not reader.complete:
        data = os.read(CASE_FD, 1 << 20)
        if not data:
            break
        reader.feed(data)
    os.close(CASE_FD)
    return reader.parse()


def reseed(seed: int) -> None:
    """Seed the three global generators, which all children would else share from the worker."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 (submissions may use the global generator)
    torch.manual_seed(seed)


class Arguments:
    """The arguments of the call, and what is needed to say afterwards what became of them."""

    def __init__(self, values: list[Any], gradients: list[int]) -> None:
        self.values = [self._build(value) for value in values]
        for i, value in enumerate(self.values):
            if type(value) is wire.LeavesOf:
                self.values[i] = list(self.values[value.argument].leaves)
        self.before = {
            i: value.detach().clone()
            for i, value in enumerate(self.values)
            if type(value) is torch.Tensor
        }
        self.tensors = {i: self.values[i] for i in self.before}
        for i in gradients:
            self.values[i].requires_grad_()

    def _build(self, value: Any) -> Any:
        if type(value) is wire.Built:
            return callables.BUILDERS[value.name](**value.arguments)
        return value

    def changed(self) -> list[int]:
        """Return the positions of tensors that aren't bit for bit what they were."""
        return [i for i, was in self.before.items() if not _same(self.tensors[i].detach(), was)]

    def calls(self) -> dict[int, int]:
        """Return by position how often a built callable was called."""
        return {i: v.calls for i, v in enumerate(self.values) if type(v) is callables.Counted}


def load(source: bytes, name: str) -> Any:
    """Run the source as a module and return the function of that name.

    Raises:
        Refused: if the source doesn't compile or raises, or has no such function.
    """
    try:
        code = compile(source, FILENAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise Refused("syntax", describe(error, "load", line)) from None
    except (MemoryError, RecursionError) as error:
        # The parser's own limits: the file is nested too deeply.
        raise Refused("syntax", describe(error, "load", None)) from None
    module = type(sys)("submission")
    sys.modules["submission"] = module  # dataclasses look their module up
    try:
        exec(code, module.__dict__)
        function = module.__dict__.get(name)
    except BaseException as error:
        raise refusal(error, "load") from None
    if not callable(function):
        raise Refused("missing")
    return function


def call(
    function: Any,
    arguments: Arguments,
    cotangent: torch.Tensor | None,
    case: dict[str, Any],
    chunks: list[Any],
    most_bytes: int,
) -> dict[str, Any]:
    """Call the function and return the report, with the bytes of its arrays in `chunks`.

    Raises:
        Refused: if the function can't be called so, raises, or returns too much.
    """
    check_signature(function, len(arguments.values))
    counter = WorkCounter() if case["work"] else None
    try:
        with counter or contextlib.nullcontext():
            returned = function(*arguments.values)
    except BaseException as error:
        raise refusal(error, "call") from None
    report: dict[str, Any] = {
        "status": "returned",
        "changed": arguments.changed() if case["changes"] else [],
        "calls": {str(i): n for i, n in arguments.calls().items()},
        "work": counter.report() if counter else None,
    }
    try:
        report["value"] = wire.encode(from_python(returned, [most_bytes]), chunks)
    except OverflowError:
        raise Refused("output_limit") from None
    except BaseException as error:
        raise refusal(error, "call") from None
    if case["gradients"]:
        slopes = gradients(returned, arguments, case["gradients"], cotangent)
        report["gradients"] = wire.encode(slopes, chunks)
    return report


def check_signature(function: Any, count: int) -> None:
    """Raise `Refused` where the function plainly can't take `count` positional arguments."""
    try:
        signature = inspect.signature(function)
    except BaseException:
        return  # built-in or hostile: the call itself will tell
    try:
        signature.bind(*range(count))
    except TypeError as error:
        raise Refused("signature", describe(error, "call", None)) from None


def gradients(
    returned: Any, arguments: Arguments, positions: list[int], cotangent: torch.Tensor | None
) -> list[Any]:
    """Return d(sum of output times cotangent) / d(argument) for each position, None if unrelated.

    Raises:
        Refused: if the backward pass raises.
    """
    if type(returned) is not torch.Tensor or not returned.requires_grad:
        return [None] * len(positions)
    inputs = [arguments.tensors[i] for i in positions]
    try:
        weights = torch.ones_like(returned) if cotangent is None else cotangent
        slopes = torch.autograd.grad(returned, inputs, weights, allow_unused=True)
        return [None if slope is None else from_tensor(slope, [1 << 40]) for slope in slopes]
    except BaseException as error:
        raise refusal(error, "gradient") from None


def refusal(error: BaseException, stage: str) -> Refused:
    """Return how a case ends that raised this."""
    status = "memory" if is_out_of_memory(error) else "raised"
    return Refused(status, describe(error, stage, line_of(error)))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed; torch says so only in the text of a RuntimeError."""
    if isinstance(error, MemoryError):
        return True
    text = _text(error) if isinstance(error, RuntimeError) else ""
    return "can't allocate memory" in text or "std::bad_alloc" in text


def describe(error: BaseException, stage: str, line: int | None) -> dict[str, Any]:
    """Return the report of an exception, its text cut to length."""
    if isinstance(error, SyntaxError):
        text = str(error.msg)
    else:
        text = _text(error)
    name = type(error).__name__[:MAX_MESSAGE]
    return {"stage": stage, "type": name, "message": text[:MAX_MESSAGE], "line": line}


def line_of(error: BaseException) -> int | None:
    """Return the deepest line of the submission's own file in the traceback."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILENAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return ""  # a hostile __str__


def to_tensor(raw: wire.RawArray) -> torch.Tensor:
    """Return a tensor with memory of its own."""
    tensor = torch.empty(raw.shape, dtype=DTYPES[raw.dtype])
    if tensor.numel():
        flat = torch.frombuffer(bytearray(raw.data), dtype=DTYPES[raw.dtype])
        tensor.copy_(flat.reshape(raw.shape))
    return tensor


def from_python(value: Any, room: list[int]) -> Any:
    """Return a returned value in the terms of `wire`. Exact types only: a subclass can lie.

    Raises:
        OverflowError: if the arrays need more bytes than `room` has left.
    """
    kind = type(value)
    if value is None or kind in (bool, float):
        return value
    if kind is int:
        return value if value.bit_length() < 4096 else wire.Foreign("int of over 4096 bits")
    if kind in (list, tuple):
        room[0] -= 8 * len(value)
        if room[0] < 0:
            raise OverflowError
        return kind(from_python(item, room) for item in value)
    if kind is torch.Tensor:
        return from_tensor(value, room)
    if kind is np.ndarray or (isinstance(value, np.generic) and kind.__module__ == "numpy"):
        return from_numpy(np.asarray(value), room)
    return wire.Foreign(f"{kind.__module__}.{kind.__qualname__}"[: wire.MAX_TEXT])


def from_tensor(tensor: torch.Tensor, room: list[int]) -> Any:
    """Return a real dense CPU tensor as raw bytes, anything else by its description."""
    name = NAMES.get(tensor.dtype)
    if name is None or tensor.layout is not torch.strided or tensor.device.type != "cpu":
        what = f"torch.Tensor ({tensor.dtype}, {tensor.layout}, {tensor.device})"
        return wire.Foreign(what.replace("torch.", "", 3).replace("Tensor", "torch.Tensor"))
    # Before it is made contiguous: an expanded tensor can be far larger than its memory.
    take(room, tensor.numel() * tensor.element_size())
    return from_numpy(tensor.detach().resolve_neg().contiguous().numpy(), None)


def from_numpy(array: np.ndarray, room: list[int] | None) -> Any:
    """Return a real array as raw bytes, anything else by its description."""
    name = array.dtype.name
    if name not in wire.ITEM_BYTES:
        return wire.Foreign(f"numpy.ndarray ({name})")
    if room is not None:
        take(room, array.nbytes)
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    return wire.RawArray(name, array.shape, little.tobytes())


def take(room: list[int], nbytes: int) -> None:
    """Take bytes from the room that is left.

    Raises:
        OverflowError: if there are fewer.
    """
    room[0] -= nbytes
    if room[0] < 0:
        raise OverflowError


def write_report(report: dict[str, Any], chunks: list[Any]) -> None:
    """Flush what was printed, then write the report as one frame."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    for part in wire.frame(report, chunks):
        view = memoryview(part).cast("B")
        while view:
            view = view[os.write(REPORT_FD, view[: 1 << 20]) :]


def _same(now: torch.Tensor, was: torch.Tensor) -> bool:
    if now.shape != was.shape or now.dtype != was.dtype or now.layout != was.layout:
        return False
    # As bytes: NaN equals itself, and -0.0 isn't 0.0.
    return now.contiguous().numpy().tobytes() == was.contiguous().numpy().tobytes()


def _above(fd: int) -> int:
    """Return a duplicate beyond the descriptors that have a fixed place."""
    duplicates = []
    while fd <= REPORT_FD:
        fd = os.dup(fd)
        duplicates.append(fd)
    return fd
