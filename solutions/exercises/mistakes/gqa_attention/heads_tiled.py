"""A GQA with tiled key/value heads (h mod H_kv)."""

import torch


def gqa_attention(q, k, v, causal):
    k = k.repeat(1, q.shape[1] // k.shape[1], 1, 1)
    v = v.repeat(1, q.shape[1] // v.shape[1], 1, 1)
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    return scores.softmax(-1) @ v
