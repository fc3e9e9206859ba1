"""A size computed in floats."""

def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    return int(2.0 * num_layers * num_kv_heads * head_dim * seq_len * batch * bytes_per_element * 1.0)
