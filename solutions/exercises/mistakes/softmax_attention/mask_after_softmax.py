"""A softmax attention that masks the weights after the softmax."""

import torch


def softmax_attention(q, k, v, causal):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
        return scores.softmax(-1).masked_fill(hidden, 0.0) @ v
    return scores.softmax(-1) @ v
