"""A value loss without the factor one half."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_old + (values_new - values_old).clamp(-eps, eps)
    return torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
