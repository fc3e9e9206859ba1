"""A decoding step whose values are tiled and whose keys are not."""

import torch


def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    keys = torch.cat([k_cache, k_new], dim=2)
    values = torch.cat([v_cache, v_new], dim=2)
    k = keys.repeat_interleave(q.shape[1] // keys.shape[1], dim=1)
    v = values.repeat(1, q.shape[1] // values.shape[1], 1, 1)
    scores = q @ k.mT / q.shape[-1] ** 0.5
    output = scores.softmax(-1) @ v
    return output, keys, values
