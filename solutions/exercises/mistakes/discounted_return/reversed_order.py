"""A discounted return in reversed order."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + gamma * ~terminated[t] * ahead
        returns[t] = ahead
    return returns.flip(0)
