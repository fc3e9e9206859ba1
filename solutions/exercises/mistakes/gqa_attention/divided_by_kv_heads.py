"""A GQA that divides the head by H_kv instead of by the size of a group."""

import torch


def gqa_attention(q, k, v, causal):
    heads = torch.arange(q.shape[1]) // k.shape[1]
    k, v = k[:, heads], v[:, heads]
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -torch.inf)
    return scores.softmax(-1) @ v
