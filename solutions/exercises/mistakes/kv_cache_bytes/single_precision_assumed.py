"""A cache in which every number takes four bytes."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    return 2 * num_layers * num_kv_heads * head_dim * seq_len * batch * 4
