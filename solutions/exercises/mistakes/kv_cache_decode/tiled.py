"""A decoding step with tiled heads."""

import torch


def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    k, v = torch.cat([k_cache, k_new], 2), torch.cat([v_cache, v_new], 2)
    H, G = q.shape[1], k.shape[1]
    heads = torch.arange(H) % G
    keys, values = k[:, heads], v[:, heads]
    scores = q @ keys.transpose(-1, -2) / q.shape[-1] ** 0.5
    weights = scores.softmax(-1)
    output = weights @ values
    return output, k, v
