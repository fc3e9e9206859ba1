"""The estimators against torchrl and rlax, on rollouts with ends of both kinds in the middle."""

from typing import Any

import pytest
import torch
from torch import Tensor

from rlprep.kernels.rl.gae import gae
from rlprep.kernels.rl.returns import lambda_return
from rlprep.kernels.rl.vtrace import vtrace
from tests.kernels.closeness import close
from tests.kernels.rollouts import Rollout, rollout

GAMMA = 0.96875  # 31/32: torchrl keeps discounts in float32, where this one is exact
LENGTHS = pytest.mark.parametrize("length", [1, 2, 30], ids=lambda n: f"T{n}")


def without_time_limits(data: Rollout) -> Rollout:
    """Let the episodes that were cut off go on: each reaches the state of its next row."""
    follows = torch.cat([data.values[1:], data.next_values[-1:]])
    return data.replace(
        truncated=torch.zeros_like(data.truncated),
        next_values=torch.where(data.terminated, data.next_values, follows),
    )


@pytest.fixture
def torchrl() -> Any:
    return pytest.importorskip(
        "torchrl.objectives.value.functional", reason="torchrl is not installed (test extra)"
    )


def torchrl_rows(data: Rollout) -> dict[str, Tensor]:
    """Return torchrl's arguments: [B, T, 1], and done for both kinds of ends."""
    names = {
        "state_value": data.values,
        "next_state_value": data.next_values,
        "reward": data.rewards,
        "done": data.terminated | data.truncated,
        "terminated": data.terminated,
    }
    return {name: tensor.mT.unsqueeze(-1) for name, tensor in names.items()}


@LENGTHS
@pytest.mark.parametrize("lam", [0.0, 0.9375, 1.0])
def test_torchrl_gae(torchrl: Any, length: int, lam: float):
    data = rollout(length, seed=length)
    ours = gae(*data.for_advantages(), gamma=GAMMA, lam=lam)
    theirs = torchrl.generalized_advantage_estimate(GAMMA, lam, **torchrl_rows(data))
    for one, other in zip(ours, theirs, strict=True):
        close(one, other.squeeze(-1).mT)
    if lam == 0.0:
        return  # their vectorised form fails on it (an IndexError in its convolution)
    # It also drops the terms whose weight is below 1e-7.
    fast = torchrl.vec_generalized_advantage_estimate(GAMMA, lam, **torchrl_rows(data))
    for one, other in zip(ours, fast, strict=True):
        close(one, other.squeeze(-1).mT, rtol=1e-6, atol=1e-6)


@LENGTHS
def test_torchrl_lambda_return(torchrl: Any, length: int):
    data = rollout(length, seed=length)
    rows = torchrl_rows(data)
    del rows["state_value"]
    theirs = torchrl.td_lambda_return_estimate(GAMMA, 0.9375, **rows)
    ours = lambda_return(*data.for_returns(), gamma=GAMMA, lam=0.9375)
    close(ours, theirs.squeeze(-1).mT)


@LENGTHS
def test_torchrl_vtrace(torchrl: Any, length: int):
    data = rollout(length, seed=length)
    target, behaviour = rollout(length, seed=1).rewards, rollout(length, seed=2).rewards
    advantages, targets = torchrl.vtrace_advantage_estimate(
        GAMMA, target.mT.unsqueeze(-1), behaviour.mT.unsqueeze(-1), **torchrl_rows(data)
    )
    ours = vtrace(target, behaviour, *data.for_advantages(), gamma=GAMMA)
    close(ours.value_targets, targets.squeeze(-1).mT)
    close(ours.advantages, advantages.squeeze(-1).mT)


def test_torchrl_rounds_the_discount_to_float32(torchrl: Any):
    """Where the peer is wrong: its float64 results carry a float32 gamma and lambda."""
    data = rollout(30)
    theirs, _ = torchrl.generalized_advantage_estimate(0.97, 0.95, **torchrl_rows(data))
    theirs = theirs.squeeze(-1).mT
    exact, _ = gae(*data.for_advantages(), gamma=0.97, lam=0.95)
    assert 1e-8 < (theirs - exact).abs().max() < 1e-5
    rounded = [torch.tensor(x, dtype=torch.float32).item() for x in (0.97, 0.95)]
    ours, _ = gae(*data.for_advantages(), gamma=rounded[0], lam=rounded[1])
    close(ours, theirs, rtol=1e-6, atol=1e-7)
    assert (theirs - ours).abs().max() < (theirs - exact).abs().max()


@pytest.fixture
def rlax() -> Any:
    return pytest.importorskip(
        "rlax", reason="rlax is not installed (it brings JAX, too heavy for the test extra)"
    )


def to_jax(tensor: Tensor) -> Any:
    import jax.numpy as jnp  # pyright: ignore[reportMissingImports]

    return jnp.asarray(tensor.numpy())


def from_jax(array: Any) -> Tensor:
    import numpy as np

    return torch.from_numpy(np.array(array)).double()


@LENGTHS
def test_rlax_gae_and_lambda_return(rlax: Any, length: int):
    """It has no time limits, and JAX computes in float32 unless told otherwise."""
    data = without_time_limits(rollout(length, batch=1, seed=length)).column(0)
    discounts = 0.97 * (~data.terminated).double()
    values = torch.cat([data.values, data.next_values[-1:]])
    # It takes V(sₜ₊₁) from row t + 1; where that row is another episode its discount is 0.
    theirs = rlax.truncated_generalized_advantage_estimation(
        to_jax(data.rewards), to_jax(discounts), 0.9, to_jax(values)
    )
    ours, _ = gae(*data.for_advantages(), gamma=0.97, lam=0.9)
    close(ours, from_jax(theirs), rtol=1e-4, atol=1e-4)
    theirs = rlax.lambda_returns(
        to_jax(data.rewards), to_jax(discounts), to_jax(data.next_values), 0.9
    )
    ours = lambda_return(*data.for_returns(), gamma=0.97, lam=0.9)
    close(ours, from_jax(theirs), rtol=1e-4, atol=1e-4)


@LENGTHS
def test_rlax_vtrace(rlax: Any, length: int):
    data = without_time_limits(rollout(length, batch=1, seed=length)).column(0)
    target = rollout(length, batch=1, seed=1).column(0).rewards
    behaviour = rollout(length, batch=1, seed=2).column(0).rewards
    theirs = rlax.vtrace_td_error_and_advantage(
        to_jax(data.values),
        to_jax(data.next_values),
        to_jax(data.rewards),
        to_jax(0.97 * (~data.terminated).double()),
        to_jax((target - behaviour).exp()),
    )
    ours = vtrace(target, behaviour, *data.for_advantages(), gamma=0.97)
    close(ours.value_targets - data.values, from_jax(theirs.errors), rtol=1e-4, atol=1e-4)
    close(ours.advantages, from_jax(theirs.pg_advantage), rtol=1e-4, atol=1e-4)
