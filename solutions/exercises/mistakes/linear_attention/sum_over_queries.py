"""A linear attention normalised over the queries."""

import torch


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    top = phi_q @ (phi_k.transpose(-1, -2) @ v)
    bottom = phi_k.sum(-2, keepdim=True) @ phi_q.transpose(-1, -2).mean(-1, keepdim=True)
    return top / (bottom + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
