"""One update of each learner does what its algorithm promises."""

import pytest
import torch

from rlprep.kernels.rl.divergence import kl_categorical
from rlprep.kernels.rl.policy_gradient import policy_gradient_loss
from rlprep.kernels.rl.ppo import ppo_clip_loss
from rlprep.labs.cartpole import CartPoles
from rlprep.labs.episodes import POLICY, Batch, collect, log_prob, mean_returns, seen
from rlprep.labs.learners import (
    MAX_KL,
    Agent,
    estimates,
    minibatches,
    new_agent,
    normalised,
    ppo_update,
    trpo_update,
)


@pytest.fixture
def played() -> tuple[Agent, Batch, torch.Generator]:
    generator = torch.Generator().manual_seed(0)
    agent, poles = new_agent(generator), CartPoles(16, generator)
    return agent, collect(poles, agent.policy.detach(), 64, generator), generator


def test_a_batch_holds_what_was_truly_reached(played):
    _, batch, _ = played
    goes_on = ~(batch.terminated | batch.truncated)[:-1]
    assert torch.equal(batch.inputs[1:][goes_on], batch.reached[:-1][goes_on])
    assert batch.terminated.any()
    fallen = batch.reached[batch.terminated]
    angle = (fallen[:, 2] / seen(torch.ones(4))[2]).abs()
    assert ((angle > 0.2094) | (fallen[:, 0].abs() > 2.4)).all()


def test_the_first_gradient_of_the_clipped_surrogate_is_the_policy_gradient(played):
    agent, batch, _ = played
    inputs, actions = batch.inputs.flatten(0, 1), batch.actions.flatten()
    weights = normalised(estimates(agent, batch)[0])
    new = log_prob(POLICY(agent.policy, inputs), actions)
    clipped = ppo_clip_loss(new, batch.log_probs.flatten(), weights, clip_eps=0.2)
    plain = policy_gradient_loss(new, weights)
    first, second = (
        torch.autograd.grad(loss, agent.policy, retain_graph=True)[0] for loss in (clipped, plain)
    )
    assert torch.allclose(first, second, atol=1e-6)
    assert first.norm() > 1e-3


def test_trpo_keeps_within_its_trust_region_and_ppo_need_not(played):
    agent, batch, generator = played
    with torch.no_grad():
        before = POLICY(agent.policy, batch.inputs)
    trpo_update(agent, batch, 1.0, generator)
    with torch.no_grad():
        kl = kl_categorical(before, POLICY(agent.policy, batch.inputs)).mean().item()
    assert 0.3 * MAX_KL < kl <= MAX_KL * 1.001


@pytest.mark.parametrize("update", [ppo_update, trpo_update])
def test_an_update_moves_policy_and_critic_and_lowers_the_critics_error(update, played):
    agent, batch, generator = played
    policy, critic = agent.policy.detach().clone(), agent.critic.detach().clone()
    _, targets = estimates(agent, batch)
    before = targets.square().mean()
    update(agent, batch, 1.0, generator)
    assert not torch.equal(policy, agent.policy.detach())
    assert not torch.equal(critic, agent.critic.detach())
    advantages, _ = estimates(agent, batch)
    assert advantages.square().mean() < before


def test_minibatches_hold_each_row_once_an_epoch():
    parts = minibatches(10, epochs=3, generator=torch.Generator().manual_seed(0), size=4)
    assert [len(part) for part in parts] == [4, 4, 2] * 3
    for epoch in range(3):
        rows = torch.cat(parts[3 * epoch : 3 * epoch + 3])
        assert sorted(rows.tolist()) == list(range(10))


def test_evaluation_tells_the_greedy_policy_from_the_one_that_draws():
    """A policy that leans the right way a little: greedy it balances, drawn it is a coin toss."""
    params = torch.zeros(POLICY.count)
    # One path through the network: tanh(tanh(angle + spin)) decides, scaled down to a whisper.
    params[2], params[3] = 1.0, 0.25
    params[4 * 64 + 64] = 1.0
    last = POLICY.count - 2 - 2 * 64
    params[last + 64] = 1e-3
    greedy, drawn = mean_returns(params, episodes=20, generator=torch.Generator().manual_seed(0))
    assert greedy > 100
    assert drawn < 40
