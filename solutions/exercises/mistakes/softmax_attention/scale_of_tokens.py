"""A attention scaled with the number of keys."""

import torch


def softmax_attention(q, k, v, causal):
    scale = k.shape[-2] ** 0.5
    scores = q @ k.transpose(-1, -2) / scale
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), float('-inf'))
    weights = scores.softmax(-1)
    return weights @ v
