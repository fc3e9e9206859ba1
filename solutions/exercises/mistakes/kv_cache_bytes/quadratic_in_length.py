"""A cache that grows with the square of the length."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    return 2 * num_layers * num_kv_heads * head_dim * seq_len**2 * batch * bytes_per_element
