"""Grouped-query attention in NumPy: keys and values repeated for each head of a group."""

import numpy as np


def gqa_attention(q, k, v, causal):
    q, k, v = np.asarray(q), np.asarray(k), np.asarray(v)
    group = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
    scores = np.einsum("bhnd,bhmd->bhnm", q, k) / np.sqrt(q.shape[-1]).astype(q.dtype)
    if causal:
        scores = np.where(np.tri(q.shape[2], dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.einsum("bhnm,bhmd->bhnd", weights / weights.sum(axis=-1, keepdims=True), v)
