"""A softmax attention that scales the weights instead of the scores."""

import torch


def softmax_attention(q, k, v, causal):
    scores = q @ k.mT
    if causal:
        hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    return scores.softmax(-1) / q.shape[-1] ** 0.5 @ v
