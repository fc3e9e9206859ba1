"""A linear attention whose keys have no features."""

import torch


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), k
    top = phi_q @ (phi_k.transpose(-1, -2) @ v)
    bottom = phi_q @ phi_k.sum(-2).unsqueeze(-1)
    return top / (bottom + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
