"""The expected values, by the kernels, in float64 whatever the inputs are. Home of torch here."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rlprep.grader.cases.case import Case
from rlprep.kernels.attention.grouped import grouped_query_attention
from rlprep.kernels.attention.kv_cache import decode_step, kv_cache_bytes
from rlprep.kernels.attention.linear import linear_attention, linear_attention_chunked
from rlprep.kernels.attention.softmax import online_softmax, softmax_attention
from rlprep.kernels.rl.conjugate_gradient import conjugate_gradient
from rlprep.kernels.rl.divergence import approx_kl, entropy_categorical, kl_categorical, kl_gaussian
from rlprep.kernels.rl.fisher import fisher_vector_product
from rlprep.kernels.rl.gae import gae, td_residual
from rlprep.kernels.rl.policy_gradient import importance_ratio
from rlprep.kernels.rl.ppo import ppo_clip_loss, ppo_value_loss
from rlprep.kernels.rl.returns import discounted_return
from rlprep.kernels.rl.trust_region import natural_step
from rlprep.kernels.rl.vtrace import vtrace
from rlprep.sandbox.callables import BUILDERS
from rlprep.sandbox.wire import Built, LeavesOf

REFERENCES: dict[str, Callable[..., Any]] = {
    "discounted_return": lambda r, done, gamma, last: discounted_return(r, done, last, gamma=gamma),
    "td_residual": lambda r, v, nv, done, gamma: td_residual(r, v, nv, done, gamma=gamma),
    "gae": lambda *data: gae(*data[:5], gamma=data[5], lam=data[6])[0],
    "vtrace": lambda *data: (
        vtrace(*data[:7], gamma=data[7], rho_bar=data[8], c_bar=data[9]).value_targets
    ),
    "importance_ratio": importance_ratio,
    "ppo_clip_loss": lambda new, old, adv, eps: ppo_clip_loss(new, old, adv, clip_eps=eps),
    "ppo_value_loss": lambda new, old, goal, eps: ppo_value_loss(new, old, goal, clip_eps=eps),
    "approx_kl": approx_kl,
    "kl_categorical": kl_categorical,
    "kl_gaussian": kl_gaussian,
    "entropy": entropy_categorical,
    "fisher_vector_product": fisher_vector_product,
    # r·r < tol is the absolute test ‖r‖ < √tol; no case has its residuals near that bound.
    "conjugate_gradient": lambda product, b, n_iters, tol: conjugate_gradient(
        product, b, n_iters=n_iters, rtol=0.0, atol=tol**0.5
    ),
    "trpo_step": lambda g, product, max_kl, n_iters: natural_step(
        g, product, max_kl=max_kl, n_iters=n_iters
    ),
    "softmax_attention": lambda q, k, v, causal: softmax_attention(q, k, v, is_causal=causal),
    "online_softmax": lambda scores, values, block: online_softmax(scores, values, block=block),
    "linear_attention": lambda q, k, v, eps: linear_attention(q, k, v, eps=eps),
    "linear_attention_causal": lambda q, k, v, eps: linear_attention_chunked(q, k, v, eps=eps)[0],
    "gqa_attention": lambda q, k, v, causal: grouped_query_attention(q, k, v, is_causal=causal),
    "kv_cache_decode": decode_step,
    "kv_cache_bytes": kv_cache_bytes,
}


def expected(exercise: str, arguments: Sequence[Any]) -> Any:
    """Return the right value: a float64 array, a tuple of those, or an int."""
    return _to_numpy(REFERENCES[exercise](*build(arguments, double=True)))


def expected_gradient(exercise: str, case: Case) -> np.ndarray:
    """Return the gradient of the right value, a scalar, with respect to one argument."""
    assert case.gradient_of is not None
    built = build(case.arguments, double=True)
    leaf = built[case.gradient_of].requires_grad_()
    (slope,) = torch.autograd.grad(REFERENCES[exercise](*built), leaf)
    return slope.numpy()


def call(function: Callable[..., Any], case: Case) -> tuple[Any, np.ndarray | None]:
    """Return what a trusted function gives for a case, and its gradient where one is graded.

    The gradient is None where the value doesn't depend on the argument through torch.
    """
    built = build(case.arguments)
    if case.gradient_of is None:
        return _to_numpy(function(*built)), None
    leaf = built[case.gradient_of].requires_grad_()
    value = function(*built)
    if not isinstance(value, Tensor) or not value.requires_grad:
        return _to_numpy(value), None
    (slope,) = torch.autograd.grad(value, leaf, allow_unused=True)
    return _to_numpy(value), None if slope is None else slope.numpy()


def build(arguments: Sequence[Any], *, double: bool = False) -> list[Any]:
    """Return arguments as a submission gets them: fresh tensors, and callables built from arrays.

    Args:
        arguments: as a `Case` holds them.
        double: turn float32 arrays into float64.
    """
    built = [_build(each, double) for each in arguments]
    return [list(built[a.argument].leaves) if isinstance(a, LeavesOf) else a for a in built]


def _build(value: Any, double: bool) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        tensor = torch.tensor(value)
        return tensor.double() if double and tensor.is_floating_point() else tensor
    if isinstance(value, list):
        return [_build(each, double) for each in value]
    if isinstance(value, Built):
        parts = {name: _build(part, double) for name, part in value.arguments.items()}
        return BUILDERS[value.name](**parts)
    return value


def _to_numpy(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if isinstance(value, list | tuple):
        return tuple(_to_numpy(each) for each in value)
    return value
