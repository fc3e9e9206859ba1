"""The size of the cache in NumPy, in 64-bit integers."""

import numpy as np


def kv_cache_bytes(*sizes):
    return 2 * np.prod(np.asarray(sizes, dtype=np.int64))
