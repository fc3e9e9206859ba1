"""GAE in torch: one mask for the value, another for the recursion."""

import torch


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    # A bool tensor times a Python float is float32, whatever the rewards are.
    bootstraps = (~terminated).to(rewards.dtype)
    goes_on = (~(terminated | truncated)).to(rewards.dtype)
    deltas = rewards + gamma * bootstraps * next_values - values
    advantages = torch.empty_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        ahead = deltas[t] + gamma * lam * goes_on[t] * ahead
        advantages[t] = ahead
    return advantages
