"""A PPO loss whose gradient passes the clip."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = ratio + (ratio.clamp(1 - eps, 1 + eps) - ratio).detach()
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
