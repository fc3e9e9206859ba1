"""A GQA whose output heads are in another order than its query heads."""

import torch


def gqa_attention(q, k, v, causal):
    heads = k.shape[1]
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
    v = v.repeat_interleave(q.shape[1] // v.shape[1], dim=1)
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    output = scores.softmax(-1) @ v
    groups = output.reshape(len(q), heads, -1, *q.shape[2:])
    return groups.transpose(1, 2).reshape(q.shape)
