"""A softmax attention normalised over all queries and keys together."""

import torch


def softmax_attention(q, k, v, causal):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    weights = (scores - scores.amax((-2, -1), keepdim=True)).exp()
    return weights / weights.sum((-2, -1), keepdim=True) @ v
