"""A value loss that takes the maximum of two means."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_old + (values_new - values_old).clamp(-eps, eps)
    return 0.5 * torch.maximum(((values_new - returns) ** 2).mean(), ((clipped - returns) ** 2).mean())
