"""Corrections on one-step problems that can be enumerated, and on-policy."""

import math

import pytest
import torch

from rlprep.labs import corrections
from rlprep.labs.corrections import Samples
from rlprep.labs.mdp import Rollout, garnet, roll_out, state_values
from rlprep.labs.on_off_policy import ESTIMATORS


def one_step(actions: list[int], target: list[float], behaviour: list[float]) -> Samples:
    """Episodes of a single step in a single state; action a earns 1 + a."""
    taken = torch.tensor([actions])
    rollout = Rollout(
        states=torch.zeros_like(taken),
        actions=taken,
        rewards=(1.0 + taken).double(),
        next_states=torch.zeros_like(taken),
        terminated=torch.ones_like(taken, dtype=torch.bool),
        truncated=torch.zeros_like(taken, dtype=torch.bool),
    )
    logs = [torch.tensor(each, dtype=torch.float64).log()[taken] for each in (target, behaviour)]
    return Samples(rollout, logs[0], logs[1], 1, torch.ones(1, dtype=torch.float64), 0.9)


# Behaviour (1/2, 1/2) as 2 + 2 samples; target (0.9, 0.1), whose value is 0.9 · 1 + 0.1 · 2.
EXACT = one_step([0, 0, 1, 1], [0.9, 0.1], [0.5, 0.5])


@pytest.mark.parametrize("name", ["whole episode", "weighted", "per decision", "V-trace, no bound"])
def test_a_correction_gives_the_targets_value(name: str):
    assert ESTIMATORS[name](EXACT).item() == pytest.approx(1.1, abs=1e-9)


def test_no_correction_gives_the_behaviours_value():
    assert ESTIMATORS["no correction"](EXACT).item() == pytest.approx(1.5)


def test_v_trace_with_bound_one_gives_the_value_of_the_truncated_policy():
    policy = corrections.truncated_policy(
        torch.tensor([[0.9, 0.1]]), torch.tensor([[0.5, 0.5]]), 1.0
    )
    assert policy[0].tolist() == pytest.approx([5 / 6, 1 / 6])
    found = ESTIMATORS["V-trace, bound 1"](EXACT).item()
    assert found == pytest.approx(5 / 6 + 2 / 6, abs=1e-4)  # as far as the sweeps get


def test_the_effective_share_is_that_of_the_second_moment():
    """The model answer's 1.64: one ratio of (0.9, 0.1) against (0.5, 0.5)."""
    assert corrections.effective_share(EXACT).item() == pytest.approx(1 / 1.64)


def test_only_the_first_episode_of_a_chain_counts():
    data = one_step([0, 0, 1, 1], [0.9, 0.1], [0.5, 0.5])
    twice = [torch.cat([each, each.flip(-1)]) for each in vars(data.rollout).values()]
    logs = [torch.cat([each, each.flip(-1)]) for each in (data.target, data.behaviour)]
    longer = Samples(Rollout(*twice), logs[0], logs[1], 1, data.start, 0.9)
    for name in ("no correction", "whole episode", "weighted", "per decision"):
        assert ESTIMATORS[name](longer).item() == pytest.approx(ESTIMATORS[name](data).item())


def test_on_policy_every_estimate_without_a_critic_is_the_mean_return():
    generator = torch.Generator().manual_seed(0)
    mdp = garnet(n_states=4, n_actions=2, branches=2, ending=0.2, noise=0.5, generator=generator)
    policy = torch.full((4, 2), 0.5, dtype=torch.float64)
    rollout = roll_out(
        mdp, policy, states=torch.arange(4).repeat(100), steps=60, generator=generator
    )
    logs = policy.log()[rollout.states, rollout.actions]
    samples = Samples(rollout, logs, logs, 2, mdp.start, 0.9)
    plain = corrections.uncorrected(samples)
    assert plain.shape == (2,)
    for name in ("whole episode", "weighted", "per decision"):
        assert torch.allclose(ESTIMATORS[name](samples), plain, atol=1e-9)
    truth = mdp.start @ state_values(mdp, policy, 0.9)
    assert (corrections.v_trace(samples, rho_bar=math.inf) - truth).abs().max() < 0.6
    assert corrections.effective_share(samples).tolist() == pytest.approx([1, 1])
