"""A GAE in reversed order."""

import torch


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    advantages = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * next_values[t] * ~terminated[t] - values[t]
        ahead = delta + gamma * lam * ~(terminated[t] | truncated[t]) * ahead
        advantages[t] = ahead
    return advantages.flip(0)
