"""Grouped-query attention: several query heads read one key/value head."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rlprep.kernels.attention.inputs import resolve_scale
from rlprep.kernels.attention.softmax import attend, resolve_mask
from rlprep.kernels.validation import (
    KernelInputError,
    check_dtype_of,
    check_finite,
    check_head_groups,
    check_shape,
)


def kv_head_map(num_heads: int, num_kv_heads: int) -> Int[Tensor, " H"]:
    """Return which key/value head each query head reads: h // (H / H_kv), from 0.

    Neighbours share a head (repeat_interleave). The tiled map h mod H_kv has the same shapes and is
    wrong for every checkpoint trained with this one.

    Args:
        num_heads: H, query heads.
        num_kv_heads: H_kv, key/value heads; H_kv = H is multi-head, 1 multi-query attention.

    Raises:
        KernelInputError: H is no multiple of H_kv.

    Source: Ainslie et al. 2023, GQA, arXiv 2305.13245, section 2.2.
    Tested against: a list with each key/value head written H / H_kv times.
    """
    check_head_groups("kv_head_map", num_heads, num_kv_heads)
    return torch.arange(num_heads) // (num_heads // num_kv_heads)


def grouped_query_attention(
    query: Float[Tensor, "B H T D"],
    key: Float[Tensor, "B G S D"],
    value: Float[Tensor, "B G S E"],
    *,
    attn_mask: Tensor | None = None,
    is_causal: bool = False,
    scale: float | None = None,
) -> Float[Tensor, "B H T E"]:
    """Return softmax attention in which query head h reads key/value head h // (H / G).

    The H / G query heads of a group are packed as further rows of one head, so that keys and values
    are never repeated in memory.

    Args:
        query: Q with H heads.
        key: K with G heads, H a multiple of G.
        value: V with G heads.
        attn_mask: what broadcasts to [B, H, T, S]; see softmax_attention.
        is_causal: query i sees the keys j ≤ i + S − T; see softmax_attention.
        scale: factor of the scores, 1/sqrt(D) by default.

    Raises:
        KernelInputError: other shapes or dtypes, H no multiple of G, or non-finite input.

    Source: Ainslie et al. 2023, GQA, arXiv 2305.13245; G = 1: Shazeer 2019, Fast Transformer
        Decoding, arXiv 1911.02150.
    Tested against: softmax_attention on repeated keys and values, and torch's enable_gqa.
    """
    kernel = "grouped_query_attention"
    packed = check_grouped(kernel, query=query, key=key, value=value)
    allowed, bias = resolve_mask(kernel, query, key, attn_mask, is_causal)
    check_finite(kernel, query=query, key=key, value=value)
    rows = packed.shape[:3]
    if allowed is not None:
        allowed = allowed.reshape(*rows, key.shape[2])
    if bias is not None:
        bias = bias.reshape(*rows, key.shape[2])
    output = attend(packed, key, value, allowed, bias, resolve_scale(kernel, query, scale))
    return output.reshape(*query.shape[:3], value.shape[3])


def check_grouped(kernel: str, **tensors: Tensor) -> Float[Tensor, "B G rows D"]:
    """Return the query packed as [B, G, H / G · T, D] after checking how the shapes fit.

    The tensors are query, keys and values, in this order, under the names that messages give them.
    """
    for name, tensor in tensors.items():
        check_dtype_of(kernel, name, tensor, "query", tensors["query"])
        if tensor.ndim != 4 or 0 in tensor.shape:
            raise KernelInputError(
                f"expected {name} of shape [B, heads, N, D] without an empty axis, "
                f"got {tuple(tensor.shape)}",
                where=kernel,
                hint="heads are the second axis",
            )
    (_, query), (key_name, key), (value_name, value) = tensors.items()
    batch, num_heads, length, width = query.shape
    num_kv_heads = key.shape[1]
    check_head_groups(kernel, num_heads, num_kv_heads)
    expected = (batch, num_kv_heads, key.shape[2], width)
    check_shape(kernel, key_name, key, expected, "batch and width of query, [B, G, S, D]")
    expected = (*expected[:3], value.shape[3])
    check_shape(kernel, value_name, value, expected, f"batch, heads and length of {key_name}")
    return query.reshape(batch, num_kv_heads, num_heads // num_kv_heads * length, width)


def pool_kv_heads(
    weight: Float[Tensor, "H_D *rest"], *, num_heads: int, num_kv_heads: int
) -> Float[Tensor, "G_D *rest"]:
    """Return a key or value projection with the heads of each group averaged.

    How a multi-head checkpoint becomes a grouped one before it is trained further. Mean-pooling is
    linear: the pooled projection of x is the mean of the projections of x.

    Args:
        weight: rows of K's or V's projection, head by head: [H · D, model width], or a bias
            [H · D].
        num_heads: H, heads in the checkpoint.
        num_kv_heads: H_kv, heads wanted.

    Raises:
        KernelInputError: rows that aren't a multiple of H, H no multiple of H_kv, or non-finite
            weights.

    Source: Ainslie et al. 2023, GQA, arXiv 2305.13245, section 2.1.
    Tested against: slices averaged one by one; heads that are equal within groups give the same
        attention before and after.
    """
    kernel = "pool_kv_heads"
    check_head_groups(kernel, num_heads, num_kv_heads)
    check_dtype_of(kernel, "weight", weight, "weight", weight)
    if weight.ndim == 0 or weight.shape[0] == 0 or weight.shape[0] % num_heads:
        raise KernelInputError(
            f"expected the first axis of weight to be a multiple of H = {num_heads}, "
            f"got {tuple(weight.shape)}",
            where=kernel,
            hint="rows are outputs, head by head, as in torch.nn.Linear",
        )
    check_finite(kernel, weight=weight)
    width = weight.shape[0] // num_heads
    heads = weight.reshape(num_kv_heads, num_heads // num_kv_heads, width, *weight.shape[1:])
    return heads.mean(dim=1).reshape(num_kv_heads * width, *weight.shape[1:])
