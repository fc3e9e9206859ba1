"""A causal softmax attention."""

import torch


def linear_attention_causal(q, k, v, eps):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    hidden = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
    return scores.masked_fill(hidden, -torch.inf).softmax(-1) @ v
