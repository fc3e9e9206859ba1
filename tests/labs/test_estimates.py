"""What GAE is on average: where theory says it has no bias, and where it has one."""

import pytest
import torch

from rlprep.labs.estimates import estimated_advantages, expected_gae, first_advantages
from rlprep.labs.mdp import advantages, garnet, roll_out, state_values


@pytest.fixture(params=range(3))
def setting(request: pytest.FixtureRequest):
    generator = torch.Generator().manual_seed(request.param)
    mdp = garnet(n_states=4, n_actions=2, branches=2, ending=0.1, noise=0.5, generator=generator)
    policy = torch.randn(4, 2, generator=generator, dtype=torch.float64).softmax(-1)
    error = torch.randn(4, generator=generator, dtype=torch.float64)
    return mdp, policy, error, generator


@pytest.mark.parametrize("lam", [0.0, 0.5, 0.95, 1.0])
def test_with_the_exact_critic_every_lambda_has_the_advantage_as_its_mean(setting, lam: float):
    mdp, policy, _, _ = setting
    exact = state_values(mdp, policy, 0.9)
    mean = expected_gae(mdp, policy, exact, gamma=0.9, lam=lam)
    assert torch.allclose(mean, advantages(mdp, policy, 0.9), atol=1e-10)


def test_at_lambda_one_a_wrong_critic_only_shifts_all_actions_of_a_state_alike(setting):
    mdp, policy, error, _ = setting
    critic = state_values(mdp, policy, 0.9) + error
    mean = expected_gae(mdp, policy, critic, gamma=0.9, lam=1.0)
    shift = mean - advantages(mdp, policy, 0.9)
    assert torch.allclose(shift, -error.unsqueeze(-1).expand(4, 2), atol=1e-10)


def test_at_lambda_zero_the_mean_is_the_one_step_residual(setting):
    mdp, policy, error, _ = setting
    critic = state_values(mdp, policy, 0.9) + error
    mean = expected_gae(mdp, policy, critic, gamma=0.9, lam=0.0)
    residual = mdp.rewards + 0.9 * mdp.transitions @ critic - critic.unsqueeze(-1)
    assert torch.allclose(mean, residual, atol=1e-12)


@pytest.mark.parametrize("lam", [0.0, 0.8, 1.0])
def test_sampled_estimates_have_that_mean(setting, lam: float):
    mdp, policy, error, generator = setting
    critic = state_values(mdp, policy, 0.9) + error
    pairs = torch.cartesian_prod(torch.arange(4), torch.arange(2))
    states, actions = pairs.repeat_interleave(2_000, dim=0).T
    rollout = roll_out(
        mdp, policy, states=states, steps=80, generator=generator, first_actions=actions
    )
    drawn = first_advantages(rollout, critic, gamma=0.9, lam=lam).reshape(4, 2, -1)
    error_of_mean = drawn.std(-1) / 2_000**0.5
    mean = expected_gae(mdp, policy, critic, gamma=0.9, lam=lam)
    assert ((drawn.mean(-1) - mean).abs() < 4.5 * error_of_mean).all()


def test_each_chain_can_have_a_critic_of_its_own(setting):
    mdp, policy, error, generator = setting
    rollout = roll_out(mdp, policy, states=torch.tensor([0, 1]), steps=20, generator=generator)
    both = estimated_advantages(rollout, torch.stack([error, 2 * error]), gamma=0.9, lam=0.9)
    for chain, critic in enumerate((error, 2 * error)):
        alone = estimated_advantages(rollout, critic, gamma=0.9, lam=0.9)
        assert torch.equal(both[:, chain], alone[:, chain])
