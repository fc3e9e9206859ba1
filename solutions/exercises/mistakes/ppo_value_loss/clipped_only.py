"""A value loss with the clipped error alone."""

import torch


def ppo_value_loss(values_new, values_old, returns, eps):
    clipped = values_old + (values_new - values_old).clamp(-eps, eps)
    return 0.5 * ((clipped - returns) ** 2).mean()
