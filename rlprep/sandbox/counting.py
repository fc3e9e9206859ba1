"""The work that a call did, counted in tensor elements, so that growth can be told without a clock.

torch's own FLOP counter sees matrix products only (0 for fused attention on a CPU, and for every
pointwise operation), so this counts what each operation writes as well. Work outside torch doesn't
show, but for NumPy's exponentials; for that the caller has the CPU time that the kernel measured.

All of it is a claim of the submission's own process. A caller may take points for what was counted,
and must not give any for what wasn't.
"""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten
EXPONENTIALS = {
    *(aten.exp, aten.exp_, aten.exp2, aten.exp2_, aten.expm1, aten.expm1_),
    *(aten._softmax, aten._safe_softmax, aten._log_softmax, aten.sigmoid, aten.sigmoid_),
}
NUMPY_EXPONENTIALS = ("exp", "exp2", "expm1")


class WorkCounter(TorchDispatchMode):
    """Counts every operation that runs under it."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0
        self.elements = 0
        self.flops = 0
        self.largest = 0
        self.exponentials = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Let torch not wrap the method below, which would import its compiler: 1.5 s."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operation and count it."""
        out = func(*args, **(kwargs or {}))
        if func.is_view:
            return out
        self.operations += 1
        for tensor in _tensors(out):
            self.elements += tensor.numel()
            self.largest = max(self.largest, tensor.numel())
        self.flops += _flops(func.overloadpacket, args)
        self.exponentiated(_exponentials(func, args, out))
        return out

    def exponentiated(self, many: int) -> None:
        """Note that one operation took so many exponentials."""
        self.exponentials = max(self.exponentials, many)

    def watch_numpy(self) -> None:
        """Count NumPy's exponentials too, from now on and in the whole process."""
        for name in NUMPY_EXPONENTIALS:
            setattr(np, name, _Watched(getattr(np, name), self))

    def report(self) -> list[int]:
        """Return the counts in the order of `case.Work`."""
        return [self.operations, self.elements, self.flops, self.largest, self.exponentials]


class _Watched:
    """A function of NumPy's that tells how many elements it gives at once."""

    def __init__(self, function: Any, counter: WorkCounter) -> None:
        self._function = function
        self._counter = counter

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, counted."""
        out = self._function(*args, **kwargs)
        self._counter.exponentiated(np.size(out))
        return out

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


def _tensors(out: Any) -> list[Tensor]:
    if isinstance(out, Tensor):
        return [out]
    return [t for t in out if isinstance(t, Tensor)] if isinstance(out, tuple | list) else []


def _exponentials(func: Any, args: Any, out: Any) -> int:
    """Return how many exponentials an operation took at once, 0 if it is about something else."""
    packet = func.overloadpacket
    if packet in EXPONENTIALS or func is aten.pow.Scalar:
        return max((tensor.numel() for tensor in _tensors(out)), default=0)
    if "scaled_dot_product" in str(packet):
        return math.prod(args[0].shape[:-1]) * args[1].shape[-2]
    return 0


def _flops(packet: Any, args: Any) -> int:
    """Return the multiplications and additions of a matrix product, 0 for anything else."""
    if packet in (aten.mm, aten.bmm, aten.mv, aten.dot):
        left, right = args[0], args[1]
    elif packet in (aten.addmm, aten.baddbmm, aten.addbmm, aten.addmv):
        left, right = args[1], args[2]
    elif "attention" in str(packet) and len(args) > 1 and isinstance(args[1], Tensor):
        return 4 * args[0].numel() * args[1].shape[-2]
    else:
        return 0
    columns = right.shape[-1] if right.dim() >= 2 else 1
    return 2 * left.numel() * columns
