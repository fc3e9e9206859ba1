"""A linear attention that sees the future."""

import torch


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = (phi_k.unsqueeze(-1) * v.unsqueeze(-2)).sum(-3, keepdim=True).expand(*phi_k.shape, v.shape[-1])
    normaliser = phi_k.sum(-2, keepdim=True).expand_as(phi_k)
    top = torch.einsum('...nd,...nde->...ne', phi_q, memory)
    bottom = (phi_q * normaliser).sum(-1, keepdim=True)
    return top / (bottom + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
