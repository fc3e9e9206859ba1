"""Scores of later tokens set to 0."""

import torch


def self_attention(x, w_q, w_k, w_v, causal):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    scores = q @ k.T / k.shape[-1] ** 0.5
    return torch.softmax(scores.tril() if causal else scores, -1) @ v
