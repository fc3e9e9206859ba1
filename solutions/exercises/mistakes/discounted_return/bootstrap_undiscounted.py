"""A discounted return that adds the bootstrap value without its discount."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = torch.zeros_like(rewards[0])
    for t in reversed(range(len(rewards))):
        last = bootstrap * ~terminated[t] if t == len(rewards) - 1 else 0.0
        ahead = rewards[t] + last + gamma * ~terminated[t] * ahead
        returns[t] = ahead
    return returns
