"""What every kernel refuses, said in one way: what was expected, what came, what to try.

A shape that only broadcasting would accept gives a number and no warning; a mask of floats, a NaN
in an episode that a zero mask should hide (0 · NaN = NaN) and a discount of 1.5 do the same. The
kernels name all of these before they compute anything.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from rlprep.errors import RlprepError


class KernelInputError(RlprepError, ValueError):
    """A kernel was given something it has no meaning for.

    A ValueError for those who call kernels from Python; in rlprep's own commands it is a fault of
    ours (exit code 4), since learners' numbers are checked before they reach a kernel.
    """


def check_floats(kernel: str, **tensors: Tensor) -> None:
    """Require floating tensors of the shape, dtype and device of the first, without NaN or inf."""
    check_alike(kernel, **tensors)
    check_finite(kernel, **tensors)


def check_alike(kernel: str, **tensors: Tensor) -> None:
    """Require floating tensors of the shape, dtype and device of the first."""
    (model_name, model), *_ = tensors.items()
    for name, tensor in tensors.items():
        check_dtype_of(kernel, name, tensor, model_name, model)
        check_shape(kernel, name, tensor, model.shape, f"the shape of {model_name}")


def check_dtype_of(kernel: str, name: str, tensor: Tensor, model_name: str, model: Tensor) -> None:
    """Require a floating tensor with the dtype and device of the model."""
    if not isinstance(tensor, Tensor) or not tensor.is_floating_point():
        got = tensor.dtype if isinstance(tensor, Tensor) else type(tensor).__name__
        raise KernelInputError(
            f"expected {name} to be a tensor of floats, got {got}",
            where=kernel,
            hint=f"convert it first: {name}.to(torch.float64)",
        )
    if tensor.dtype != model.dtype or tensor.device != model.device:
        raise KernelInputError(
            f"expected {name} as {model.dtype} on {model.device}, like {model_name}, "
            f"got {tensor.dtype} on {tensor.device}",
            where=kernel,
            hint=f"convert it first: {name}.to({model_name})",
        )


def check_shape(
    kernel: str, name: str, tensor: Tensor, shape: torch.Size | tuple[int, ...], meaning: str
) -> None:
    """Require exactly this shape: nothing is broadcast."""
    if tensor.shape != shape:
        raise KernelInputError(
            f"expected {name} in {meaning}, {tuple(shape)}, got {tuple(tensor.shape)}",
            where=kernel,
            hint="give every axis its full length: nothing is broadcast here",
        )


def check_finite(kernel: str, **tensors: Tensor) -> None:
    """Require every element to be finite.

    One sum reads a tensor once and makes no copy. It is finite only if all elements are, unless it
    overflows, and then the exact test decides.
    """
    for name, tensor in tensors.items():
        data = tensor.detach()
        if math.isfinite(data.sum(dtype=torch.promote_types(data.dtype, torch.float32)).item()):
            continue
        if not torch.isfinite(data).all():
            raise KernelInputError(
                f"expected {name} to be finite, got NaN or infinity",
                where=kernel,
                hint="remove or replace these elements: a mask of zeros doesn't hide them",
            )


def check_flags(kernel: str, shape: torch.Size, like: str, **flags: Tensor) -> None:
    """Require boolean tensors of this shape."""
    for name, flag in flags.items():
        if not isinstance(flag, Tensor) or flag.dtype != torch.bool:
            got = flag.dtype if isinstance(flag, Tensor) else type(flag).__name__
            raise KernelInputError(
                f"expected {name} to be a tensor of bools, got {got}",
                where=kernel,
                hint=f"compare first: {name} != 0",
            )
        check_shape(kernel, name, flag, shape, f"the shape of {like}")


def check_rollout(kernel: str, rewards: Tensor) -> None:
    """Require a time axis with at least one step."""
    if rewards.ndim == 0 or len(rewards) == 0:
        raise KernelInputError(
            f"expected rewards of shape [T] or [T, *B] with T at least 1, "
            f"got {tuple(rewards.shape)}",
            where=kernel,
            hint="time is the first axis",
        )


def check_fractions(kernel: str, **numbers: float) -> None:
    """Require numbers from 0 to 1, both included (NaN is none of them)."""
    check_numbers(kernel, "from 0 to 1", lambda x: 0 <= x <= 1, **numbers)


def check_positive(kernel: str, **numbers: float) -> None:
    """Require numbers above 0; infinity is one."""
    check_numbers(kernel, "above 0", lambda x: x > 0, **numbers)


def check_not_negative(kernel: str, **numbers: float) -> None:
    """Require finite numbers of 0 or more."""
    check_numbers(kernel, "of 0 or more", lambda x: 0 <= x < math.inf, **numbers)


def check_numbers(
    kernel: str, meaning: str, holds: Callable[[float], bool], **numbers: float
) -> None:
    """Require real numbers, no bools and no tensors, for which the condition holds."""
    for name, number in numbers.items():
        real = isinstance(number, int | float) and not isinstance(number, bool)
        if not real or not holds(number):
            raise KernelInputError(
                f"expected {name} to be a number {meaning}, got {number!r}",
                where=kernel,
                hint="pass a plain Python number in this range",
            )


def check_counts(kernel: str, *, least: int, **counts: int) -> None:
    """Require ints (bools are none) of at least this many."""
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < least:
            raise KernelInputError(
                f"expected {name} to be an int of at least {least}, got {count!r}",
                where=kernel,
                hint="pass a plain Python int",
            )


def check_head_groups(kernel: str, num_heads: int, num_kv_heads: int) -> None:
    """Require query heads that divide evenly among the key/value heads."""
    check_counts(kernel, least=1, num_heads=num_heads, num_kv_heads=num_kv_heads)
    if num_heads % num_kv_heads:
        raise KernelInputError(
            f"expected H to be a multiple of H_kv, got H = {num_heads} query heads and "
            f"H_kv = {num_kv_heads} key/value heads",
            where=kernel,
            hint="every key/value head serves the same number of query heads",
        )
