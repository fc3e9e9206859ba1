"""The likelihood-ratio policy gradient, and the ratio of two policies."""

from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.validation import (
    KernelInputError,
    check_alike,
    check_finite,
    check_flags,
    check_floats,
)


def importance_ratio(
    log_probs_new: Float[Tensor, "*N"], log_probs_old: Float[Tensor, "*N"]
) -> Float[Tensor, "*N"]:
    """Return r = π_new(a|s) / π_old(a|s) = exp(log π_new − log π_old).

    Args:
        log_probs_new: log-probability of the action under the policy that learns.
        log_probs_old: the same under the policy that acted; data, usually without a gradient.

    Raises:
        KernelInputError: other shapes or dtypes, or non-finite input.

    Source: Schulman et al. 2017, Proximal Policy Optimization, arXiv 1707.06347, section 3.
    Tested against: the quotient of the probabilities in float64.
    """
    check_floats("importance_ratio", log_probs_new=log_probs_new, log_probs_old=log_probs_old)
    return (log_probs_new - log_probs_old).exp()


def policy_gradient_loss(
    log_probs: Float[Tensor, "*N"],
    advantages: Float[Tensor, "*N"],
    *,
    mask: Bool[Tensor, "*N"] | None = None,
) -> Float[Tensor, ""]:
    """Return −mean(log π(a|s) A), whose gradient is minus the policy gradient.

    Args:
        log_probs: log π(a|s) of the actions taken.
        advantages: A(s, a); data: detach them if they carry a gradient.
        mask: True where a sample counts; the others may hold anything, NaN included.

    Raises:
        KernelInputError: other shapes or dtypes, non-finite input, or a mask without a True.

    Source: Williams 1992, Simple statistical gradient-following algorithms (REINFORCE).
    Tested against: the enumerated gradient of the expected reward of a softmax policy, and a
        vector of rlax.
    """
    log_probs, advantages = select(
        "policy_gradient_loss", mask, log_probs=log_probs, advantages=advantages
    )
    return -(log_probs * advantages).mean()


def select(kernel: str, mask: Tensor | None, **samples: Tensor) -> tuple[Tensor, ...]:
    """Return the samples that count, checked.

    They are picked out instead of multiplied by zero, so that what a mask hides has no influence
    even where it is NaN, neither on the loss nor on the gradient.
    """
    check_alike(kernel, **samples)
    if mask is not None:
        name, model = next(iter(samples.items()))
        check_flags(kernel, model.shape, name, mask=mask)
        samples = {name: tensor[mask] for name, tensor in samples.items()}
    if any(tensor.numel() == 0 for tensor in samples.values()):
        raise KernelInputError(
            "expected at least one sample that counts, got none",
            where=kernel,
            hint="a mean over nothing has no value: skip this batch",
        )
    check_finite(kernel, **samples)
    return tuple(samples.values())
