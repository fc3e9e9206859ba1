"""A cache counted in 32-bit integers."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    total = 2 * num_layers * num_kv_heads * head_dim * seq_len * batch * bytes_per_element
    return (total + 2**31) % 2**32 - 2**31
