"""A linear attention with 1 added twice to the features."""

import torch.nn.functional as F


def features(x):
    return F.elu(x) + 2


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = phi_k.mT @ v
    normaliser = phi_k.sum(-2).unsqueeze(-1)
    return phi_q @ memory / (phi_q @ normaliser + eps)
