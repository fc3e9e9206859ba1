"""Linear attention in NumPy: the normaliser is the same sum for a value of ones."""

import numpy as np


def features(x):
    return np.where(x >= 0, x + 1, np.exp(np.minimum(x, 0)))


def linear_attention(q, k, v, eps):
    phi_q, phi_k, v = features(np.asarray(q)), features(np.asarray(k)), np.asarray(v)
    values = np.concatenate([v, np.ones_like(v[..., :1])], axis=-1)
    sums = phi_q @ (np.swapaxes(phi_k, -1, -2) @ values)
    return sums[..., :-1] / (sums[..., -1:] + eps)
