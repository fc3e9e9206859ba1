"""A linear attention that computes elu(x) + 1 in float32."""

import torch.nn.functional as F


def features(x):
    return F.elu(x.float()) + 1


def linear_attention(q, k, v, eps):
    phi_q, phi_k = features(q).to(v.dtype), features(k).to(v.dtype)
    memory = phi_k.mT @ v
    normaliser = phi_k.sum(-2).unsqueeze(-1)
    return phi_q @ memory / (phi_q @ normaliser + eps)
