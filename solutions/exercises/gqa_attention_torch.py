"""Grouped-query attention in torch: the heads of a group are further rows of one product."""

import torch


def gqa_attention(q, k, v, causal):
    batch, heads, tokens, width = q.shape
    kv_heads = k.shape[1]
    packed = q.reshape(batch, kv_heads, heads // kv_heads, tokens, width)
    scores = packed @ k.unsqueeze(2).transpose(-1, -2) / width**0.5
    if causal:
        later = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    return (scores.softmax(dim=-1) @ v.unsqueeze(2)).reshape(q.shape)
