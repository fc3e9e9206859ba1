"""A value loss that clips the ratio of the values."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_old * (values_new / values_old).clamp(1 - eps, 1 + eps)
    return 0.5 * torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
