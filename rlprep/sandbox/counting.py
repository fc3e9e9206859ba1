"""The work that a call did, counted in tensor elements, so that growth can be told without a clock.

torch's own FLOP counter sees matrix products only (0 for fused attention on a CPU, and for every
pointwise operation), so this counts what each operation writes as well. Work outside torch doesn't
show; for that the caller has the CPU time that the kernel measured.
"""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class WorkCounter(TorchDispatchMode):
    """Counts every operation that runs under it."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0
        self.elements = 0
        self.flops = 0
        self.largest = 0

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
        return out

    def report(self) -> list[int]:
        """Return operations, elements, flops and the largest tensor."""
        return [self.operations, self.elements, self.flops, self.largest]


def _tensors(out: Any) -> list[Tensor]:
    if isinstance(out, Tensor):
        return [out]
    return [t for t in out if isinstance(t, Tensor)] if isinstance(out, tuple | list) else []


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
