"""A discounted return that overwrites its rewards."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        rewards[t] += gamma * ~terminated[t] * ahead
        ahead = rewards[t]
    return rewards
