"""A linear attention without its normaliser."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = phi_k.mT @ v
    return phi_q @ memory
