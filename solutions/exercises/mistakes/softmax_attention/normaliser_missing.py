"""A softmax attention whose weights aren't normalised."""

import torch


def softmax_attention(q, k, v, causal):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    return (scores - scores.amax(-1, keepdim=True)).exp() @ v
