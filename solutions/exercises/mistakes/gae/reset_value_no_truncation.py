"""A GAE that knows terminations only and bootstraps from the next row."""

import torch


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    after = torch.cat([values[1:], next_values[-1:]])
    advantages = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * after[t] * ~terminated[t] - values[t]
        ahead = delta + gamma * lam * ~terminated[t] * ahead
        advantages[t] = ahead
    return advantages
