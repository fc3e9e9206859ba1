"""Attention that ignores the mask."""

import torch


def self_attention(x, w_q, w_k, w_v, causal):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    return torch.softmax(q @ k.T / k.shape[-1] ** 0.5, -1) @ v
