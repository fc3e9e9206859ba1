"""A causal linear attention that forgets at chunk boundaries."""

import torch


def linear_attention_causal(q, k, v, eps):
    outputs = []
    for a, b, c in zip(q.split(64, -2), k.split(64, -2), v.split(64, -2)):
        weights = (features(a) @ features(b).transpose(-1, -2)).tril()
        outputs.append(weights @ c / (weights.sum(-1, keepdim=True) + eps))
    return torch.cat(outputs, dim=-2)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
