"""A discounted return that adds the bootstrap value after a terminated last step."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        mask = 1.0 if t == len(rewards) - 1 else ~terminated[t]
        ahead = rewards[t] + gamma * mask * ahead
        returns[t] = ahead
    return returns
