"""A value loss that clips V itself to -eps ... eps."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_new.clamp(-eps, eps)
    return 0.5 * torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
