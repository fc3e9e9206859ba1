"""V-trace: value targets from data of another policy."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.rl.recursion import backward_recursion
from rlprep.kernels.validation import (
    check_flags,
    check_floats,
    check_fractions,
    check_positive,
    check_rollout,
)


class VTrace(NamedTuple):
    """Value targets vₜ and the advantages that weigh the policy gradient, both `[T, *B]`."""

    value_targets: Tensor
    advantages: Tensor


def vtrace(
    log_probs_target: Float[Tensor, "T *B"],
    log_probs_behaviour: Float[Tensor, "T *B"],
    rewards: Float[Tensor, "T *B"],
    values: Float[Tensor, "T *B"],
    next_values: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    truncated: Bool[Tensor, "T *B"],
    *,
    gamma: float,
    rho_bar: float = 1.0,
    c_bar: float = 1.0,
) -> VTrace:
    """Return V-trace targets and policy-gradient advantages.

    ρₜ = min(ρ̄, wₜ),  cₜ = min(c̄, wₜ),  wₜ = π(aₜ|sₜ) / μ(aₜ|sₜ)
    δₜ = ρₜ (rₜ + γ (1 − terminatedₜ) V(sₜ₊₁) − V(sₜ))
    vₜ − V(sₜ) = δₜ + γ (1 − endedₜ) cₜ (vₜ₊₁ − V(sₜ₊₁)),  ended = terminated or truncated
    Âₜ = ρₜ (rₜ + γ (1 − terminatedₜ) vₜ₊₁ − V(sₜ)), V(sₜ₊₁) for vₜ₊₁ where ended or at the last row

    Args:
        log_probs_target: log π(aₜ|sₜ) of the policy that learns.
        log_probs_behaviour: log μ(aₜ|sₜ) of the policy that acted.
        rewards: rₜ, received after acting in sₜ.
        values: V(sₜ).
        next_values: V(sₜ₊₁) of the state truly reached, also where an episode was cut off.
        terminated: the episode is over for good.
        truncated: the episode was cut off by a time limit.
        gamma: discount, 0 to 1.
        rho_bar: truncation of the ratio that weighs the error, above 0 (infinity: none). It decides
            which policy's values are learned.
        c_bar: truncation of the ratio that carries the trace, above 0. It decides how fast; the
            paper assumes it to be at most rho_bar.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Espeholt et al. 2018, IMPALA, arXiv 1802.01561, eq. 1 and remark 1.
    Convention: gradients flow through everything; detach the targets to regress on them.
    Tested against: the O(T²) sum of the paper in float64, vectors of rlax, and rlax itself where
        installed; on-policy data give the λ-return with λ = 1.
    """
    kernel = "vtrace"
    check_floats(
        kernel,
        rewards=rewards,
        values=values,
        next_values=next_values,
        log_probs_target=log_probs_target,
        log_probs_behaviour=log_probs_behaviour,
    )
    check_rollout(kernel, rewards)
    check_flags(kernel, rewards.shape, "rewards", terminated=terminated, truncated=truncated)
    check_fractions(kernel, gamma=gamma)
    check_positive(kernel, rho_bar=rho_bar, c_bar=c_bar)
    log_ratios = log_probs_target - log_probs_behaviour
    # Truncated before exp: an overflow truncated after it would have the gradient 0 · inf = NaN.
    rho = log_ratios.clamp(max=math.log(rho_bar)).exp()
    c = log_ratios.clamp(max=math.log(c_bar)).exp()
    discounts = gamma * (~terminated).to(rewards.dtype)
    goes_on = ~(terminated | truncated)
    deltas = rho * (rewards + discounts * next_values - values)
    carries = discounts * goes_on.to(rewards.dtype) * c
    targets = backward_recursion(deltas, carries) + values
    reached = torch.where(goes_on[:-1], targets[1:], next_values[:-1])
    reached = torch.cat([reached, next_values[-1:]])
    return VTrace(targets, rho * (rewards + discounts * reached - values))
