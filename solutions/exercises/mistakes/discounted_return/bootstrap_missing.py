"""A discounted return without the bootstrap value."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + gamma * ~terminated[t] * ahead
        returns[t] = ahead
    return returns
