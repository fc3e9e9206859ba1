"""A GQA whose mask takes the packed queries for one sequence."""

import torch


def gqa_attention(q, k, v, causal):
    packed = q.reshape(len(q), k.shape[1], -1, q.shape[-1])
    scores = packed @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    return (scores.softmax(-1) @ v).reshape(q.shape)
