"""The size of the cache in plain integers."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    keys_and_values = 2
    elements = keys_and_values * num_layers * num_kv_heads * head_dim * seq_len * batch
    return elements * bytes_per_element
