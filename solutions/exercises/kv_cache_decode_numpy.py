"""One decoding step in NumPy, head by head."""

import numpy as np


def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    q = np.asarray(q)
    keys = np.concatenate([np.asarray(k_cache), np.asarray(k_new)], axis=2)
    values = np.concatenate([np.asarray(v_cache), np.asarray(v_new)], axis=2)
    group = q.shape[1] // keys.shape[1]
    output = np.empty_like(q)
    for h in range(q.shape[1]):
        key, value = keys[:, h // group], values[:, h // group]
        scores = np.einsum("bd,bld->bl", q[:, h, 0], key) / q.shape[-1] ** 0.5
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        output[:, h, 0] = np.einsum("bl,bld->bd", weights, value)
    return output, keys, values
