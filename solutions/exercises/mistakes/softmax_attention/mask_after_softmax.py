"""A attention masked after the softmax."""

import torch


def softmax_attention(q, k, v, causal):
    weights = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1)
    if causal:
        weights = weights.tril()
    return weights @ v
