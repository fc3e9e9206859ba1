"""A cache counted in bits."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    return 8 * 2 * num_layers * num_kv_heads * head_dim * seq_len * batch * bytes_per_element
