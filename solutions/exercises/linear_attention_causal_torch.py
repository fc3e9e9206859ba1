"""Causal linear attention in torch, by chunks: a small matrix inside, the state between them."""

import torch

CHUNK = 64


def features(x):
    # elu(x) + 1 without the cancellation of adding 1 to what is nearly -1.
    return torch.where(x >= 0, x + 1, x.clamp(max=0).exp())


def linear_attention_causal(q, k, v, eps):
    values = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)  # the last column normalises
    state = q.new_zeros(*q.shape[:-2], q.shape[-1], values.shape[-1])
    outputs = []
    for start in range(0, q.shape[-2], CHUNK):
        chunk = slice(start, start + CHUNK)
        phi_q, phi_k, rows = features(q[..., chunk, :]), features(k[..., chunk, :]), values[..., chunk, :]
        outputs.append((phi_q @ phi_k.mT).tril() @ rows + phi_q @ state)
        state = state + phi_k.mT @ rows
    sums = torch.cat(outputs, dim=-2)
    return sums[..., :-1] / (sums[..., -1:] + eps)
