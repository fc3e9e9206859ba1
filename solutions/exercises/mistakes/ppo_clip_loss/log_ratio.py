"""A PPO loss with the log-ratio in place of the ratio."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = log_probs_new - log_probs_old
    clipped = ratio.clamp(1 - eps, 1 + eps)
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
