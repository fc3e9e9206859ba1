"""A linear attention with exponential features."""

import torch


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    top = phi_q @ (phi_k.transpose(-1, -2) @ v)
    bottom = phi_q @ phi_k.sum(-2).unsqueeze(-1)
    return top / (bottom + eps)


def features(x):
    return x.exp()
