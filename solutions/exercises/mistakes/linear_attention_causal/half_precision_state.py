"""A causal linear attention whose sums are kept in bfloat16."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    phi_q, phi_k = features(q), features(k)
    memory = torch.zeros(*k.shape[:-2], k.shape[-1], v.shape[-1], dtype=torch.bfloat16)
    normaliser = torch.zeros(*k.shape[:-2], k.shape[-1], dtype=torch.bfloat16)
    outputs = []
    for i in range(q.shape[-2]):
        memory = (memory + phi_k[..., i, :, None] * v[..., i, None, :]).bfloat16()
        normaliser = (normaliser + phi_k[..., i, :]).bfloat16()
        query = phi_q[..., i, :]
        sums = (query[..., None, :] @ memory.to(q.dtype)).squeeze(-2)
        outputs.append(sums / ((query * normaliser.to(q.dtype)).sum(-1, keepdim=True) + eps))
    return torch.stack(outputs, dim=-2)
