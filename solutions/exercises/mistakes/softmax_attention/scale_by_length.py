"""A softmax attention scaled by the number of keys."""

import torch


def softmax_attention(q, k, v, causal):
    scores = q @ k.mT / k.shape[-2] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    return scores.softmax(-1) @ v
