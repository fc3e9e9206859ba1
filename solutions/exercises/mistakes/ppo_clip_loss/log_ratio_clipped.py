"""A PPO loss that clips the logarithm of the ratio."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = (log_probs_new - log_probs_old).clamp(-eps, eps).exp()
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
