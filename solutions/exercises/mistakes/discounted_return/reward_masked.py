"""A discounted return that drops the reward of the terminated step."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        ahead = (rewards[t] + gamma * ahead) * ~terminated[t]
        returns[t] = ahead
    return returns
