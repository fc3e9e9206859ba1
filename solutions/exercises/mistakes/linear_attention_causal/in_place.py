"""A causal linear attention that overwrites its inputs."""

import torch.nn.functional as F


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = F.elu_(q).add_(1), F.elu_(k).add_(1)
    memory = (phi_k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(-3)
    normaliser = phi_k.cumsum(-2)
    return (phi_q.unsqueeze(-2) @ memory).squeeze(-2) / ((phi_q * normaliser).sum(-1, keepdim=True) + eps)
