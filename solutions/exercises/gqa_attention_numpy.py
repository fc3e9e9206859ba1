"""Grouped-query attention in NumPy: keys and values are repeated, head by head."""

import numpy as np


def gqa_attention(q, k, v, causal):
    q, k, v = np.asarray(q), np.asarray(k), np.asarray(v)
    size = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, size, axis=1), np.repeat(v, size, axis=1)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if causal:
        past = np.tri(*scores.shape[-2:], dtype=bool)
        scores = np.where(past, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights @ v / weights.sum(axis=-1, keepdims=True)
