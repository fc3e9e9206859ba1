"""A cache that holds queries, keys and values."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    return 3 * num_layers * num_kv_heads * head_dim * seq_len * batch * bytes_per_element
