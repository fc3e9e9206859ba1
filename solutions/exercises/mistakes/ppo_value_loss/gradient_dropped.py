"""A value loss without a gradient."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    values_new = values_new.detach()
    clipped = values_old + (values_new - values_old).clamp(-eps, eps)
    return 0.5 * torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
