"""A causal linear attention that counts each chunk twice."""

import torch


def features(x):
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    memory, normaliser, outputs = 0.0, 0.0, []
    for a, b, rows in zip(q.split(64, -2), k.split(64, -2), v.split(64, -2)):
        phi_q, phi_k = features(a), features(b)
        memory = memory + phi_k.mT @ rows
        normaliser = normaliser + phi_k.sum(-2).unsqueeze(-1)
        weights = (phi_q @ phi_k.mT).tril()
        total = weights.sum(-1, keepdim=True) + phi_q @ normaliser
        outputs.append((weights @ rows + phi_q @ memory) / (total + eps))
    return torch.cat(outputs, dim=-2)
