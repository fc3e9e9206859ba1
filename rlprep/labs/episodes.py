"""CartPole played by a network: batches to learn from, and episodes to be judged by."""

from dataclasses import dataclass

import torch
from torch import Tensor

from rlprep.labs.cartpole import TIME_LIMIT, CartPoles
from rlprep.labs.network import Network

POLICY = Network((4, 64, 64, 2))
CRITIC = Network((4, 64, 64, 1))
# Positions up to 2.4, angles up to 0.21: brought to one scale, or the angle drowns.
SCALE = torch.tensor([1.0, 1.0, 5.0, 2.0])


def seen(states: Tensor) -> Tensor:
    """Return what the networks see of the states `[*B, 4]`."""
    return states.to(torch.float32) * SCALE


def log_prob(logits: Tensor, actions: Tensor) -> Tensor:
    """Return log π(a|s) `[*B]` of logits `[*B, A]` and actions `[*B]`."""
    return logits.log_softmax(-1).gather(-1, actions.unsqueeze(-1)).squeeze(-1)


@dataclass(frozen=True)
class Batch:
    """T steps of B episodes; fields `[T, B]` unless said otherwise.

    Attributes:
        inputs: what the networks saw, `[T, B, 4]`.
        reached: what they would see in the states truly reached, `[T, B, 4]`.
        actions: aₜ.
        log_probs: log π_old(aₜ|sₜ) of the policy that acted.
        terminated: the pole fell.
        truncated: the time limit cut the episode off.
    """

    inputs: Tensor
    reached: Tensor
    actions: Tensor
    log_probs: Tensor
    terminated: Tensor
    truncated: Tensor


@torch.no_grad()
def collect(poles: CartPoles, params: Tensor, steps: int, generator: torch.Generator) -> Batch:
    """Play T steps with the stochastic policy and return them."""
    rows = []
    for _ in range(steps):
        inputs = seen(poles.states)
        logits = POLICY(params, inputs)
        chances = logits.softmax(-1)[:, 1]
        actions = (torch.rand(chances.shape, generator=generator) < chances).to(torch.int64)
        step = poles.step(actions)
        ended = (step.terminated, step.truncated)
        rows.append((inputs, seen(step.reached), actions, log_prob(logits, actions), *ended))
    return Batch(*(torch.stack(column) for column in zip(*rows, strict=True)))


@torch.no_grad()
def mean_returns(
    params: Tensor, *, episodes: int, generator: torch.Generator
) -> tuple[float, float]:
    """Return the mean steps, at most 500, of fresh episodes: greedy ones, then sampled ones.

    Args:
        params: of the policy, which plays its likelier action in the first half of the episodes
            and draws its actions in the second.
        episodes: how many of each.
        generator: source of the first states and of the drawn actions.
    """
    poles = CartPoles(2 * episodes, generator)
    is_greedy = torch.arange(2 * episodes) < episodes
    found = torch.zeros(2 * episodes, dtype=torch.float64)
    for _ in range(TIME_LIMIT):
        chances = POLICY(params, seen(poles.states)).softmax(-1)[:, 1]
        thresholds = torch.rand(chances.shape, generator=generator).masked_fill(is_greedy, 0.5)
        step = poles.step((thresholds < chances).to(torch.int64))
        first = (step.terminated | step.truncated) & (found == 0)
        found = torch.where(first, step.returns.to(torch.float64), found)
        if bool((found > 0).all()):
            break
    greedy, sampled = found.split(episodes)
    return greedy.mean().item(), sampled.mean().item()
