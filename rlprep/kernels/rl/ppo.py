"""Proximal policy optimization: the clipped losses and the KL penalty."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.rl.policy_gradient import select
from rlprep.kernels.validation import check_not_negative, check_numbers, check_positive


def ppo_clip_loss(
    log_probs_new: Float[Tensor, "*N"],
    log_probs_old: Float[Tensor, "*N"],
    advantages: Float[Tensor, "*N"],
    *,
    clip_eps: float,
    dual_clip: float | None = None,
    mask: Bool[Tensor, "*N"] | None = None,
) -> Float[Tensor, ""]:
    """Return the clipped surrogate as a loss, averaged over the samples.

    L = −mean min(r A, clip(r, 1 − ε, 1 + ε) A),  r = exp(log π_new − log π_old)
      = −mean A min(r, 1 + ε) where A ≥ 0,  −mean A max(r, 1 − ε) where A < 0
    with dual clip c: max(min(r A, clip(r, 1 − ε, 1 + ε) A), c A) where A < 0: r is at most c there.

    The second line is what is computed, and the bounds are laid on log r: a ratio that overflows
    is clipped like any other, and its gradient is 0 instead of 0 · inf.

    Args:
        log_probs_new: log π(a|s) of the policy that learns.
        log_probs_old: log π_old(a|s) of the policy that acted; data.
        advantages: A(s, a); data: detach them if they carry a gradient.
        clip_eps: ε, above 0; with 1 or more there is no lower bound.
        dual_clip: c, above 1 + ε, or None for the loss of the PPO paper.
        mask: True where a sample counts; the others may hold anything, NaN included.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, non-finite input, or an empty mask.

    Source: Schulman et al. 2017, Proximal Policy Optimization, arXiv 1707.06347, eq. 7; dual clip:
        Ye et al. 2019, Mastering Complex Control in MOBA Games, arXiv 1912.09729.
    Tested against: the first line on Python floats, its gradient by finite differences, and a
        vector of rlax.
    """
    kernel = "ppo_clip_loss"
    check_positive(kernel, clip_eps=clip_eps)
    new, old, adv = select(
        kernel,
        mask,
        log_probs_new=log_probs_new,
        log_probs_old=log_probs_old,
        advantages=advantages,
    )
    highest = math.inf
    if dual_clip is not None:
        above = f"above 1 + clip_eps = {1 + clip_eps}"
        check_numbers(kernel, above, lambda c: c > 1 + clip_eps, dual_clip=dual_clip)
        highest = math.log(dual_clip)
    lowest = math.log1p(-clip_eps) if clip_eps < 1 else -math.inf
    log_ratio = new - old
    bounded = torch.where(
        adv >= 0, log_ratio.clamp(max=math.log1p(clip_eps)), log_ratio.clamp(lowest, highest)
    )
    return -(bounded.exp() * adv).mean()


def ppo_value_loss(
    values_new: Float[Tensor, "*N"],
    values_old: Float[Tensor, "*N"],
    returns: Float[Tensor, "*N"],
    *,
    clip_eps: float,
    mask: Bool[Tensor, "*N"] | None = None,
) -> Float[Tensor, ""]:
    """Return the clipped value loss, averaged over the samples.

    L = ½ mean max((V − R)², (V_clip − R)²),  V_clip = V_old + clip(V − V_old, −ε, ε)

    Args:
        values_new: V(s) of the network that learns.
        values_old: V(s) when the data were collected; data.
        returns: R, the targets; data.
        clip_eps: ε, in units of the value, above 0 (infinity: no clipping).
        mask: True where a sample counts; the others may hold anything, NaN included.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, non-finite input, or an empty mask.

    Source: OpenAI Baselines' ppo2; the PPO paper itself has the plain squared error.
    Tested against: the same line on Python floats, and its gradient by finite differences.
    """
    kernel = "ppo_value_loss"
    check_positive(kernel, clip_eps=clip_eps)
    new, old, targets = select(
        kernel, mask, values_new=values_new, values_old=values_old, returns=returns
    )
    clipped = old + (new - old).clamp(-clip_eps, clip_eps)
    return 0.5 * torch.maximum((new - targets) ** 2, (clipped - targets) ** 2).mean()


def ppo_kl_loss(
    log_probs_new: Float[Tensor, "*N"],
    log_probs_old: Float[Tensor, "*N"],
    advantages: Float[Tensor, "*N"],
    kl: Float[Tensor, "*N"],
    *,
    beta: float,
    mask: Bool[Tensor, "*N"] | None = None,
) -> Float[Tensor, ""]:
    """Return the surrogate with a KL penalty as a loss, averaged over the samples.

    L = −mean(r A − β KL(π_old ‖ π_new)),  r = exp(log π_new − log π_old)

    Args:
        log_probs_new: log π(a|s) of the policy that learns.
        log_probs_old: log π_old(a|s) of the policy that acted; data.
        advantages: A(s, a); data: detach them if they carry a gradient.
        kl: KL(π_old(·|s) ‖ π_new(·|s)) in the state of each sample, old first.
        beta: weight of the penalty, 0 or more; see adaptive_kl_coefficient.
        mask: True where a sample counts; the others may hold anything, NaN included.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, non-finite input, or an empty mask.

    Source: Schulman et al. 2017, Proximal Policy Optimization, arXiv 1707.06347, eq. 8.
    Tested against: the same line on Python floats.
    """
    kernel = "ppo_kl_loss"
    check_not_negative(kernel, beta=beta)
    new, old, adv, divergence = select(
        kernel,
        mask,
        log_probs_new=log_probs_new,
        log_probs_old=log_probs_old,
        advantages=advantages,
        kl=kl,
    )
    return -((new - old).exp() * adv - beta * divergence).mean()


def adaptive_kl_coefficient(beta: float, kl: float, *, target: float) -> float:
    """Return the penalty's weight for the next update: β/2, β or 2β.

    β ← β/2 if KL < target / 1.5,  β ← 2β if KL > 1.5 · target,  β otherwise

    Args:
        beta: the weight used so far, above 0.
        kl: the mean KL(π_old ‖ π_new) that the update led to; an estimate may be negative.
        target: the KL that one update should have, above 0.

    Raises:
        KernelInputError: numbers out of range.

    Source: Schulman et al. 2017, Proximal Policy Optimization, arXiv 1707.06347, section 4.
    Tested against: both thresholds, from both sides.
    """
    kernel = "adaptive_kl_coefficient"
    check_positive(kernel, beta=beta, target=target)
    check_numbers(kernel, "that is finite", math.isfinite, kl=kl)
    if kl < target / 1.5:
        return beta / 2
    if kl > target * 1.5:
        return beta * 2
    return beta
