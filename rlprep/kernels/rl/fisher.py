"""Products with the Fisher information matrix, which is never formed.

Two ways that agree where the policy is the one that the KL was taken from: the Hessian of the KL,
differentiated twice in every product, and the Gauss-Newton form Jᵀ M J, whose graphs are built
once, whose products are positive semi-definite by construction, and which is the faster one inside
conjugate gradient.
"""

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from rlprep.kernels.validation import (
    KernelInputError,
    check_dtype_of,
    check_finite,
    check_floats,
    check_not_negative,
    check_shape,
)

Operator = Callable[[Tensor], Tensor]


def fisher_vector_product(
    kl_fn: Callable[[], Tensor],
    params: Sequence[Tensor],
    v: Float[Tensor, " P"],
    damping: float = 0.0,
) -> Float[Tensor, " P"]:
    """Return (F + damping · I) v, with F the Hessian of the mean KL at the old policy.

    F v = ∇_θ [ (∇_θ KL(π_old ‖ π_θ))ᵀ v ] at θ = θ_old

    Args:
        kl_fn: returns the mean KL(π_old ‖ π_θ) as a graph of params, the old policy held constant.
        params: θ, leaf tensors that require gradients.
        v: a vector, flat, in the order of params.
        damping: added to the diagonal, 0 or more.

    Raises:
        KernelInputError: a KL that is no scalar graph of params, a v of another size, non-finite
            input, or negative damping.

    Source: Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477, appendix C.
    Convention: away from θ_old the KL's Hessian is not the Fisher matrix, and may be indefinite.
    Tested against: the matrix E[∇log π ∇log πᵀ], formed in float64, and the Gauss-Newton form.
    """
    kernel = "fisher_vector_product"
    check_not_negative(kernel, damping=damping)
    _check_vector(kernel, v, params)
    kl = kl_fn()
    if kl.ndim or not kl.requires_grad:
        raise KernelInputError(
            "expected kl_fn to return a scalar graph of params, "
            f"got shape {tuple(kl.shape)}, requires_grad {kl.requires_grad}",
            where=kernel,
            hint="take the mean over states, and detach the old policy only",
        )
    slope = _flat(torch.autograd.grad(kl, params, create_graph=True, materialize_grads=True))
    curvature = torch.zeros_like(v)
    if slope.requires_grad:  # a KL linear in params has no curvature, and its slope no graph
        curvature = _flat(
            torch.autograd.grad(
                slope @ v, params, create_graph=v.requires_grad, materialize_grads=True
            )
        )
    return curvature + damping * v


def gauss_newton_operator(
    outputs: Float[Tensor, "*N A"], params: Sequence[Tensor], metric: Operator, damping: float = 0.0
) -> Operator:
    """Return the function v ↦ (Jᵀ M J + damping · I) v, with J = ∂outputs/∂params.

    J v is the derivative with respect to u of (Jᵀ u)ᵀ v, since Jᵀ u is linear in u. That graph is
    built here, once; each product walks it and the one of the outputs, and builds nothing.

    Args:
        outputs: what the policy says, as a graph of params: logits, or means and log-deviations.
        params: θ, leaf tensors that require gradients.
        metric: u ↦ M u on the outputs' space; see categorical_metric and gaussian_metric.
        damping: added to the diagonal, 0 or more.

    Raises:
        KernelInputError: outputs without a graph, non-finite outputs, negative damping; and, from
            the function returned, a v of another size or non-finite.

    Source: Martens 2014, New Insights and Perspectives on the Natural Gradient, arXiv 1412.1193.
    Convention: the graphs are kept as long as the function; drop it when the system is solved.
    Tested against: fisher_vector_product, for categorical and Gaussian policies.
    """
    kernel = "gauss_newton_operator"
    check_not_negative(kernel, damping=damping)
    check_floats(kernel, outputs=outputs)
    if not outputs.requires_grad:
        raise KernelInputError(
            "expected outputs as a graph of params, got a tensor without a gradient",
            where=kernel,
            hint="compute them outside torch.no_grad()",
        )
    u = torch.zeros_like(outputs, requires_grad=True)
    transposed = _flat(
        torch.autograd.grad(outputs, params, u, create_graph=True, materialize_grads=True)
    )

    def product(v: Tensor) -> Tensor:
        _check_vector(kernel, v, params)
        keep = {"retain_graph": True, "create_graph": v.requires_grad}
        (tangent,) = torch.autograd.grad(transposed, u, v, **keep)
        back = torch.autograd.grad(outputs, params, metric(tangent), **keep, materialize_grads=True)
        return _flat(back) + damping * v

    return product


def categorical_metric(logits: Float[Tensor, "*N A"]) -> Operator:
    """Return u ↦ M u for a mean over rows of categorical policies, outputs = logits.

    M = (diag(π) − π πᵀ) / N per row

    Args:
        logits: unnormalised log-probabilities; their values only, no gradient is taken.

    Raises:
        KernelInputError: another dtype or non-finite input.

    Source: the Fisher matrix of an exponential family; Amari 1998, Natural Gradient Works
        Efficiently in Learning.
    Tested against: the Hessian of kl_categorical in float64.
    """
    check_floats("categorical_metric", logits=logits)
    probs = logits.detach().softmax(-1)
    rows = math.prod(logits.shape[:-1])
    return lambda u: (probs * u - probs * (probs * u).sum(-1, keepdim=True)) / rows


def gaussian_metric(log_std: Float[Tensor, "*N D"]) -> Operator:
    """Return u ↦ M u for a mean over rows of diagonal Gaussians, outputs = [means, log-deviations].

    M = diag(σ⁻², ..., 2, ...) / N per row

    Args:
        log_std: logarithms of the standard deviations; their values only. The outputs are means
            and log-deviations joined along the last axis, 2D wide.

    Raises:
        KernelInputError: another dtype or non-finite input.

    Source: as categorical_metric.
    Tested against: the Hessian of kl_gaussian in float64.
    """
    check_floats("gaussian_metric", log_std=log_std)
    precision = (-2 * log_std.detach()).exp()
    weights = torch.cat([precision, torch.full_like(precision, 2.0)], dim=-1)
    rows = math.prod(log_std.shape[:-1])
    return lambda u: weights * u / rows


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def _check_vector(kernel: str, v: Tensor, params: Sequence[Tensor]) -> None:
    size = sum(p.numel() for p in params)
    check_dtype_of(kernel, "v", v, "params[0]", params[0])
    check_shape(kernel, "v", v, (size,), "the size of all params, flat")
    check_finite(kernel, v=v)
