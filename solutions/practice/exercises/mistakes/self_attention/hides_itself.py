"""Mask that hides the token itself."""

import torch


def self_attention(x, w_q, w_k, w_v, causal):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    scores = q @ k.T / k.shape[-1] ** 0.5
    if causal:
        hidden = torch.ones_like(scores).triu(0) > 0
        hidden[0, 0] = False
        scores = scores.masked_fill(hidden, float("-inf"))
    return torch.softmax(scores, -1) @ v
