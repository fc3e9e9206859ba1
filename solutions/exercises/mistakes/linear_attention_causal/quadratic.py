"""A causal linear attention with the N x N matrix."""

import torch


def linear_attention_causal(q, k, v, eps):
    weights = (features(q) @ features(k).transpose(-1, -2)).tril()
    return weights @ v / (weights.sum(-1, keepdim=True) + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
