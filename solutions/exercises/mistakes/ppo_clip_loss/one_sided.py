"""A PPO loss that clips from above only."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = ratio.clamp(max=1 + eps)
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
