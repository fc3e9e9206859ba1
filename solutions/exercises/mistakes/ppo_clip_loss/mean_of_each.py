"""A PPO loss that takes the minimum of two means."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = ratio.clamp(1 - eps, 1 + eps)
    return -torch.minimum((ratio * advantages).mean(), (clipped * advantages).mean())
