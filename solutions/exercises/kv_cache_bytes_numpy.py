"""The size of a key/value cache in NumPy, with Python's ints as elements: int64 would wrap around."""

import numpy as np


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    shape = (num_layers, 2, batch, num_kv_heads, seq_len, head_dim)
    return int(np.prod(shape, dtype=object)) * bytes_per_element
