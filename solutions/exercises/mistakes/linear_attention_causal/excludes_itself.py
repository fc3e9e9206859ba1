"""A causal linear attention whose tokens don't see themselves."""

import torch


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = torch.nn.functional.pad((phi_k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(-3), (0, 0, 0, 0, 1, 0))[..., :-1, :, :]
    normaliser = torch.nn.functional.pad(phi_k.cumsum(-2), (0, 0, 1, 0))[..., :-1, :]
    top = torch.einsum('...nd,...nde->...ne', phi_q, memory)
    bottom = (phi_q * normaliser).sum(-1, keepdim=True)
    return top / (bottom + eps)


def features(x):
    return torch.where(x > 0, x + 1, x.clamp(max=0).exp())
