"""A discounted sum of past rewards."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    returns = torch.zeros_like(rewards)
    ahead = torch.zeros_like(bootstrap)
    for t in range(len(rewards)):
        ahead = rewards[t] + gamma * ~terminated[t] * ahead
        returns[t] = ahead
    return returns
