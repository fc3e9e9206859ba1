"""How close is the same: float64 results of two ways to compute one thing."""

import torch
from torch import Tensor


def close(ours: Tensor, wanted: Tensor, *, rtol: float = 1e-12, atol: float = 1e-13) -> None:
    """Require equal shape and dtype, and values within 1e-12 unless said otherwise."""
    torch.testing.assert_close(ours, wanted, rtol=rtol, atol=atol)


def same(ours: Tensor, wanted: Tensor) -> None:
    """Require equal shape, dtype and bits."""
    torch.testing.assert_close(ours, wanted, rtol=0, atol=0)
