"""A PPO loss with normalised advantages."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = ratio.clamp(1 - eps, 1 + eps)
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
