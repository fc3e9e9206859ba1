"""Causal linear attention in torch, chunk by chunk: the matrix inside, the state between."""

import torch
from torch.nn.functional import elu, pad


def linear_attention_causal(q, k, v, eps, chunk=64):
    ones = pad(v, (0, 1), value=1.0)  # the normaliser is the sum for a value of 1
    state = torch.zeros(*q.shape[:-2], q.shape[-1], ones.shape[-1], dtype=q.dtype)
    outputs = []
    for a, b, c in zip(q.split(chunk, -2), k.split(chunk, -2), ones.split(chunk, -2)):
        phi_q, phi_k = elu(a) + 1, elu(b) + 1
        sums = (phi_q @ phi_k.transpose(-1, -2)).tril() @ c + phi_q @ state
        state = state + phi_k.transpose(-1, -2) @ c
        outputs.append(sums[..., :-1] / (sums[..., -1:] + eps))
    return torch.cat(outputs, dim=-2)
