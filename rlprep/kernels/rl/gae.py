"""TD residuals and generalized advantage estimation."""

from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.rl.recursion import backward_recursion
from rlprep.kernels.validation import check_flags, check_floats, check_fractions, check_rollout


def td_residual(
    rewards: Float[Tensor, "T *B"],
    values: Float[Tensor, "T *B"],
    next_values: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    *,
    gamma: float,
) -> Float[Tensor, "T *B"]:
    """Return the one-step errors of the value function.

    δₜ = rₜ + γ (1 − terminatedₜ) V(sₜ₊₁) − V(sₜ)

    Args:
        rewards: rₜ, received after acting in sₜ.
        values: V(sₜ).
        next_values: V(sₜ₊₁) of the state truly reached; without effect where terminated, but
            finite there too.
        terminated: the episode is over for good: nothing is worth anything after sₜ. A time limit
            is not a termination.
        gamma: discount, 0 to 1.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Schulman et al. 2015, High-Dimensional Continuous Control, arXiv 1506.02438, section 3.
    Tested against: the same line on Python floats, and a vector from a Tianshou issue.
    """
    kernel = "td_residual"
    check_floats(kernel, rewards=rewards, values=values, next_values=next_values)
    check_rollout(kernel, rewards)
    check_flags(kernel, rewards.shape, "rewards", terminated=terminated)
    check_fractions(kernel, gamma=gamma)
    return _residuals(rewards, values, next_values, terminated, gamma)


def gae(
    rewards: Float[Tensor, "T *B"],
    values: Float[Tensor, "T *B"],
    next_values: Float[Tensor, "T *B"],
    terminated: Bool[Tensor, "T *B"],
    truncated: Bool[Tensor, "T *B"],
    *,
    gamma: float,
    lam: float,
) -> tuple[Float[Tensor, "T *B"], Float[Tensor, "T *B"]]:
    """Return generalized advantage estimates and the value targets Â + V.

    δₜ = rₜ + γ (1 − terminatedₜ) V(sₜ₊₁) − V(sₜ)
    Âₜ = δₜ + γλ (1 − endedₜ) Âₜ₊₁,  ended = terminated or truncated, Â = 0 past the last row

    Args:
        rewards: rₜ, received after acting in sₜ.
        values: V(sₜ).
        next_values: V(sₜ₊₁) of the state truly reached, also where an episode was cut off. Not the
            value of row t + 1 there: that row is the reset observation of another episode.
        terminated: the episode is over for good: nothing is worth anything after sₜ.
        truncated: the episode was cut off by a time limit: row t + 1 belongs to another episode.
        gamma: discount, 0 to 1.
        lam: 0 gives the one-step error, 1 the discounted return minus the baseline.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Schulman et al. 2015, High-Dimensional Continuous Control, arXiv 1506.02438, eq. 16.
    Convention: rₜ follows the action at t; Sutton and Barto write rₜ₊₁ for the same reward. Where a
        row is both terminated and truncated it is terminated.
    Tested against: the O(T²) sum of that equation in float64, vectors of rlax, torchrl and rlax
        themselves where installed.
    """
    kernel = "gae"
    check_floats(kernel, rewards=rewards, values=values, next_values=next_values)
    check_rollout(kernel, rewards)
    check_flags(kernel, rewards.shape, "rewards", terminated=terminated, truncated=truncated)
    check_fractions(kernel, gamma=gamma, lam=lam)
    deltas = _residuals(rewards, values, next_values, terminated, gamma)
    carries = gamma * lam * (~(terminated | truncated)).to(deltas.dtype)
    advantages = backward_recursion(deltas, carries)
    return advantages, advantages + values


def _residuals(
    rewards: Tensor, values: Tensor, next_values: Tensor, terminated: Tensor, gamma: float
) -> Tensor:
    # A Python float times a bool tensor would be float32, whatever the rewards are.
    discounts = gamma * (~terminated).to(rewards.dtype)
    return rewards + discounts * next_values - values
