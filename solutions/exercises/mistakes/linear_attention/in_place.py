"""A linear attention that overwrites its inputs."""

import torch.nn.functional as F


def linear_attention(q, k, v, eps):
    phi_q, phi_k = F.elu_(q).add_(1), F.elu_(k).add_(1)
    memory = phi_k.mT @ v
    normaliser = phi_k.sum(-2).unsqueeze(-1)
    return phi_q @ memory / (phi_q @ normaliser + eps)
