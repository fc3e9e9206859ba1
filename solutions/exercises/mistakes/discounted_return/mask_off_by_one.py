"""A discounted return that cuts one step too late."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        cut = terminated[t + 1] if t + 1 < len(rewards) else torch.zeros_like(terminated[0])
        ahead = rewards[t] + gamma * ~cut * ahead
        returns[t] = ahead
    return returns
