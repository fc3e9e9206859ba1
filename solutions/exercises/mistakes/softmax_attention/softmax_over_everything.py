"""A attention with one softmax over all scores."""

import torch


def softmax_attention(q, k, v, causal):
    scale = q.shape[-1] ** 0.5
    scores = q @ k.transpose(-1, -2) / scale
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), float('-inf'))
    weights = scores.flatten(-2).softmax(-1).view_as(scores)
    return weights @ v
