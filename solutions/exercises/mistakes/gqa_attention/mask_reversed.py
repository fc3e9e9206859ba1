"""A grouped attention that sees the future only."""

import torch


def gqa_attention(q, k, v, causal):
    H, G = q.shape[1], k.shape[1]
    heads = torch.arange(H) // (H // G)
    k, v = k[:, heads], v[:, heads]
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).tril(-1), float('-inf'))
    weights = scores.softmax(-1)
    return weights @ v
