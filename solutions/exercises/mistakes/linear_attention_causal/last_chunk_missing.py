"""A causal linear attention that leaves out a last chunk that is shorter."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = (phi_k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(-3)
    normaliser = phi_k.cumsum(-2)
    output = (phi_q.unsqueeze(-2) @ memory).squeeze(-2) / ((phi_q * normaliser).sum(-1, keepdim=True) + eps)
    if output.shape[-2] > 64:
        output[..., output.shape[-2] // 64 * 64 :, :] = 0.0
    return output
