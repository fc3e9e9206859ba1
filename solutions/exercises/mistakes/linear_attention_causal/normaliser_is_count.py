"""A causal linear attention that divides by the number of keys."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = (phi_k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(-3)
    return (phi_q.unsqueeze(-2) @ memory).squeeze(-2) / (torch.arange(1, k.shape[-2] + 1, dtype=q.dtype).unsqueeze(-1) + eps)
