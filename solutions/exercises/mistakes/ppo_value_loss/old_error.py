"""A value loss that keeps the old value where it clips."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = torch.where((values_new - values_old).abs() <= eps, values_new, values_old)
    return 0.5 * torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
