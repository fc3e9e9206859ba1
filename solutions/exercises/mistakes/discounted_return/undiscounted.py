"""A undiscounted sum of rewards."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + ~terminated[t] * ahead
        returns[t] = ahead
    return returns
