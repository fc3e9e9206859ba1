"""A grouped attention that averages the key/value heads."""

import torch


def gqa_attention(q, k, v, causal):
    k, v = k.mean(1, keepdim=True), v.mean(1, keepdim=True)
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), float('-inf'))
    return scores.softmax(-1) @ v
