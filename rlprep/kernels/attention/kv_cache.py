"""The key/value cache of a decoder: growing it, reading it, and what it weighs."""

import torch
from jaxtyping import Float
from torch import Tensor

from rlprep.kernels.attention.grouped import check_grouped
from rlprep.kernels.attention.inputs import resolve_scale, wide
from rlprep.kernels.validation import (
    KernelInputError,
    check_counts,
    check_dtype_of,
    check_finite,
    check_head_groups,
    check_shape,
)


def append_to_cache(
    k_cache: Float[Tensor, "B G S D"],
    v_cache: Float[Tensor, "B G S E"],
    k_new: Float[Tensor, "B G N D"],
    v_new: Float[Tensor, "B G N E"],
) -> tuple[Float[Tensor, "B G S_N D"], Float[Tensor, "B G S_N E"]]:
    """Return the caches with the new tokens behind the old ones.

    Args:
        k_cache: keys so far; S may be 0.
        v_cache: values so far.
        k_new: keys of N new tokens.
        v_new: their values.

    Raises:
        KernelInputError: other shapes or dtypes, or non-finite new tokens. The caches themselves
            are not read: they were checked when they were new.

    Source: Shazeer 2019, Fast Transformer Decoding, arXiv 1911.02150.
    Convention: a new tensor each time, for clarity; a decoder preallocates and writes in place.
    Tested against: causal attention over the whole sequence at once.
    """
    kernel = "append_to_cache"
    for name, cache, new in (("k", k_cache, k_new), ("v", v_cache, v_new)):
        check_dtype_of(kernel, f"{name}_cache", cache, "k_cache", k_cache)
        check_dtype_of(kernel, f"{name}_new", new, "k_cache", k_cache)
        if cache.ndim != 4 or new.ndim != 4:
            raise KernelInputError(
                f"expected {name}_cache and {name}_new of shape [B, G, tokens, width], "
                f"got {tuple(cache.shape)} and {tuple(new.shape)}",
                where=kernel,
                hint="one new token still has a token axis of length 1",
            )
        expected = (*cache.shape[:2], k_new.shape[2], cache.shape[3])
        check_shape(kernel, f"{name}_new", new, expected, f"batch, heads and width of {name}_cache")
    expected = (*k_cache.shape[:3], v_cache.shape[3])
    check_shape(kernel, "v_cache", v_cache, expected, "batch, heads and length of k_cache")
    check_finite(kernel, k_new=k_new, v_new=v_new)
    return torch.cat([k_cache, k_new], dim=2), torch.cat([v_cache, v_new], dim=2)


def packed_decode(
    query: Float[Tensor, "B H 1 D"],
    k_cache: Float[Tensor, "B G S D"],
    v_cache: Float[Tensor, "B G S E"],
    *,
    scale: float | None = None,
) -> Float[Tensor, "B H 1 E"]:
    """Return the attention of one new token over the whole cache.

    oₕ = softmax(qₕ · K_gᵀ · scale) V_g,  g = h // (H / G)
    The H / G query heads of a group are the rows of one matrix product, so that the cache, which
    is nearly all of the memory to read, is read once and never repeated.

    Args:
        query: of the newest token, whose own key and value are in the cache already.
        k_cache: keys, the newest included.
        v_cache: values.
        scale: factor of the scores, 1/sqrt(D) by default.

    Raises:
        KernelInputError: other shapes or dtypes, H no multiple of G, or non-finite input.

    Source: Shazeer 2019, Fast Transformer Decoding, arXiv 1911.02150; Ainslie et al. 2023, GQA.
    Convention: no mask, since the newest token may see all of the past. (torch's is_causal with
        one query would let it see the first key only.)
    Tested against: the last row of causal attention over the whole sequence, torch's enable_gqa.
    """
    kernel = "packed_decode"
    packed = check_grouped(kernel, query=query, k_cache=k_cache, v_cache=v_cache)
    if query.shape[2] != 1:
        raise KernelInputError(
            f"expected one query token, [B, H, 1, D], got {tuple(query.shape)}",
            where=kernel,
            hint="use grouped_query_attention with is_causal=True for several",
        )
    dtype = wide(query.dtype)
    scores = (packed.to(dtype) * resolve_scale(kernel, query, scale)) @ k_cache.to(dtype).mT
    output = scores.softmax(-1) @ v_cache.to(dtype)
    # Reading the cache a second time to check it would cost as much as the step itself. A NaN or an
    # infinity in a key makes its scores non-finite, one in a value its outputs, even at weight 0.
    check_finite(kernel, query=query, **{"query · k_cache": scores})
    check_finite(kernel, **{"attention over v_cache": output})
    return output.to(query.dtype).reshape(*query.shape[:3], v_cache.shape[3])


def decode_step(
    query: Float[Tensor, "B H 1 D"],
    k_cache: Float[Tensor, "B G S D"],
    v_cache: Float[Tensor, "B G S E"],
    k_new: Float[Tensor, "B G 1 D"],
    v_new: Float[Tensor, "B G 1 E"],
) -> tuple[Float[Tensor, "B H 1 E"], Float[Tensor, "B G S_1 D"], Float[Tensor, "B G S_1 E"]]:
    """Return the output of one decoding step and both caches, one token longer.

    The new token is appended first: it attends to itself too.

    Args:
        query: of the new token.
        k_cache: keys so far; S may be 0.
        v_cache: values so far.
        k_new: the new token's key.
        v_new: its value.

    Raises:
        KernelInputError: as append_to_cache and packed_decode.

    Source: Shazeer 2019, Fast Transformer Decoding, arXiv 1911.02150.
    Tested against: causal attention over the whole sequence at once.
    """
    keys, values = append_to_cache(k_cache, v_cache, k_new, v_new)
    return packed_decode(query, keys, values), keys, values


def kv_cache_bytes(
    num_layers: int,
    num_kv_heads: int,
    head_dim: int,
    seq_len: int,
    batch: int,
    bytes_per_element: int,
) -> int:
    """Return the size of a decoder's cache in bytes.

    2 · layers · H_kv · D · sequence · batch · bytes per element; the 2 is keys and values.

    Args:
        num_layers: layers that keep a cache.
        num_kv_heads: key/value heads; not the query heads.
        head_dim: D.
        seq_len: tokens kept per sequence.
        batch: sequences.
        bytes_per_element: 2 for float16 and bfloat16, 4 for float32.

    Raises:
        KernelInputError: arguments that are no ints, or negative.

    Source: Pope et al. 2022, Efficiently Scaling Transformer Inference, arXiv 2211.05102.
    Tested against: the storage of caches that were allocated.
    """
    sizes = {
        "num_layers": num_layers,
        "num_kv_heads": num_kv_heads,
        "head_dim": head_dim,
        "seq_len": seq_len,
        "batch": batch,
        "bytes_per_element": bytes_per_element,
    }
    check_counts("kv_cache_bytes", least=0, **sizes)
    return 2 * num_layers * num_kv_heads * head_dim * seq_len * batch * bytes_per_element


def kv_cache_reduction(num_heads: int, num_kv_heads: int) -> int:
    """Return how many times smaller a grouped cache is than the multi-head one: H / H_kv.

    Args:
        num_heads: H, query heads.
        num_kv_heads: H_kv, key/value heads.

    Raises:
        KernelInputError: H is no multiple of H_kv.

    Source: Ainslie et al. 2023, GQA, arXiv 2305.13245, section 2.2.
    Tested against: the quotient of kv_cache_bytes.
    """
    check_head_groups("kv_cache_reduction", num_heads, num_kv_heads)
    return num_heads // num_kv_heads
