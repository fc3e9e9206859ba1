"""The framing of what crosses the boundary: a JSON header and raw little-endian bytes.

A frame is ``RLP1``, the header's length (u32), the payload's length (u64), the header, the payload.
Values in a header are nodes: null, booleans and numbers stand for themselves, everything else is an
object with one key (`list`, `tuple`, `array`, `built`, `leaves_of`, `foreign`). The bytes of arrays
lie in the payload in the order in which the arrays are met.

Both sides use this file, and the worker loads it by its path: it needs the standard library only,
and knows arrays as `RawArray`. Whatever is read is checked before it is believed: lengths before
memory is taken, dtypes and shapes before bytes are looked at.
"""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAGIC = b"RLP1"
PRELUDE = struct.Struct("<4sIQ")
ITEM_BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
}
MAX_NDIM = 16
MAX_NUMEL = 1 << 40
MAX_DEPTH = 12
MAX_INT_BITS = 1000
"""Of what is returned: any such integer can become a float without overflow."""
MAX_TEXT = 200


class WireError(ValueError):
    """A frame, or a value in it, that isn't what the format allows."""


@dataclass(frozen=True)
class RawArray:
    """A real array as it crosses: dtype name, shape, and row-major little-endian bytes."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes | bytearray | memoryview = field(repr=False)


@dataclass(frozen=True)
class Built:
    """A callable that the child builds for itself from arrays (see `callables` for the names)."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class LeavesOf:
    """The leaf tensors that the callable at this argument position was built with, as a list."""

    argument: int


@dataclass(frozen=True)
class Foreign:
    """Stands for something that was returned and can't cross; `description` is untrusted text."""

    description: str


