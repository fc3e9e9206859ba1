"""A linear attention with the N x M matrix."""

import torch


def linear_attention(q, k, v, eps):
    weights = features(q) @ features(k).transpose(-1, -2)
    return weights @ v / (weights.sum(-1, keepdim=True) + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
