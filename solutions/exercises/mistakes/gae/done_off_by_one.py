"""A GAE with flags of the next row."""

import torch


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    shifted = torch.cat([terminated[1:], torch.zeros_like(terminated[:1])])
    cut = torch.cat([truncated[1:], torch.zeros_like(truncated[:1])])
    advantages = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * next_values[t] * ~shifted[t] - values[t]
        ahead = delta + gamma * lam * ~(shifted[t] | cut[t]) * ahead
        advantages[t] = ahead
    return advantages
