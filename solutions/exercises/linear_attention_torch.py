"""Linear attention in torch: phi(K)^T V first."""

import torch
from torch.nn.functional import elu


def linear_attention(q, k, v, eps):
    phi_q, phi_k = elu(q) + 1, elu(k) + 1
    memory = phi_k.transpose(-1, -2) @ v
    normaliser = phi_k.sum(dim=-2).unsqueeze(-1)
    return phi_q @ memory / (phi_q @ normaliser + eps)
