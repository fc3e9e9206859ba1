"""Group-relative advantages in NumPy."""

import numpy as np


def grpo_advantages(rewards, eps):
    r = np.asarray(rewards)
    return (r - r.mean(-1, keepdims=True)) / (r.std(-1, keepdims=True) + eps)
