"""The TRPO update: a natural-gradient step to the trust region's edge, then a line search."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from rlprep.kernels.rl.conjugate_gradient import conjugate_gradient
from rlprep.kernels.rl.fisher import fisher_vector_product
from rlprep.kernels.validation import (
    KernelInputError,
    check_counts,
    check_floats,
    check_not_negative,
    check_numbers,
    check_positive,
)


def natural_step(
    gradient: Float[Tensor, " P"],
    matvec: Callable[[Tensor], Tensor],
    *,
    max_kl: float,
    n_iters: int = 10,
    rtol: float = 1e-10,
) -> Float[Tensor, " P"]:
    """Return the step to the edge of the trust region, sqrt(2 max_kl / (xᵀ H x)) x, x ≈ H⁻¹ g.

    Args:
        gradient: g, of the objective to be maximised, flat.
        matvec: v ↦ H v, H symmetric positive definite: the Fisher matrix with damping.
        max_kl: δ, the KL that the quadratic model ½ stepᵀ H step may reach, above 0.
        n_iters: most iterations of conjugate gradient.
        rtol: its relative tolerance.

    Returns:
        The increment of the parameters; zero for a gradient of zero.

    Raises:
        KernelInputError: as conjugate_gradient.

    Source: Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477, appendix C.
    Tested against: torch.linalg.solve in float64.
    """
    check_positive("natural_step", max_kl=max_kl)
    x = conjugate_gradient(matvec, gradient, n_iters=n_iters, rtol=rtol)
    if not x.any():
        return x
    unit = x / x.detach().norm(
        torch.inf
    )  # the step doesn't depend on the length of x: no underflow
    return (2 * max_kl / (unit @ matvec(unit))).sqrt() * unit


@dataclass(frozen=True)
class TrustRegionStep:
    """What trpo_step did.

    Attributes:
        params: the parameters to go on with; the old ones where no step was accepted.
        accepted: whether a step was.
        fraction: the share of the full step that was taken, 0 if none.
        tries: the steps that were evaluated.
        kl: mean KL(π_old ‖ π_θ) at params.
        improvement: surrogate at params minus surrogate before.
        expected_improvement: gᵀ step, what the gradient promised for that share.
    """

    params: Tensor
    accepted: bool
    fraction: float
    tries: int
    kl: float
    improvement: float
    expected_improvement: float


def trpo_step(
    surrogate: Callable[[Tensor], Tensor],
    mean_kl: Callable[[Tensor], Tensor],
    params: Float[Tensor, " P"],
    *,
    max_kl: float,
    damping: float = 0.1,
    n_iters: int = 10,
    backtrack: float = 0.8,
    max_tries: int = 10,
) -> TrustRegionStep:
    """Return one TRPO update and what was done: natural_step, shortened until it holds.

    maximise E[r A] subject to mean KL(π_old ‖ π_θ) ≤ max_kl: the step of the quadratic model is
    multiplied by 1, backtrack, backtrack², ... until the true KL is within max_kl and the surrogate
    is better than before.

    Args:
        surrogate: θ ↦ the scalar E[r A] to be maximised, differentiable.
        mean_kl: θ ↦ the scalar mean KL(π_old ‖ π_θ), the old policy first; twice differentiable.
            With the arguments exchanged the quadratic model is the same and the line search wrong.
        params: θ_old, flat; not changed.
        max_kl: δ, above 0.
        damping: added to the Fisher matrix's diagonal.
        n_iters: most iterations of conjugate gradient.
        backtrack: what a step is multiplied by after a failure, between 0 and 1.
        max_tries: most steps to evaluate.

    Raises:
        KernelInputError: arguments out of range, or functions that are no scalar graphs of θ.

    Source: Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477, appendix C.
    Tested against: the constrained optimum of a tabular policy, and each reason to refuse a step.
    """
    kernel = "trpo_step"
    check_floats(kernel, params=params)
    check_positive(kernel, max_kl=max_kl)
    check_numbers(kernel, "between 0 and 1", lambda x: 0 < x < 1, backtrack=backtrack)
    check_not_negative(kernel, damping=damping)
    check_counts(kernel, least=1, n_iters=n_iters, max_tries=max_tries)
    theta = params.detach().clone().requires_grad_()
    objective = surrogate(theta)
    if objective.ndim or not objective.requires_grad:
        raise KernelInputError(
            "expected surrogate to return a scalar graph of its argument, "
            f"got shape {tuple(objective.shape)}, requires_grad {objective.requires_grad}",
            where=kernel,
            hint="take the mean over samples, and don't detach the new policy",
        )
    (gradient,) = torch.autograd.grad(objective, theta)

    def fisher(v: Tensor) -> Tensor:
        return fisher_vector_product(lambda: mean_kl(theta), [theta], v, damping)

    step = natural_step(gradient, fisher, max_kl=max_kl, n_iters=n_iters)
    before, promised = objective.item(), (gradient @ step).item()
    if promised == 0.0:
        return TrustRegionStep(theta.detach(), False, 0.0, 0, 0.0, 0.0, 0.0)
    with torch.no_grad():
        for tries in range(1, max_tries + 1):
            fraction = backtrack ** (tries - 1)
            candidate = theta + fraction * step
            kl, gain = mean_kl(candidate).item(), surrogate(candidate).item() - before
            if kl <= max_kl and gain > 0:  # false for NaN, as it should be
                return TrustRegionStep(
                    candidate, True, fraction, tries, kl, gain, fraction * promised
                )
    return TrustRegionStep(theta.detach(), False, 0.0, max_tries, 0.0, 0.0, 0.0)
