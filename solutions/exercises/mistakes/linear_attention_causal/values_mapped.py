"""A causal linear attention whose values go through the feature map too."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = (phi_k.unsqueeze(-1) * features(v).unsqueeze(-2)).cumsum(-3)
    normaliser = phi_k.cumsum(-2)
    return (phi_q.unsqueeze(-2) @ memory).squeeze(-2) / ((phi_q * normaliser).sum(-1, keepdim=True) + eps)
