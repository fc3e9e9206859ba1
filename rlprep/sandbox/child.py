"""One case: read it, put on the confinement, load the source, call the function, report.

Everything here shares a process with the submission, which may therefore change any of it. That is
allowed for: nothing here knows what a right answer is, and the report is read as a claim.
"""

import contextlib
import fcntl
import importlib.abc
import importlib.util
import inspect
import linecache
import os
import random
import signal
import sys
from types import FunctionType
from typing import Any

import numpy as np
import torch

from rlprep.sandbox import callables, landlock, layers, values, wire
from rlprep.sandbox.counting import WorkCounter

FILENAME = "<submission>"
CASE_FD, REPORT_FD = 3, 4
FIRST_FREE = 10
MAX_MESSAGE = 500


class Refused(Exception):  # noqa: N818 (it is the end of a case, not an error in it)
    """Ends a case early with a status; carries what the report says of it."""

    def __init__(self, status: str, error: dict[str, Any] | None = None) -> None:
        super().__init__(status)
        self.report = {"status": status, "error": error}


def run(fds: list[int], limits: dict[str, Any], confinement: layers.Layers) -> None:
    """Run the case that lies in the first descriptor, reporting to the second."""
    os.setsid()
    arrange_descriptors(fds, confinement.descriptors())
    restore_signals()
    case, payload = read_case()
    confinement.apply(limits)
    if confinement.confines:
        sys.meta_path.insert(0, OtherLibraries())
    source = bytes(payload[: case["source_bytes"]])
    received = Received()
    decoder = wire.Decoder(payload[case["source_bytes"] :], received, trusted=True)
    arguments = Arguments(decoder.value(case["args"]), case["gradients"], received)
    cotangent = decoder.value(case["cotangent"])
    reseed(case["seed"])
    chunks: list[Any] = []
    counter = WorkCounter() if case["work"] else None
    if counter:
        counter.watch_numpy()  # before the submission takes the functions by name
    try:
        function = load(source, case["function"])
        report = call(function, arguments, cotangent, case, counter, chunks)
    except Refused as refusal:
        chunks.clear()
        report = refusal.report
    write_report(report, chunks)


def arrange_descriptors(fds: list[int], keep: list[int]) -> None:
    """Put the pipes where the child expects them and close every other descriptor.

    `keep` are the descriptors that the confinement still needs; it closes them itself.
    """
    fds = [*fds, os.open(os.devnull, os.O_RDONLY)]
    # Out of the way first, so that no dup2 lands on a descriptor still needed.
    case, report, prints, null = (fcntl.fcntl(fd, fcntl.F_DUPFD, FIRST_FREE) for fd in fds)
    places = {null: 0, prints: 1, case: CASE_FD, report: REPORT_FD}
    for fd, place in places.items():
        os.dup2(fd, place)
    os.dup2(prints, 2)
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
    # Not `torch.manual_seed`, which asks for every kind of accelerator first: 1.5 ms of a case.
    torch.default_generator.manual_seed(seed)


class OtherLibraries(importlib.abc.MetaPathFinder):
    """Says of libraries that the confinement closes off that they aren't there.

    Being found but unreadable, they would raise PermissionError, which an honest
    ``try: import ... except ImportError`` doesn't expect.
    """

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        """Raise ModuleNotFoundError for what isn't offered; leave the rest to the finders below."""
        known = fullname in landlock.LIBRARIES or fullname in sys.stdlib_module_names
        if path is None and not known:
            raise ModuleNotFoundError(
                f"No module named {fullname!r} here: use torch, NumPy or plain Python",
                name=fullname,
            )


class Received:
    """Makes tensors of what was sent, and knows of each what that was."""

    def __init__(self) -> None:
        self._sent: list[tuple[torch.Tensor, wire.RawArray]] = []

    def __call__(self, raw: wire.RawArray) -> torch.Tensor:
        """Return a tensor with memory of its own."""
        tensor = values.to_tensor(raw)
        self._sent.append((tensor, raw))
        return tensor

    def sent(self, tensor: torch.Tensor) -> wire.RawArray:
        """Return what a tensor was made of."""
        return next(raw for made, raw in self._sent if made is tensor)


