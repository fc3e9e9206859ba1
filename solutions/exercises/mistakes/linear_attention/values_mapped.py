"""A linear attention whose values go through the feature map too."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = phi_k.mT @ features(v)
    normaliser = phi_k.sum(-2).unsqueeze(-1)
    return phi_q @ memory / (phi_q @ normaliser + eps)
