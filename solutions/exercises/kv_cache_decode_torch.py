"""One decoding step in torch: query heads packed by group, caches never repeated."""

import torch


def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    keys = torch.cat([k_cache, k_new], dim=2)
    values = torch.cat([v_cache, v_new], dim=2)
    batch, heads, _, width = q.shape
    kv_heads = keys.shape[1]
    packed = q.reshape(batch, kv_heads, heads // kv_heads, width)
    weights = (packed @ keys.transpose(-1, -2) / width**0.5).softmax(dim=-1)
    return (weights @ values).reshape(batch, heads, 1, width), keys, values