class Arguments:
    """The arguments of the call, and what is needed to say afterwards what became of them."""

    def __init__(self, sent: list[Any], gradients: list[int], received: Received) -> None:
        self.values = [self._build(value) for value in sent]
        for i, value in enumerate(self.values):
            if type(value) is wire.LeavesOf:
                self.values[i] = list(self.values[value.argument].leaves)
        self.tensors = {i: v for i, v in enumerate(self.values) if type(v) is torch.Tensor}
        self.before = {i: received.sent(tensor) for i, tensor in self.tensors.items()}
        for i in gradients:
            self.values[i].requires_grad_()

    def _build(self, value: Any) -> Any:
        if type(value) is wire.Built:
            return callables.BUILDERS[value.name](**value.arguments)
        return value

    def changed(self) -> list[int]:
        """Return the positions of tensors that aren't bit for bit what they were."""
        return [
            i for i, was in self.before.items() if not values.same(self.tensors[i].detach(), was)
        ]

    def calls(self) -> dict[int, int]:
        """Return by position how often a built callable was called."""
        return {i: v.calls for i, v in enumerate(self.values) if type(v) is callables.Counted}


def load(source: bytes, name: str) -> Any:
    """Run the source as a module and return the function of that name.

    Raises:
        Refused: if the source doesn't compile or raises, or has no such function.
    """
    try:
        # Decoded first: compiling bytes lets through what running the file would not.
        text = importlib.util.decode_source(source)
        code = compile(text, FILENAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, LookupError) as error:  # LookupError: a strange coding
        line = getattr(error, "lineno", None)
        raise Refused("syntax", describe(error, "load", line)) from None
    except (MemoryError, RecursionError) as error:
        # The parser's own limits: the file is nested too deeply.
        raise Refused("syntax", describe(error, "load", None)) from None
    # For `inspect.getsource`, on which torch.jit.script relies.
    linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)
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
    counter: WorkCounter | None,
    chunks: list[Any],
) -> dict[str, Any]:
    """Call the function and return the report, with the bytes of its arrays in `chunks`.

    Raises:
        Refused: if the function can't be called so, raises, or returns too much.
    """
    check_signature(function, len(arguments.values))
    try:
        with counter or contextlib.nullcontext():
            returned = function(*arguments.values)
    except BaseException as error:
        raise refusal(error, "call") from None
    try:
        room = [case["result_bytes"]]
        value = wire.encode(values.from_python(returned, room), chunks)
        slopes = gradients(returned, arguments, case["gradients"], cotangent, room)
        return {
            "status": "returned",
            "value": value,
            "gradients": [wire.encode(slope, chunks) for slope in slopes],
            "changed": arguments.changed() if case["changes"] else [],
            "calls": {str(i): n for i, n in arguments.calls().items()},
            "work": counter.report() if counter else None,
        }
    except Refused:
        raise
    except OverflowError:
        raise Refused("output_limit") from None
    except BaseException as error:
        raise refusal(error, "call") from None


def check_signature(function: Any, count: int) -> None:
    """Raise `Refused` where the function plainly can't take `count` positional arguments."""
    if takes(function, count):
        return
    try:
        signature = inspect.signature(function)
    except BaseException:
        return  # built-in or hostile: the call itself will tell
    try:
        signature.bind(*range(count))
    except TypeError as error:
        raise Refused("signature", describe(error, "call", None)) from None


def takes(function: Any, count: int) -> bool:
    """Whether it is an ordinary function of `count` positional arguments; True is certain.

    For most cases, `inspect` takes longer than the call.
    """
    if type(function) is not FunctionType or function.__dict__:
        return False
    most, keywords = function.__code__.co_argcount, function.__code__.co_kwonlyargcount
    return not keywords and most - len(function.__defaults__ or ()) <= count <= most


def gradients(
    returned: Any,
    arguments: Arguments,
    positions: list[int],
    cotangent: torch.Tensor | None,
    room: list[int],
) -> list[Any]:
    """Return d(sum of output times cotangent) / d(argument) for each position, None if unrelated.

    Raises:
        Refused: if the backward pass raises.
    """
    if not positions or type(returned) is not torch.Tensor or not returned.requires_grad:
        return [None] * len(positions)
    inputs = [arguments.tensors[i] for i in positions]
    try:
        # Not by `grad_outputs`, whose first use makes torch import half a second of SymPy.
        scalar = (returned if cotangent is None else returned * cotangent).sum()
        slopes = torch.autograd.grad(scalar, inputs, allow_unused=True)
    except BaseException as error:
        raise refusal(error, "gradient") from None
    return [None if slope is None else values.from_tensor(slope, room) for slope in slopes]


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
    text = str(error.msg) if isinstance(error, SyntaxError) else _text(error)
    # By the descriptor of `type` itself: a metaclass may have another idea of what a name is.
    name = type.__dict__["__name__"].__get__(type(error))[:MAX_MESSAGE]
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


def write_report(report: dict[str, Any], chunks: list[Any]) -> None:
    """Flush what was printed, then write the report as one frame."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    for part in wire.frame(report, chunks):
        view = memoryview(part).cast("B")
        while view:
            view = view[os.write(REPORT_FD, view[: 1 << 20]) :]
