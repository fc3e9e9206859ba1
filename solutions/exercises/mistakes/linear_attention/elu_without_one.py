"""A linear attention with elu(x) and no + 1."""

import torch.nn.functional as F


def features(x):
    return F.elu(x)


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = phi_k.mT @ v
    normaliser = phi_k.sum(-2).unsqueeze(-1)
    return phi_q @ memory / (phi_q @ normaliser + eps)
