"""A single return of the whole rollout."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + gamma * ~terminated[t] * ahead
        returns[t] = ahead
    return returns[:1].expand_as(returns).clone()
