"""A causal linear attention in quadratic time."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    weights = (features(q) @ features(k).mT).tril()
    return weights @ v / (weights.sum(-1, keepdim=True) + eps)
