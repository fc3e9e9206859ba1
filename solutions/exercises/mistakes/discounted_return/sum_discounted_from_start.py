"""A discounted return that discounts from the start of the rollout."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap * gamma ** len(rewards)
    for t in reversed(range(len(rewards))):
        ahead = gamma**t * rewards[t] + ~terminated[t] * ahead
        returns[t] = ahead
    return returns
