"""Estimates of a policy's value from another policy's data, with and without a correction."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rlprep.kernels.rl.policy_gradient import importance_ratio
from rlprep.kernels.rl.returns import discounted_return
from rlprep.kernels.rl.vtrace import vtrace
from rlprep.labs.mdp import Rollout

SWEEPS = 16


@dataclass(frozen=True)
class Samples:
    """D data sets of N chains each, side by side: fields of the rollout are `[T, D · N]`.

    Attributes:
        rollout: the chains; only the first episode of each is used by estimates without a critic.
        target: log π(aₜ|sₜ) of the policy to be valued.
        behaviour: log μ(aₜ|sₜ) of the policy that acted.
        n_sets: D.
        start: distribution of the first state, `[S]`.
        gamma: discount.
    """

    rollout: Rollout
    target: Tensor
    behaviour: Tensor
    n_sets: int
    start: Tensor
    gamma: float

    def by_set(self, values: Tensor) -> Tensor:
        """Return `[D · N]` as `[D, N]`."""
        return values.reshape(self.n_sets, -1)


def uncorrected(samples: Samples) -> Tensor:
    """Return the mean return of each data set, `[D]`: an estimate of the behaviour's value."""
    return samples.by_set(_returns(samples)).mean(-1)


def whole_episode(samples: Samples) -> Tensor:
    """Return the mean of return times the product of the episode's ratios, `[D]`."""
    return samples.by_set(_returns(samples) * episode_ratios(samples)).mean(-1)


def weighted(samples: Samples) -> Tensor:
    """Return the mean of returns weighted by the products of ratios, `[D]`."""
    weights = samples.by_set(episode_ratios(samples))
    return (samples.by_set(_returns(samples)) * weights).sum(-1) / weights.sum(-1)


def per_decision(samples: Samples) -> Tensor:
    """Return the mean with each reward weighted by the ratios up to it, `[D]`.

    That is V-trace without truncation from values of zero.
    """
    zero = torch.zeros_like(samples.rollout.rewards)
    targets = _vtrace(samples, zero, zero, rho_bar=math.inf, c_bar=math.inf)
    return samples.by_set(targets[0]).mean(-1)


def v_trace(samples: Samples, *, rho_bar: float) -> Tensor:
    """Return the value after sweeps of V-trace over each data set, `[D]`; c̄ = 1.

    A table of values is replaced by the mean target of each state, SWEEPS times.
    """
    rollout, n_states = samples.rollout, len(samples.start)
    chains = rollout.states.shape[1]
    own = torch.arange(chains) // (chains // samples.n_sets) * n_states
    cells = (rollout.states + own).flatten()
    visits = torch.zeros(samples.n_sets * n_states, dtype=torch.float64)
    visits.index_add_(0, cells, torch.ones(len(cells), dtype=torch.float64))
    values = torch.zeros_like(visits)
    for _ in range(SWEEPS):
        now, later = values[rollout.states + own], values[rollout.next_states + own]
        targets = _vtrace(samples, now, later, rho_bar=rho_bar, c_bar=1.0)
        sums = torch.zeros_like(values).index_add_(0, cells, targets.flatten())
        values = torch.where(visits > 0, sums / visits.clamp(min=1), values)
    return values.reshape(samples.n_sets, n_states) @ samples.start


def episode_ratios(samples: Samples) -> Tensor:
    """Return the product of the ratios of each chain's first episode, `[D · N]`."""
    ended = samples.rollout.terminated.to(torch.int64).cumsum(0)
    is_first = torch.cat([torch.zeros_like(ended[:1]), ended[:-1]]) == 0
    totals = [(each * is_first).sum(0) for each in (samples.target, samples.behaviour)]
    return importance_ratio(*totals)


def effective_share(samples: Samples) -> Tensor:
    """Return the effective share of each data set's episodes, (Σ w)² / (N Σ w²), `[D]`."""
    weights = samples.by_set(episode_ratios(samples))
    return weights.sum(-1) ** 2 / (weights**2).sum(-1) / weights.shape[-1]


def truncated_policy(target: Tensor, behaviour: Tensor, rho_bar: float) -> Tensor:
    """Return the policy `[S, A]` that V-trace values: in proportion to min(ρ̄ μ, π).

    Source: Espeholt et al. 2018, IMPALA, arXiv 1802.01561, section 4.1.
    """
    least = torch.minimum(rho_bar * behaviour, target)
    return least / least.sum(-1, keepdim=True)


def _returns(samples: Samples) -> Tensor:
    """Return the discounted return of each chain's first episode."""
    rollout = samples.rollout
    end = torch.zeros_like(rollout.rewards[0])
    return discounted_return(rollout.rewards, rollout.terminated, end, gamma=samples.gamma)[0]


def _vtrace(
    samples: Samples, values: Tensor, next_values: Tensor, *, rho_bar: float, c_bar: float
) -> Tensor:
    rollout = samples.rollout
    return vtrace(
        samples.target,
        samples.behaviour,
        rollout.rewards,
        values,
        next_values,
        rollout.terminated,
        rollout.truncated,
        gamma=samples.gamma,
        rho_bar=rho_bar,
        c_bar=c_bar,
    ).value_targets
