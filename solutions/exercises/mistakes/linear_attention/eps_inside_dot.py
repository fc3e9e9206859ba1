"""A linear attention with eps inside the dot product."""

import torch


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    top = phi_q @ (phi_k.transpose(-1, -2) @ v)
    bottom = phi_q @ phi_k.sum(-2).unsqueeze(-1)
    return top / (bottom + eps * phi_q.sum(-1, keepdim=True))


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
