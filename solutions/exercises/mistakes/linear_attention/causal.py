"""A linear attention that is causal."""

import torch


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    weights = phi_q @ phi_k.transpose(-1, -2)
    weights = weights * torch.ones_like(weights).tril()
    return weights @ v / (weights.sum(-1, keepdim=True) + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
