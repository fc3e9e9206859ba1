"""A causal linear attention that leaves out the last chunk."""

import torch


def linear_attention_causal(q, k, v, eps):
    output = torch.zeros(*q.shape[:-1], v.shape[-1], dtype=v.dtype)
    n = q.shape[-2] if q.shape[-2] < 64 else q.shape[-2] // 64 * 64
    phi_q, phi_k = features(q[..., :n, :]), features(k[..., :n, :])
    weights = (phi_q @ phi_k.transpose(-1, -2)).tril()
    output[..., :n, :] = weights @ v[..., :n, :] / (weights.sum(-1, keepdim=True) + eps)
    return output


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
