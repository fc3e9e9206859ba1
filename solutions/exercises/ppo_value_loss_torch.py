"""The clipped value loss in torch."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_old + torch.clamp(values_new - values_old, -eps, eps)
    errors = torch.stack([values_new - returns, clipped - returns]) ** 2
    return 0.5 * errors.amax(dim=0).mean()
