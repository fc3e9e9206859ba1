"""Self-attention in NumPy."""

import numpy as np


def self_attention(x, w_q, w_k, w_v, causal):
    x = np.asarray(x)
    q, k, v = x @ np.asarray(w_q), x @ np.asarray(w_k), x @ np.asarray(w_v)
    scores = q @ k.T / np.sqrt(k.shape[-1])
    if causal:
        scores = np.where(np.tril(np.ones_like(scores)) > 0, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ v
