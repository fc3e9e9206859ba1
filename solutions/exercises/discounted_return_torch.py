"""Returns-to-go in torch: one pass from the last step to the first."""

import torch


def discounted_return(rewards, terminated, gamma, bootstrap):
    goes_on = (~terminated).to(rewards.dtype)  # a bool times a Python float would be float32
    returns = torch.empty_like(rewards)
    ahead = bootstrap
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + gamma * goes_on[t] * ahead
        returns[t] = ahead
    return returns
