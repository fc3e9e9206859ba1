"""Divergences and entropies of policies, exact and estimated from samples. Natural logarithms."""

import math
from typing import Literal

from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.rl.policy_gradient import select
from rlprep.kernels.validation import KernelInputError, check_floats


def approx_kl(
    log_probs_new: Float[Tensor, "*N"],
    log_probs_old: Float[Tensor, "*N"],
    *,
    estimator: Literal["k1", "k2", "k3"] = "k3",
    mask: Bool[Tensor, "*N"] | None = None,
) -> Float[Tensor, ""]:
    """Return an estimate of KL(π_old ‖ π_new) from actions that π_old sampled.

    With x = log π_new(a|s) − log π_old(a|s), the logarithm of the ratio with the old policy below:
    k1 = −x              unbiased, of either sign, noisy
    k2 = x² / 2          biased, never negative, little noise
    k3 = (eˣ − 1) − x    unbiased, never negative, little noise while the policies are close

    Who sampled decides what is estimated: with actions of π_new the same k1 would estimate
    −KL(π_new ‖ π_old). The gradients of k1 and k3 with respect to π_new are unbiased too, that of
    k2 is not.

    Args:
        log_probs_new: log π_new(a|s) of the sampled actions.
        log_probs_old: log π_old(a|s) of the same actions, which π_old sampled.
        estimator: "k1", "k2" or "k3".
        mask: True where a sample counts; the others may hold anything, NaN included.

    Raises:
        KernelInputError: other shapes or dtypes, an unknown estimator, non-finite input, or an
            empty mask.

    Source: Schulman 2020, Approximating KL Divergence (blog post).
    Tested against: expectations under π_old, enumerated in float64, and the exact KL.
    """
    kernel = "approx_kl"
    new, old = select(kernel, mask, log_probs_new=log_probs_new, log_probs_old=log_probs_old)
    x = new - old
    if estimator == "k1":
        return -x.mean()
    if estimator == "k2":
        return (x**2 / 2).mean()
    if estimator == "k3":
        return (x.expm1() - x).mean()  # expm1: the plain eˣ − 1 loses every digit near x = 0
    raise KernelInputError(
        f"expected estimator 'k1', 'k2' or 'k3', got {estimator!r}",
        where=kernel,
        hint="k3 is unbiased and never negative",
    )


def kl_categorical(
    logits_p: Float[Tensor, "*B A"], logits_q: Float[Tensor, "*B A"]
) -> Float[Tensor, "*B"]:
    """Return KL(p ‖ q) = Σₐ p(a) (log p(a) − log q(a)) per row.

    Args:
        logits_p: unnormalised log-probabilities of p, whose expectation is taken.
        logits_q: the same of q.

    Raises:
        KernelInputError: other shapes or dtypes, or non-finite input (give an impossible action a
            large negative logit).

    Source: Kullback and Leibler 1951, On Information and Sufficiency.
    Tested against: the sum on Python floats, and torch.distributions.
    """
    _check_rows("kl_categorical", logits_p=logits_p, logits_q=logits_q)
    log_p, log_q = logits_p.log_softmax(-1), logits_q.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def kl_gaussian(
    mean_p: Float[Tensor, "*B A"],
    log_std_p: Float[Tensor, "*B A"],
    mean_q: Float[Tensor, "*B A"],
    log_std_q: Float[Tensor, "*B A"],
) -> Float[Tensor, "*B"]:
    """Return KL(p ‖ q) of diagonal Gaussians, per row.

    Σ_d [ log σ_q − log σ_p + (σ_p² + (μ_p − μ_q)²) / (2 σ_q²) − ½ ]
    computed as ½ Σ_d [ (e^u − 1) − u + ((μ_p − μ_q) / σ_q)² ] with u = 2 (log σ_p − log σ_q), whose
    terms are never negative: nothing cancels when p and q are close.

    Args:
        mean_p: means of p, whose expectation is taken.
        log_std_p: logarithms of its standard deviations, expanded to the shape of the means.
        mean_q: means of q.
        log_std_q: logarithms of its standard deviations.

    Raises:
        KernelInputError: other shapes or dtypes, or non-finite input.

    Source: Kullback and Leibler 1951 for the divergence; the closed form is textbook material.
    Tested against: numerical integration in float64, and torch.distributions.
    """
    _check_rows(
        "kl_gaussian", mean_p=mean_p, log_std_p=log_std_p, mean_q=mean_q, log_std_q=log_std_q
    )
    u = 2 * (log_std_p - log_std_q)
    distance = (mean_p - mean_q) * (-log_std_q).exp()
    return 0.5 * (u.expm1() - u + distance**2).sum(-1)


def entropy_categorical(logits: Float[Tensor, "*B A"]) -> Float[Tensor, "*B"]:
    """Return H = −Σₐ π(a) log π(a) per row, in nats.

    Args:
        logits: unnormalised log-probabilities.

    Raises:
        KernelInputError: another dtype, no action axis, or non-finite input.

    Source: Shannon 1948, A Mathematical Theory of Communication.
    Tested against: the sum on Python floats, torch.distributions, and a vector of rlax.
    """
    _check_rows("entropy_categorical", logits=logits)
    log_probs = logits.log_softmax(-1)
    return -(log_probs.exp() * log_probs).sum(-1)


def entropy_gaussian(log_std: Float[Tensor, "*B A"]) -> Float[Tensor, "*B"]:
    """Return the differential entropy of diagonal Gaussians, Σ_d [ log σ + ½ log(2πe) ], per row.

    Args:
        log_std: logarithms of the standard deviations; the means have no influence.

    Raises:
        KernelInputError: another dtype, no action axis, or non-finite input.

    Source: Shannon 1948, A Mathematical Theory of Communication, section 20.
    Convention: it is a density's entropy, negative for narrow distributions.
    Tested against: numerical integration in float64, and torch.distributions.
    """
    _check_rows("entropy_gaussian", log_std=log_std)
    return (log_std + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)


def _check_rows(kernel: str, **rows: Tensor) -> None:
    check_floats(kernel, **rows)
    name, model = next(iter(rows.items()))
    if model.ndim == 0 or model.shape[-1] == 0:
        raise KernelInputError(
            f"expected {name} of shape [*B, A] with A at least 1, got {tuple(model.shape)}",
            where=kernel,
            hint="the last axis holds the actions or the dimensions of one action",
        )
