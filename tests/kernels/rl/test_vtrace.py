"""V-trace against the paper's double sum in Python floats."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from rlprep.kernels.rl.returns import lambda_return
from rlprep.kernels.rl.vtrace import vtrace
from tests.kernels.closeness import close
from tests.kernels.rollouts import Rollout, ended, plain_residual, rollout


def ratios_of(length: int, batch: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    target = torch.randn(length, batch, generator=random, dtype=torch.float64)
    return target, torch.randn(length, batch, generator=random, dtype=torch.float64)


def plain_vtrace(
    data: Rollout, weights: list[float], gamma: float, rho_bar: float, c_bar: float
) -> tuple[list[float], list[float]]:
    """Return targets and advantages of a single trajectory from equation 1, forwards."""
    targets, length = [], len(weights)
    for s in range(length):
        total, trace = float(data.values[s]), 1.0
        for t in range(s, length):
            rho = min(rho_bar, weights[t])
            total += gamma ** (t - s) * trace * rho * plain_residual(data, t, gamma)
            if ended(data, t):
                break
            trace *= min(c_bar, weights[t])
        targets.append(total)
    advantages = []
    for t in range(length):
        reached = float(data.next_values[t]) if ended(data, t) else targets[t + 1]
        goal = float(data.rewards[t]) + (0.0 if data.terminated[t] else gamma * reached)
        advantages.append(min(rho_bar, weights[t]) * (goal - float(data.values[t])))
    return targets, advantages


@pytest.mark.parametrize(
    ("rho_bar", "c_bar"), [(1.0, 1.0), (2.0, 0.5), (math.inf, 1.5), (0.7, 1.2)]
)
@pytest.mark.parametrize("length", [1, 2, 25], ids=lambda n: f"T{n}")
def test_vtrace_is_the_sum_of_the_paper(length: int, rho_bar: float, c_bar: float):
    data = rollout(length, batch=2, seed=length)
    target, behaviour = ratios_of(length, 2, seed=length)
    ours = vtrace(
        target, behaviour, *data.for_advantages(), gamma=0.9, rho_bar=rho_bar, c_bar=c_bar
    )
    for column in range(2):
        weights = (target - behaviour)[:, column].exp().tolist()
        expected = plain_vtrace(data.column(column), weights, 0.9, rho_bar, c_bar)
        for got, wanted in zip(ours, expected, strict=True):
            wanted = torch.tensor(wanted, dtype=torch.float64)
            close(got[:, column], wanted)


def test_on_policy_targets_are_discounted_returns():
    data = rollout(15)
    same = torch.zeros_like(data.rewards)
    ours = vtrace(same, same, *data.for_advantages(), gamma=0.95)
    returns = lambda_return(*data.for_returns(), gamma=0.95, lam=1.0)
    close(ours.value_targets, returns)
    close(ours.advantages, returns - data.values)


def test_gradients_of_vtrace_away_from_the_truncation():
    data = rollout(6, batch=2)
    target, behaviour = ratios_of(6, 2, seed=1)
    leaves = tuple(
        x.clone().requires_grad_()
        for x in (target, behaviour, data.rewards, data.values, data.next_values)
    )
    ends = (data.terminated, data.truncated)
    assert gradcheck(
        lambda p, q, r, v, w: vtrace(p, q, r, v, w, *ends, gamma=0.9, rho_bar=1.3, c_bar=0.8),
        leaves,
    )


def test_a_ratio_that_overflows_is_truncated_with_a_gradient_of_zero():
    data = rollout(3, batch=1)
    target = torch.full((3, 1), 800.0, dtype=torch.float64, requires_grad=True)
    behaviour = torch.zeros(3, 1, dtype=torch.float64)
    ours = vtrace(target, behaviour, *data.for_advantages(), gamma=0.9)
    ours.value_targets.sum().backward()
    assert ours.value_targets.isfinite().all()
    assert target.grad is not None
    assert target.grad.tolist() == [[0.0]] * 3
