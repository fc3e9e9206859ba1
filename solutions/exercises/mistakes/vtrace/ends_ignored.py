"""A V-trace that takes the rollout for one episode."""

import torch


def vtrace(
    log_probs_target,
    log_probs_behaviour,
    rewards,
    values,
    next_values,
    terminated,
    truncated,
    gamma,
    rho_bar,
    c_bar,
):
    ratio = (log_probs_target - log_probs_behaviour).exp()
    rho = ratio.clamp(max=rho_bar)
    c = ratio.clamp(max=c_bar)
    targets = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        delta = rho[t] * (rewards[t] + gamma * next_values[t] - values[t])
        ahead = delta + gamma * c[t] * ahead
        targets[t] = values[t] + ahead
    return targets
