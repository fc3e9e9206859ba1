"""Small Markov decision processes: exact values by linear algebra, and samples."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class MDP:
    """A finite problem in float64; S states, A actions.

    Attributes:
        transitions: `[S, A, S]`, p(s' | s, a); what a row lacks to 1 is the chance that the
            episode terminates.
        rewards: `[S, A]`, mean rewards.
        start: `[S]`, distribution of the first state.
        noise: standard deviation of the Gaussian noise on each reward.
    """

    transitions: Tensor
    rewards: Tensor
    start: Tensor
    noise: float = 0.0


@dataclass(frozen=True)
class Rollout:
    """Sampled transitions, each field `[T, B]`, ready for the time-major kernels.

    Attributes:
        states: sₜ.
        actions: aₜ.
        rewards: rₜ.
        next_states: the state truly reached; 0 where terminated, where there is none.
        terminated: the episode is over for good, and the next row starts another one.
        truncated: never, in the middle: the last row is merely the last.
    """

    states: Tensor
    actions: Tensor
    rewards: Tensor
    next_states: Tensor
    terminated: Tensor
    truncated: Tensor


def garnet(
    *,
    n_states: int,
    n_actions: int,
    branches: int,
    ending: float,
    noise: float,
    generator: torch.Generator,
) -> MDP:
    """Return a random problem: a few successors for each action, standard normal mean rewards.

    Args:
        n_states: S.
        n_actions: A.
        branches: successors of each state and action.
        ending: chance that an episode terminates at any step.
        noise: standard deviation of each reward around its mean.
        generator: source of the randomness.

    Source: the family of Archibald, McKinnon and Thomas 1995, On the Generation of Markov Decision
        Processes.
    """
    shape = (n_states, n_actions, n_states)
    chosen = torch.rand(shape, generator=generator, dtype=torch.float64).topk(branches).indices
    weights = torch.rand(chosen.shape, generator=generator, dtype=torch.float64)
    transitions = torch.zeros(shape, dtype=torch.float64).scatter(-1, chosen, weights)
    transitions *= (1 - ending) / transitions.sum(-1, keepdim=True)
    rewards = torch.randn(n_states, n_actions, generator=generator, dtype=torch.float64)
    start = torch.full((n_states,), 1 / n_states, dtype=torch.float64)
    return MDP(transitions, rewards, start, noise)


def state_values(mdp: MDP, policy: Tensor, gamma: float) -> Tensor:
    """Return Vᵖⁱ `[*C, S]` of policies `[*C, S, A]`: the solution of Bellman's equations."""
    chain = torch.einsum("...sa,sat->...st", policy, mdp.transitions)
    rewards = (policy * mdp.rewards).sum(-1)
    identity = torch.eye(len(mdp.start), dtype=torch.float64)
    return torch.linalg.solve(identity - gamma * chain, rewards)


def action_values(mdp: MDP, next_values: Tensor, gamma: float) -> Tensor:
    """Return r(s, a) + γ E[V(s')] `[*C, S, A]` for values V `[*C, S]`."""
    return mdp.rewards + gamma * torch.einsum("sat,...t->...sa", mdp.transitions, next_values)


def advantages(mdp: MDP, policy: Tensor, gamma: float) -> Tensor:
    """Return Aᵖⁱ(s, a) `[*C, S, A]` of policies `[*C, S, A]`."""
    values = state_values(mdp, policy, gamma)
    return action_values(mdp, values, gamma) - values.unsqueeze(-1)


def optimal_values(mdp: MDP, gamma: float) -> Tensor:
    """Return V* `[S]`, by policy iteration, which ends after finitely many improvements."""
    n_actions = mdp.rewards.shape[1]
    greedy = mdp.rewards.argmax(-1)
    while True:
        policy = torch.nn.functional.one_hot(greedy, n_actions).to(torch.float64)
        values = state_values(mdp, policy, gamma)
        better = action_values(mdp, values, gamma)
        improved = better.max(-1)
        if bool((improved.values <= values + 1e-12).all()):
            return values
        greedy = improved.indices


def sample(weights: Tensor, generator: torch.Generator) -> Tensor:
    """Return indices `[*B]` drawn from rows `[*B, K]`; K itself for what a row lacks to 1."""
    places = torch.rand((*weights.shape[:-1], 1), generator=generator, dtype=weights.dtype)
    return _locate(weights.cumsum(-1), places)


def _locate(cumulative: Tensor, places: Tensor) -> Tensor:
    """Return how many of the cumulative weights `[*B, K]` lie at or below the places `[*B, 1]`."""
    return (places >= cumulative).sum(-1)


def roll_out(
    mdp: MDP,
    policy: Tensor,
    *,
    states: Tensor,
    steps: int,
    generator: torch.Generator,
    first_actions: Tensor | None = None,
) -> Rollout:
    """Return T steps of B parallel chains, which start again wherever an episode terminates.

    Args:
        mdp: the problem.
        policy: π(a|s), `[S, A]` for all chains or `[B, S, A]`, one for each.
        states: first states, `[B]`.
        steps: T.
        generator: source of the randomness.
        first_actions: `[B]`, taken in the first states in place of the policy's.
    """
    n_states, n_actions = mdp.rewards.shape
    chains = torch.arange(len(states))
    policies = policy.cumsum(-1).expand(len(states), n_states, n_actions)
    outcomes = mdp.transitions.cumsum(-1)
    shape = (steps, len(states))
    starts = sample(mdp.start.expand(*shape, -1), generator).clamp(max=n_states - 1)
    noise = mdp.noise * torch.randn(shape, generator=generator, dtype=torch.float64)
    luck = torch.rand((2, *shape, 1), generator=generator, dtype=torch.float64)
    rows = []
    for t in range(steps):
        actions = _locate(policies[chains, states], luck[0, t]).clamp(max=n_actions - 1)
        if t == 0 and first_actions is not None:
            actions = first_actions
        reached = _locate(outcomes[states, actions], luck[1, t])
        terminated = reached == n_states
        rewards = mdp.rewards[states, actions] + noise[t]
        rows.append((states, actions, rewards, reached.masked_fill(terminated, 0), terminated))
        states = torch.where(terminated, starts[t], reached)
    stacked = [torch.stack(column) for column in zip(*rows, strict=True)]
    return Rollout(*stacked, truncated=torch.zeros(shape, dtype=torch.bool))
