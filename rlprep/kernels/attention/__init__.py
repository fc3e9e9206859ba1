"""Attention kernels: softmax, linear and grouped-query attention, and the KV cache.

Tensors are `[*B, N, D]` (grouped-query: `[B, H, N, D]`) with the argument names of torch's
scaled_dot_product_attention.
"""
