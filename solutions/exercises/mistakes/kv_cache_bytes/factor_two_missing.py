"""A cache that holds keys or values, not both."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    return num_layers * num_kv_heads * head_dim * seq_len * batch * bytes_per_element
