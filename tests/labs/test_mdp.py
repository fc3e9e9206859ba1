"""Exact values against Bellman's equations and against what sampling gives."""

import pytest
import torch

from rlprep.kernels.rl.returns import discounted_return
from rlprep.labs.gamma_vs_lambda import LENGTH, corridor, true_gain
from rlprep.labs.mdp import (
    MDP,
    action_values,
    advantages,
    garnet,
    optimal_values,
    roll_out,
    sample,
    state_values,
)


def problem(seed: int, ending: float = 0.1) -> tuple[MDP, torch.Tensor, torch.Generator]:
    generator = torch.Generator().manual_seed(seed)
    mdp = garnet(n_states=5, n_actions=3, branches=2, ending=ending, noise=0.5, generator=generator)
    preferences = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    return mdp, preferences.softmax(-1), generator


@pytest.mark.parametrize("seed", range(5))
def test_values_solve_bellmans_equations_and_advantages_average_to_zero(seed: int):
    mdp, policy, _ = problem(seed)
    values = state_values(mdp, policy, 0.9)
    for state in range(5):
        backed_up = sum(
            policy[state, action]
            * (mdp.rewards[state, action] + 0.9 * mdp.transitions[state, action] @ values)
            for action in range(3)
        )
        assert values[state].item() == pytest.approx(float(backed_up), abs=1e-10)
    average = (policy * advantages(mdp, policy, 0.9)).sum(-1)
    assert average.abs().max() < 1e-10


def test_values_of_several_policies_are_those_of_each():
    mdp, first, _ = problem(0)
    second = first.flip(-1)
    both = state_values(mdp, torch.stack([first, second]), 0.9)
    assert torch.allclose(both[0], state_values(mdp, first, 0.9), atol=1e-12)
    assert torch.allclose(both[1], state_values(mdp, second, 0.9), atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_optimal_values_solve_the_optimality_equation(seed: int):
    mdp, policy, _ = problem(seed, ending=0.0)
    best = optimal_values(mdp, 0.9)
    assert torch.allclose(action_values(mdp, best, 0.9).max(-1).values, best, atol=1e-9)
    assert (best >= state_values(mdp, policy, 0.9) - 1e-12).all()


def test_a_random_problem_has_its_branches_and_its_chance_to_end():
    mdp, _, _ = problem(3)
    assert ((mdp.transitions > 0).sum(-1) == 2).all()
    assert torch.allclose(mdp.transitions.sum(-1), torch.full((5, 3), 0.9, dtype=torch.float64))


def test_sampled_returns_have_the_exact_values_as_their_mean():
    mdp, policy, generator = problem(7)
    chains = 40_000
    rollout = roll_out(mdp, policy, states=torch.full((chains,), 2), steps=80, generator=generator)
    end = torch.zeros(chains, dtype=torch.float64)
    returns = discounted_return(rollout.rewards, rollout.terminated, end, gamma=0.9)[0]
    error = returns.std() / chains**0.5
    assert (returns.mean() - state_values(mdp, policy, 0.9)[2]).abs() < 4 * error


def test_a_rollout_goes_on_from_where_it_is_and_starts_anew_after_an_end():
    mdp, policy, generator = problem(4, ending=0.3)
    states = torch.arange(200) % 5
    rollout = roll_out(
        mdp, policy, states=states, steps=50, generator=generator, first_actions=states % 3
    )
    assert torch.equal(rollout.states[0], states)
    assert torch.equal(rollout.actions[0], states % 3)
    goes_on = ~rollout.terminated[:-1]
    assert torch.equal(rollout.states[1:][goes_on], rollout.next_states[:-1][goes_on])
    assert (rollout.next_states[rollout.terminated] == 0).all()
    assert rollout.terminated.double().mean().item() == pytest.approx(0.3, abs=0.02)
    restarts = rollout.states[1:][~goes_on].bincount(minlength=5) / (~goes_on).sum()
    assert (restarts - 0.2).abs().max() < 0.03
    assert not rollout.truncated.any()


def test_each_chain_can_have_a_policy_of_its_own():
    mdp, _, generator = problem(5)
    always = torch.eye(3, dtype=torch.float64)
    policies = always[torch.arange(30) % 3].unsqueeze(1).expand(30, 5, 3)
    rollout = roll_out(mdp, policies, states=torch.zeros(30).long(), steps=10, generator=generator)
    assert (rollout.actions == torch.arange(30) % 3).all()


def test_samples_follow_their_weights_and_the_rest_is_the_last_index():
    weights = torch.tensor([0.2, 0.5, 0.1], dtype=torch.float64).expand(50_000, 3)
    drawn = sample(weights, torch.Generator().manual_seed(0))
    shares = drawn.bincount(minlength=4) / len(drawn)
    assert shares.tolist() == pytest.approx([0.2, 0.5, 0.1, 0.2], abs=0.01)


@pytest.mark.parametrize("gamma", [0.9, 0.95, 0.99, 1.0])
def test_the_corridors_gain_is_the_discounted_reward_at_its_end_less_the_one_at_once(gamma: float):
    assert true_gain(gamma) == pytest.approx(2 * gamma ** (LENGTH - 1) - 1, abs=1e-12)
    assert corridor().transitions.sum(-1).max() == 1
