"""What every attention kernel asks of query, key and value."""

import math

import torch
from torch import Tensor

from rlprep.kernels.validation import (
    KernelInputError,
    check_dtype_of,
    check_numbers,
    check_shape,
)


def check_attention(kernel: str, query: Tensor, key: Tensor, value: Tensor) -> None:
    """Require [*B, T, D], [*B, S, D] and [*B, S, E] of one dtype, with equal leading axes."""
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        check_dtype_of(kernel, name, tensor, "query", query)
        if tensor.ndim < 2 or 0 in tensor.shape:
            raise KernelInputError(
                f"expected {name} of shape [*B, N, D] without an empty axis, "
                f"got {tuple(tensor.shape)}",
                where=kernel,
                hint="the last two axes are tokens and width",
            )
    leading, (keys, width) = query.shape[:-2], (key.shape[-2], query.shape[-1])
    check_shape(kernel, "key", key, (*leading, keys, width), "the leading axes and width of query")
    check_shape(
        kernel,
        "value",
        value,
        (*leading, keys, value.shape[-1]),
        "the leading axes of query and the length of key",
    )


def resolve_scale(kernel: str, query: Tensor, scale: float | None) -> float:
    """Return the factor of the scores: the one given, or 1/sqrt(D)."""
    if scale is None:
        return query.shape[-1] ** -0.5
    check_numbers(kernel, "that is finite", math.isfinite, scale=scale)
    return scale


def wide(dtype: torch.dtype) -> torch.dtype:
    """Return the dtype to accumulate in: float32, or the given one where it is wider."""
    return torch.promote_types(dtype, torch.float32)
