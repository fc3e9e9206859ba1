"""PPO's and TRPO's updates of a policy and a critic, built from the reference kernels."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rlprep.kernels.rl.divergence import kl_categorical
from rlprep.kernels.rl.gae import gae
from rlprep.kernels.rl.policy_gradient import importance_ratio
from rlprep.kernels.rl.ppo import ppo_clip_loss
from rlprep.kernels.rl.trust_region import trpo_step
from rlprep.labs.episodes import CRITIC, POLICY, Batch, log_prob

GAMMA, LAMBDA = 0.98, 0.9
CLIP_EPS, MAX_KL = 0.2, 0.01


@dataclass
class Agent:
    """What learns: flat parameters, and the optimisers that hold on to them."""

    policy: Tensor
    critic: Tensor
    policy_optimizer: torch.optim.Adam
    critic_optimizer: torch.optim.Adam


Update = Callable[[Agent, Batch, float, torch.Generator], None]


def new_agent(generator: torch.Generator) -> Agent:
    """Return an agent whose policy is nearly uniform."""
    policy = POLICY.init(generator, last_gain=0.01).requires_grad_()
    critic = CRITIC.init(generator, last_gain=1.0).requires_grad_()
    return Agent(
        policy, critic, torch.optim.Adam([policy], lr=1e-3), torch.optim.Adam([critic], lr=2e-3)
    )


def ppo_update(agent: Agent, batch: Batch, left: float, generator: torch.Generator) -> None:
    """Take ten epochs of Adam on minibatches of the clipped surrogate and the squared error.

    Args:
        agent: changed.
        batch: what its policy has just played.
        left: share of the training still to come; the learning rate falls with it.
        generator: shuffles the samples.
    """
    advantages, targets = estimates(agent, batch)
    data = (_flat(batch.inputs), _flat(batch.actions), _flat(batch.log_probs))
    agent.policy_optimizer.param_groups[0]["lr"] = 1e-3 * left
    for rows in minibatches(len(advantages), epochs=10, generator=generator):
        inputs, actions, old = (each[rows] for each in data)
        new = log_prob(POLICY(agent.policy, inputs), actions)
        loss = ppo_clip_loss(new, old, normalised(advantages[rows]), clip_eps=CLIP_EPS)
        _step(agent.policy_optimizer, loss)
        _step(agent.critic_optimizer, _critic_loss(agent, inputs, targets[rows]))


def trpo_update(agent: Agent, batch: Batch, left: float, generator: torch.Generator) -> None:
    """Take one trust-region step of the policy, and fit the critic as PPO does.

    Args:
        agent: changed.
        batch: what its policy has just played.
        left: share of the training still to come; without effect here.
        generator: shuffles the critic's samples.
    """
    advantages, targets = estimates(agent, batch)
    inputs, actions = _flat(batch.inputs), _flat(batch.actions)
    old, weights = _flat(batch.log_probs), normalised(advantages)
    with torch.no_grad():
        old_logits = POLICY(agent.policy, inputs)

    def surrogate(params: Tensor) -> Tensor:
        ratios = importance_ratio(log_prob(POLICY(params, inputs), actions), old)
        return (ratios * weights).mean()

    def mean_kl(params: Tensor) -> Tensor:
        return kl_categorical(old_logits, POLICY(params, inputs)).mean()

    taken = trpo_step(surrogate, mean_kl, agent.policy.detach(), max_kl=MAX_KL, damping=0.01)
    with torch.no_grad():
        agent.policy.copy_(taken.params)
    for rows in minibatches(len(targets), epochs=10, generator=generator):
        _step(agent.critic_optimizer, _critic_loss(agent, inputs[rows], targets[rows]))


def estimates(agent: Agent, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return GAE's advantages and value targets, flat."""
    with torch.no_grad():
        values = CRITIC(agent.critic, batch.inputs).squeeze(-1)
        next_values = CRITIC(agent.critic, batch.reached).squeeze(-1)
    advantages, targets = gae(
        torch.ones_like(values),
        values,
        next_values,
        batch.terminated,
        batch.truncated,
        gamma=GAMMA,
        lam=LAMBDA,
    )
    return advantages.flatten(), targets.flatten()


def _critic_loss(agent: Agent, inputs: Tensor, targets: Tensor) -> Tensor:
    return ((CRITIC(agent.critic, inputs).squeeze(-1) - targets) ** 2).mean()


def minibatches(
    count: int, *, epochs: int, generator: torch.Generator, size: int = 256
) -> list[Tensor]:
    """Return the rows of each minibatch, in a new order each epoch."""
    orders = [torch.randperm(count, generator=generator) for _ in range(epochs)]
    return [rows for order in orders for rows in order.split(size)]


def normalised(advantages: Tensor) -> Tensor:
    """Return the advantages with mean 0 and standard deviation 1."""
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _flat(tensor: Tensor) -> Tensor:
    return tensor.flatten(0, 1)
