"""A linear Gaussian policy on a one-step problem whose return is known exactly."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

N_INPUTS, N_ACTIONS = 4, 2
LOG_ROOT_TAU = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Target:
    """Hit W* s with the action: the reward is −‖a − W* s‖², the states are standard normal.

    Attributes:
        weights: W*, `[N_ACTIONS, N_INPUTS]`, float64.
    """

    weights: Tensor

    def reward(self, states: Tensor, actions: Tensor) -> Tensor:
        """Return the rewards `[N]` of states `[N, N_INPUTS]` and actions `[N, N_ACTIONS]`."""
        return -((actions - states @ self.weights.T) ** 2).sum(-1)

    def mean_return(self, params: Tensor) -> float:
        """Return E[reward] of a policy: −‖W − W*‖² − Σ σ², 0 at best."""
        weights, log_std = split(params)
        return -((weights - self.weights) ** 2).sum().item() - (2 * log_std).exp().sum().item()


def first_params() -> Tensor:
    """Return θ of the policy with mean 0 and standard deviation 1."""
    return torch.zeros(N_ACTIONS * N_INPUTS + N_ACTIONS, dtype=torch.float64)


def split(params: Tensor) -> tuple[Tensor, Tensor]:
    """Return the weights `[N_ACTIONS, N_INPUTS]` and log σ `[N_ACTIONS]` in θ."""
    size = N_ACTIONS * N_INPUTS
    return params[:size].view(N_ACTIONS, N_INPUTS), params[size:]


def distribution(params: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
    """Return means and log σ in each state, both `[N, N_ACTIONS]`."""
    weights, log_std = split(params)
    means = states @ weights.T
    return means, log_std.expand_as(means)


def log_density(params: Tensor, states: Tensor, actions: Tensor) -> Tensor:
    """Return log π(a|s) `[N]`."""
    means, log_std = distribution(params, states)
    distance = (actions - means) * (-log_std).exp()
    return (-0.5 * distance**2 - log_std - LOG_ROOT_TAU).sum(-1)


def play(params: Tensor, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return states `[N, N_INPUTS]` and the actions `[N, N_ACTIONS]` drawn in them."""
    states = torch.randn(count, N_INPUTS, generator=generator, dtype=torch.float64)
    means, log_std = distribution(params, states)
    luck = torch.randn(means.shape, generator=generator, dtype=torch.float64)
    return states, means + log_std.exp() * luck
