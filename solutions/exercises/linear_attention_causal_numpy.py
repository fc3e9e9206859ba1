"""Causal linear attention in NumPy, by cumulative sums: short, at N x D x E numbers of memory."""

import numpy as np


def features(x):
    return np.where(x >= 0, x + 1, np.exp(np.minimum(x, 0)))


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k, v = features(np.asarray(q)), features(np.asarray(k)), np.asarray(v)
    memory = np.cumsum(phi_k[..., :, None] * v[..., None, :], axis=-3)
    normaliser = np.cumsum(phi_k, axis=-2)
    sums = np.einsum("...nd,...nde->...ne", phi_q, memory)
    return sums / ((phi_q * normaliser).sum(axis=-1, keepdims=True) + eps)
