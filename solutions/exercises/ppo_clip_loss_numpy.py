"""The clipped surrogate in NumPy."""

import numpy as np


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    new, old, adv = np.asarray(log_probs_new), np.asarray(log_probs_old), np.asarray(advantages)
    ratio = np.exp(new - old)
    return -np.minimum(ratio * adv, np.clip(ratio, 1 - eps, 1 + eps) * adv).mean()
