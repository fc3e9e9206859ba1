"""The functions that some exercises take as arguments, built from arrays on the child's side.

A small fixed vocabulary: a case names one and sends its arrays, so no code ever crosses. Each
counts its calls. They take what the submission works with: a tensor in gives a tensor out, and
anything else (NumPy, lists) a NumPy array.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Counted:
    """A callable, the leaf tensors it was built with, and how often it was called."""

    def __init__(self, function: Callable[..., Any], leaves: list[Tensor]) -> None:
        self.function = function
        self.leaves = leaves
        self.calls = 0

    def __call__(self, *args: Any) -> Any:
        """Call the function, counted."""
        self.calls += 1
        return self.function(*args)


def matvec(matrix: Tensor) -> Counted:
    """Return v -> A v for `matrix` A [n, n]; v is [n]."""

    def product(v: Any) -> Any:
        if isinstance(v, Tensor):
            return matrix @ v.to(matrix.dtype)
        return matrix.numpy() @ np.asarray(v, dtype=matrix.numpy().dtype)

    return Counted(product, [])


def mean_kl_categorical(
    observations: Tensor, params: list[Tensor], old_params: list[Tensor] | None = None
) -> Counted:
    """Return () -> mean over rows of KL(old, new) of a categorical policy.

    Args:
        observations: [N, D], or [N, D] after tanh layers.
        params: weight [D, H], bias [H], weight, bias, ...: the last layer gives logits [N, C].
        old_params: the same for the old policy; the present values of `params` if None.
    """
    leaves = _leaves(params)
    old = torch.log_softmax(_network(observations, old_params or params), -1).detach()

    def mean_kl() -> Tensor:
        new = torch.log_softmax(_network(observations, leaves), -1)
        return (old.exp() * (old - new)).sum(-1).mean()

    return Counted(mean_kl, leaves)


def mean_kl_gaussian(
    observations: Tensor, params: list[Tensor], old_params: list[Tensor] | None = None
) -> Counted:
    """Return () -> mean over rows of KL(old, new) of a diagonal Gaussian policy.

    Args:
        observations: [N, D].
        params: weight [D, H], bias [H], ..., for the means [N, A], then the log deviations [A].
        old_params: the same for the old policy; the present values of `params` if None.
    """
    leaves = _leaves(params)
    *old_layers, old_log_std = [p.detach() for p in old_params or params]
    old_mean = _network(observations, old_layers)

    def mean_kl() -> Tensor:
        *layers, log_std = leaves
        gap = _network(observations, layers) - old_mean
        ratio = (2 * (old_log_std - log_std)).exp()
        scaled = gap**2 * (-2 * log_std).exp()
        return (0.5 * (ratio + scaled - 1) + log_std - old_log_std).sum(-1).mean()

    return Counted(mean_kl, leaves)


BUILDERS: dict[str, Callable[..., Counted]] = {
    "matvec": matvec,
    "mean_kl_categorical": mean_kl_categorical,
    "mean_kl_gaussian": mean_kl_gaussian,
}


def _leaves(params: list[Tensor]) -> list[Tensor]:
    return [p.detach().clone().requires_grad_() for p in params]


def _network(x: Tensor, params: list[Tensor]) -> Tensor:
    """Return the output of a tanh network, linear in its last layer."""
    layers = list(zip(params[::2], params[1::2], strict=True))
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if i + 1 < len(layers):
            x = torch.tanh(x)
    return x
