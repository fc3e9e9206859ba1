"""A causal linear attention that forgets at the end of each chunk."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    outputs = []
    for a, b, rows in zip(q.split(64, -2), k.split(64, -2), v.split(64, -2)):
        weights = (features(a) @ features(b).mT).tril()
        outputs.append(weights @ rows / (weights.sum(-1, keepdim=True) + eps))
    return torch.cat(outputs, dim=-2)
