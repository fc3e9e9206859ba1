"""A PPO loss with the range -eps ... eps."""

import torch


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    ratio = (log_probs_new - log_probs_old).exp()
    clipped = ratio.clamp(-eps, eps)
    return -torch.minimum(ratio * advantages, clipped * advantages).mean()
