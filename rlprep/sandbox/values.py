"""Values between a child and `wire`: what the case sends, and what the submission returned.

Exact types only: a subclass can lie about its shape, its length or its numbers.
"""

import ctypes
from typing import Any

import numpy as np
import torch

from rlprep.sandbox import wire

DTYPES = {name: getattr(torch, name) for name in wire.ITEM_BYTES}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def to_tensor(raw: wire.RawArray) -> torch.Tensor:
    """Return a tensor with memory of its own."""
    tensor = torch.empty(raw.shape, dtype=DTYPES[raw.dtype])
    ctypes.memmove(tensor.data_ptr(), bytes(raw.data), len(raw.data))
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
        bits = wire.MAX_INT_BITS
        return value if value.bit_length() <= bits else wire.Foreign(f"int of over {bits} bits")
    if kind is list:
        take(room, 8 * len(value))
        return [from_python(item, room) for item in value]
    if issubclass(kind, tuple):
        # A named tuple is fine: by tuple's own method there is no lying about what is in it.
        items = list(tuple.__iter__(value))
        take(room, 8 * len(items))
        return tuple([from_python(item, room) for item in items])
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


def same(now: torch.Tensor, sent: wire.RawArray) -> bool:
    """Whether a tensor is bit for bit what was sent."""
    if now.shape != sent.shape or now.dtype != DTYPES[sent.dtype] or now.layout != torch.strided:
        return False
    # As bytes: NaN equals itself, and -0.0 isn't 0.0.
    return now.contiguous().numpy().tobytes() == sent.data
