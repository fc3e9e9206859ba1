"""Returns: the discounted sum of what follows, with and without values to bootstrap from."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.rl.recursion import backward_recursion
from rlprep.kernels.validation import (
    check_counts,
    check_dtype_of,
    check_finite,
    check_flags,
    check_floats,
    check_fractions,
    check_rollout,
    check_shape,
)


def discounted_return(
    rewards: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    bootstrap: Float[Tensor, "*B"],
    *,
    gamma: float,
) -> Float[Tensor, "T *B"]:
    """Return the discounted rewards-to-go.

    Gₜ = rₜ + γ (1 − terminatedₜ) Gₜ₊₁,  G_T = bootstrap

    Args:
        rewards: rₜ, received after acting in sₜ.
        terminated: the episode is over after row t: the next row belongs to another one.
        bootstrap: value of the state reached after the last row; without effect where that row is
            terminated, zero for a plain sum of rewards.
        gamma: discount, 0 to 1.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Sutton and Barto, Reinforcement Learning, 2nd edition, section 3.3.
    Convention: a time limit in the middle of the rows needs the value of the state it cut off:
        that is lambda_return with lam = 1.
    Tested against: the sum over later rewards in float64, a vector of rlax.
    """
    kernel = "discounted_return"
    check_floats(kernel, rewards=rewards)
    check_rollout(kernel, rewards)
    check_dtype_of(kernel, "bootstrap", bootstrap, "rewards", rewards)
    check_shape(kernel, "bootstrap", bootstrap, rewards.shape[1:], "the shape of one row")
    check_finite(kernel, bootstrap=bootstrap)
    check_flags(kernel, rewards.shape, "rewards", terminated=terminated)
    check_fractions(kernel, gamma=gamma)
    carries = gamma * (~terminated).to(rewards.dtype)
    last = rewards[-1:] + carries[-1:] * bootstrap
    return backward_recursion(torch.cat([rewards[:-1], last]), carries)


def lambda_return(
    rewards: Float[Tensor, "T *B"],
    next_values: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    truncated: Bool[Tensor, "T *B"],
    *,
    gamma: float,
    lam: float,
) -> Float[Tensor, "T *B"]:
    """Return the λ-returns.

    Gₜ = rₜ + γ (1 − terminatedₜ) [(1 − λ) V(sₜ₊₁) + λ Gₜ₊₁]
    and V(sₜ₊₁) stands for Gₜ₊₁ where row t is truncated or the last.

    Args:
        rewards: rₜ, received after acting in sₜ.
        next_values: V(sₜ₊₁) of the state truly reached, also where an episode was cut off.
        terminated: the episode is over for good: nothing is worth anything after sₜ.
        truncated: the episode was cut off by a time limit: row t + 1 belongs to another episode.
        gamma: discount, 0 to 1.
        lam: 0 gives r + γV, the one-step target; 1 the discounted return.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Sutton and Barto, Reinforcement Learning, 2nd edition, section 12.1.
    Tested against: the λ-weighted mixture of n-step returns in float64, vectors of rlax and
        Tianshou, and gae + V.
    """
    kernel = "lambda_return"
    _check_transitions(kernel, rewards, next_values, terminated, truncated)
    check_fractions(kernel, gamma=gamma, lam=lam)
    discounts = gamma * (~terminated).to(rewards.dtype)
    mixing = lam * _continues(terminated, truncated).to(rewards.dtype)
    terms = rewards + discounts * (1 - mixing) * next_values
    return backward_recursion(terms, discounts * mixing)


def n_step_return(
    rewards: Float[Tensor, "T *B"],
    next_values: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    truncated: Bool[Tensor, "T *B"],
    *,
    gamma: float,
    n: int,
) -> Float[Tensor, "T *B"]:
    """Return n rewards and the discounted value after them.

    G⁽ⁿ⁾ₜ = Σ_{l=0}^{m−1} γˡ rₜ₊ₗ + γᵐ V(sₜ₊ₘ),  m ≤ n the rows left in the episode and the rollout,
    without the value where row t + m − 1 is terminated. The n-step advantage is this minus V(sₜ).

    Args:
        rewards: rₜ, received after acting in sₜ.
        next_values: V(sₜ₊₁) of the state truly reached, also where an episode was cut off.
        terminated: the episode is over for good: nothing is worth anything after sₜ.
        truncated: the episode was cut off by a time limit: row t + 1 belongs to another episode.
        gamma: discount, 0 to 1.
        n: rewards to count, 1 or more.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Sutton and Barto, Reinforcement Learning, 2nd edition, section 7.1.
    Tested against: the sum written out in float64, vectors of rlax and Tianshou.
    """
    kernel = "n_step_return"
    _check_transitions(kernel, rewards, next_values, terminated, truncated)
    check_fractions(kernel, gamma=gamma)
    check_counts(kernel, least=1, n=n)
    discounts = gamma * (~terminated).to(rewards.dtype)
    goes_on = _continues(terminated, truncated)
    returns = one_step = rewards + discounts * next_values
    for _ in range(min(n, len(rewards)) - 1):
        ahead = torch.cat([returns[1:], one_step[-1:]])
        returns = torch.where(goes_on, rewards + discounts * ahead, one_step)
    return returns


def n_step_advantage(
    rewards: Float[Tensor, "T *B"],
    values: Float[Tensor, "T *B"],
    next_values: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    truncated: Bool[Tensor, "T *B"],
    *,
    gamma: float,
    n: int,
) -> Float[Tensor, "T *B"]:
    """Return A⁽ⁿ⁾ₜ = G⁽ⁿ⁾ₜ − V(sₜ): n_step_return minus the baseline.

    Args:
        rewards: rₜ, received after acting in sₜ.
        values: V(sₜ).
        next_values: V(sₜ₊₁) of the state truly reached, also where an episode was cut off.
        terminated: the episode is over for good.
        truncated: the episode was cut off by a time limit.
        gamma: discount, 0 to 1.
        n: rewards to count, 1 or more; 1 gives the TD residual.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Schulman et al. 2015, High-Dimensional Continuous Control, arXiv 1506.02438, section 3.
    Tested against: the discounted sum of n TD residuals in float64.
    """
    check_floats("n_step_advantage", rewards=rewards, values=values)
    returns = n_step_return(rewards, next_values, terminated, truncated, gamma=gamma, n=n)
    return returns - values


def _check_transitions(
    kernel: str, rewards: Tensor, next_values: Tensor, terminated: Tensor, truncated: Tensor
) -> None:
    """Require the four tensors that describe a rollout to fit together."""
    check_floats(kernel, rewards=rewards, next_values=next_values)
    check_rollout(kernel, rewards)
    check_flags(kernel, rewards.shape, "rewards", terminated=terminated, truncated=truncated)


def _continues(terminated: Tensor, truncated: Tensor) -> Tensor:
    """Tell where the next row exists and belongs to the same episode."""
    goes_on = ~(terminated | truncated)
    return torch.cat([goes_on[:-1], torch.zeros_like(goes_on[-1:])])
