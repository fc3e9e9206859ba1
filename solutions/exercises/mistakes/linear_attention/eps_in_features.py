"""A linear attention with eps added to the features."""

import torch


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q) + eps, features(k) + eps
    top = phi_q @ (phi_k.transpose(-1, -2) @ v)
    bottom = phi_q @ phi_k.sum(-2).unsqueeze(-1)
    return top / bottom


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
