"""A GAE that calls the state after the rollout worthless."""

import torch


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    after = next_values.clone()
    after[-1] = 0.0
    advantages = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * after[t] * ~terminated[t] - values[t]
        ahead = delta + gamma * lam * ~(terminated[t] | truncated[t]) * ahead
        advantages[t] = ahead
    return advantages