def encode(value: Any, chunks: list[bytes | bytearray | memoryview], depth: int = 0) -> Any:
    """Return the node of a value and append the bytes of its arrays to `chunks`.

    Raises:
        WireError: for a type outside the vocabulary, or nesting deeper than `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH} levels")
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value
    if kind in (list, tuple):
        return {kind.__name__: [encode(item, chunks, depth + 1) for item in value]}
    if kind is RawArray:
        chunks.append(value.data)
        return {"array": [value.dtype, list(value.shape)]}
    if kind is Built:
        arguments = {key: encode(arg, chunks, depth + 1) for key, arg in value.arguments.items()}
        return {"built": [value.name, arguments]}
    if kind is LeavesOf:
        return {"leaves_of": value.argument}
    if kind is Foreign:
        return {"foreign": value.description[:MAX_TEXT]}
    raise WireError(f"{kind.__name__} can't cross")


class Decoder:
    """Turns nodes back into values, taking the bytes of arrays from one payload in order.

    Args:
        payload: the frame's payload.
        make_array: builds an array of the receiving side from a checked `RawArray`.
        trusted: whether the sender may use `built` and `leaves_of` (the caller may, a child not).
    """

    def __init__(
        self, payload: memoryview, make_array: Callable[[RawArray], Any], *, trusted: bool
    ) -> None:
        self._payload = payload
        self._make_array = make_array
        self._trusted = trusted
        self._at = 0

    def value(self, node: Any, depth: int = 0) -> Any:
        """Return the value of a node.

        Raises:
            WireError: if the node isn't one of the format, or asks for bytes that aren't there.
        """
        if node is None or type(node) in (bool, float):
            return node
        if type(node) is int:
            large = not self._trusted and node.bit_length() > MAX_INT_BITS
            return Foreign(f"int of over {MAX_INT_BITS} bits") if large else node
        if depth > MAX_DEPTH or type(node) is not dict or len(node) != 1:
            raise WireError("not a value")
        ((key, body),) = node.items()
        if key in ("list", "tuple") and type(body) is list:
            items = [self.value(item, depth + 1) for item in body]
            return items if key == "list" else tuple(items)
        if key == "array":
            return self._make_array(self._array(body))
        if key == "foreign" and type(body) is str:
            return Foreign(printable(body))
        if self._trusted and key == "built":
            name, arguments = body
            return Built(name, {k: self.value(a, depth + 1) for k, a in arguments.items()})
        if self._trusted and key == "leaves_of":
            return LeavesOf(body)
        raise WireError("not a value")

    def finish(self) -> None:
        """Check that the payload was used up.

        Raises:
            WireError: if bytes are left that belong to no array.
        """
        if self._at != len(self._payload):
            raise WireError("bytes that belong to no array")

    def _array(self, body: Any) -> RawArray:
        if type(body) is not list or len(body) != 2 or type(body[1]) is not list:
            raise WireError("not an array")
        dtype, shape = body
        if type(dtype) is not str or dtype not in ITEM_BYTES:
            raise WireError("not a dtype")
        if len(shape) > MAX_NDIM or any(type(n) is not int or n < 0 for n in shape):
            raise WireError("not a shape")
        if math.prod(n for n in shape if n) > MAX_NUMEL:
            raise WireError("not a shape")
        end = self._at + math.prod(shape) * ITEM_BYTES[dtype]
        if end > len(self._payload):
            raise WireError("an array with bytes missing")
        data = self._payload[self._at : end]
        self._at = end
        return RawArray(dtype, tuple(shape), data)


def frame(header: dict[str, Any], chunks: list[bytes | bytearray | memoryview]) -> list[Any]:
    """Return a frame as a list of buffers, ready to be written one after the other.

    Raises:
        WireError: if the header can't be written as JSON (an integer of thousands of digits).
    """
    try:
        text = json.dumps(header).encode()
    except (ValueError, RecursionError) as error:
        raise WireError("not a header") from error
    total = sum(memoryview(chunk).nbytes for chunk in chunks)
    return [PRELUDE.pack(MAGIC, len(text), total) + text, *chunks]


class FrameReader:
    """Collects one frame from bytes as they come, and refuses more than it was told to take.

    Args:
        max_header: the longest header accepted, in bytes.
        max_payload: the largest payload accepted, in bytes.
    """

    def __init__(self, max_header: int, max_payload: int) -> None:
        self._max_header = max_header
        self._max_payload = max_payload
        self._bytes = bytearray()
        self._needed = PRELUDE.size
        self._header_end: int | None = None

    @property
    def complete(self) -> bool:
        """Whether the whole frame is here."""
        return self._header_end is not None and len(self._bytes) == self._needed

    @property
    def empty(self) -> bool:
        """Whether nothing has come yet."""
        return not self._bytes

    def feed(self, data: bytes) -> None:
        """Add bytes.

        Raises:
            WireError: if they can't belong to one frame within the limits.
        """
        self._bytes += data
        if self._header_end is None and len(self._bytes) >= PRELUDE.size:
            magic, header, payload = PRELUDE.unpack_from(self._bytes)
            if magic != MAGIC:
                raise WireError("not a frame")
            if header > self._max_header or payload > self._max_payload:
                raise WireError("too large")
            self._header_end = PRELUDE.size + header
            self._needed = self._header_end + payload
        if self._header_end is not None and len(self._bytes) > self._needed:
            raise WireError("bytes after the end")

    def parse(self) -> tuple[dict[str, Any], memoryview]:
        """Return header and payload of a complete frame.

        Raises:
            WireError: if the frame isn't complete or its header isn't a JSON object.
        """
        if not self.complete:
            raise WireError("a frame that stops short")
        whole = memoryview(self._bytes)
        try:
            header = json.loads(bytes(whole[PRELUDE.size : self._header_end]))
        except (ValueError, RecursionError) as error:
            raise WireError("not a header") from error
        if type(header) is not dict:
            raise WireError("not a header")
        return header, whole[self._header_end :]


def printable(text: str, longest: int = MAX_TEXT) -> str:
    """Return untrusted text on one line, without control or format characters, cut to length."""
    # Cut first: cleaning a megabyte to keep a line of it would be the sender's gain.
    cleaned = "".join(c if c.isprintable() else " " for c in text[: 4 * longest])
    cleaned = " ".join(cleaned.split())
    return cleaned if len(cleaned) <= longest else cleaned[: longest - 1] + "…"
