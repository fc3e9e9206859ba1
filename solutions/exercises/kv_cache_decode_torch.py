"""One decoding step in torch: a group's query heads are the rows of one product with the cache."""

import torch


def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    keys = torch.cat([k_cache, k_new], dim=2)
    values = torch.cat([v_cache, v_new], dim=2)
    packed = q.reshape(len(q), keys.shape[1], -1, q.shape[-1])  # [B, H_kv, H / H_kv, D]
    weights = (packed @ keys.mT / q.shape[-1] ** 0.5).softmax(-1)
    return (weights @ values).reshape(q.shape), keys, values
