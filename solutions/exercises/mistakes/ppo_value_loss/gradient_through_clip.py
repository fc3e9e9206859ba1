"""A value loss whose gradient passes the clip."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_new + (values_old + (values_new - values_old).clamp(-eps, eps) - values_new).detach()
    return 0.5 * torch.maximum((values_new - returns) ** 2, (clipped - returns) ** 2).mean()
