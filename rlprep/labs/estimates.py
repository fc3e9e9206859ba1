"""GAE on a small problem: estimates from samples, and what they are on average."""

import torch
from torch import Tensor

from rlprep.kernels.rl.gae import gae
from rlprep.labs.mdp import MDP, Rollout, action_values, state_values


def estimated_advantages(rollout: Rollout, critic: Tensor, *, gamma: float, lam: float) -> Tensor:
    """Return GAE's estimates `[T, B]` with a critic `[S]`, or `[B, S]` for one in each chain."""
    chains = torch.arange(rollout.states.shape[1])
    critics = critic.expand(len(chains), -1)
    estimates, _ = gae(
        rollout.rewards,
        critics[chains, rollout.states],
        critics[chains, rollout.next_states],
        rollout.terminated,
        rollout.truncated,
        gamma=gamma,
        lam=lam,
    )
    return estimates


def first_advantages(rollout: Rollout, critic: Tensor, *, gamma: float, lam: float) -> Tensor:
    """Return GAE's estimate for the first row of every chain, `[B]`."""
    return estimated_advantages(rollout, critic, gamma=gamma, lam=lam)[0]


def expected_gae(mdp: MDP, policy: Tensor, critic: Tensor, *, gamma: float, lam: float) -> Tensor:
    """Return E[Â | s, a] `[S, A]` for any critic, by linear algebra.

    E[Â | s, a] = δ(s, a) + γλ E[W(s')],  W = δᵖⁱ + γλ Pᵖⁱ W

    so that W is the value of a problem whose rewards are the residuals and whose discount is γλ.
    """
    residuals = action_values(mdp, critic, gamma) - critic.unsqueeze(-1)
    later = state_values(MDP(mdp.transitions, residuals, mdp.start), policy, gamma * lam)
    return residuals + gamma * lam * torch.einsum("sat,t->sa", mdp.transitions, later)
