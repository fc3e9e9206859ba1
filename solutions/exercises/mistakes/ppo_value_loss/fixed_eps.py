"""A value loss with eps fixed at 0.2."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_old + (values_new - values_old).clamp(-0.2, 0.2)
    return 0.5 * torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
