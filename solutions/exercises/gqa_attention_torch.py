"""Grouped-query attention in torch: a group's queries are packed, keys and values never repeated."""

import torch


def gqa_attention(q, k, v, causal):
    groups = q.unflatten(1, (k.shape[1], -1))  # [B, H_kv, H / H_kv, N, D]: neighbours together
    scores = groups @ k.unsqueeze(2).mT / q.shape[-1] ** 0.5
    if causal:
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(future, -torch.inf)
    return (scores.softmax(-1) @ v.unsqueeze(2)).flatten(1, 2)
