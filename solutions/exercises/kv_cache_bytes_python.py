"""The size of a key/value cache in plain Python, whose ints are exact."""


def kv_cache_bytes(num_layers, num_kv_heads, head_dim, seq_len, batch, bytes_per_element):
    numbers = 2 * num_layers * num_kv_heads * head_dim * seq_len * batch  # 2: keys and values
    return numbers * bytes_per_element
