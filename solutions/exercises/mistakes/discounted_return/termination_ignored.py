"""A discounted return that goes on through terminations."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + gamma * ahead
        returns[t] = ahead
    return returns
