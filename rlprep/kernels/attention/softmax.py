"""Softmax attention: the whole matrix of scores, and one query in a single pass."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from rlprep.kernels.attention.inputs import check_attention, resolve_scale, wide
from rlprep.kernels.validation import (
    KernelInputError,
    check_counts,
    check_dtype_of,
    check_finite,
    check_floats,
    check_shape,
)


def softmax_attention(
    query: Float[Tensor, "*B T D"],
    key: Float[Tensor, "*B S D"],
    value: Float[Tensor, "*B S E"],
    *,
    attn_mask: Tensor | None = None,
    is_causal: bool = False,
    scale: float | None = None,
) -> Float[Tensor, "*B T E"]:
    """Return softmax(Q Kᵀ · scale + mask) V, the softmax over keys.

    A query that may see no key gets 0, not NaN. float16 and bfloat16 are computed in float32.

    Args:
        query: Q.
        key: K.
        value: V.
        attn_mask: what broadcasts to [*B, T, S]: bools, True where a query may see a key, or floats
            in the dtype of the query, which are added to the scores (−inf hides a key).
        is_causal: query i sees the keys j ≤ i + S − T: the last query sees all, as in decoding with
            a cache. torch's is_causal aligns the first ones instead (j ≤ i), which is the same only
            if T = S. Together with attn_mask, both hold.
        scale: factor of the scores, 1/sqrt(D) by default.

    Raises:
        KernelInputError: other shapes or dtypes, or non-finite input.

    Source: Vaswani et al. 2017, Attention Is All You Need, arXiv 1706.03762, eq. 1.
    Tested against: the sums on Python floats, torch's own attention, and vectors of torch.
    """
    kernel = "softmax_attention"
    check_attention(kernel, query, key, value)
    allowed, bias = resolve_mask(kernel, query, key, attn_mask, is_causal)
    check_finite(kernel, query=query, key=key, value=value)
    return attend(query, key, value, allowed, bias, resolve_scale(kernel, query, scale))


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    allowed: Tensor | None,
    bias: Tensor | None,
    scale: float,
) -> Tensor:
    """Return softmax_attention of checked inputs, in the dtype of the query."""
    dtype = wide(query.dtype)
    scores = (query.to(dtype) * scale) @ key.to(dtype).mT
    if bias is not None:
        scores = scores + bias.to(dtype)
    if allowed is None:
        return (scores.softmax(-1) @ value.to(dtype)).to(query.dtype)
    # A row without a key is 0/0. Its NaN ends here, forwards and backwards: masked_fill hands on
    # neither a value nor a gradient, where a product with zero would hand on both.
    blind = ~allowed.any(-1, keepdim=True)
    weights = scores.masked_fill(~allowed, -torch.inf).softmax(-1).masked_fill(blind, 0.0)
    return (weights @ value.to(dtype)).to(query.dtype)


def resolve_mask(
    kernel: str, query: Tensor, key: Tensor, attn_mask: Tensor | None, is_causal: bool
) -> tuple[Bool[Tensor, "*B T S"] | None, Float[Tensor, "*B T S"] | None]:
    """Return which keys each query may see (None: all) and what is added to the scores."""
    shape = (*query.shape[:-1], key.shape[-2])
    allowed = bias = None
    if attn_mask is not None:
        is_flags = isinstance(attn_mask, Tensor) and attn_mask.dtype == torch.bool
        if not is_flags:
            check_dtype_of(kernel, "attn_mask", attn_mask, "query", query)
        mask = _expanded(kernel, attn_mask, shape)
        if is_flags:
            allowed = mask
        else:
            allowed = mask != -torch.inf
            bias = torch.where(allowed, mask, 0.0)
            check_finite(kernel, attn_mask=bias)
    if is_causal:
        causal = causal_mask(shape[-2], shape[-1], query.device).expand(shape)
        allowed = causal if allowed is None else allowed & causal
    return allowed, bias


def causal_mask(
    num_queries: int, num_keys: int, device: torch.device | None = None
) -> Bool[Tensor, "T S"]:
    """Return True where query i may see key j: j ≤ i + S − T, aligned at the last of both."""
    everything = torch.ones(num_queries, num_keys, dtype=torch.bool, device=device)
    return everything.tril(num_keys - num_queries)


def online_softmax(
    scores: Float[Tensor, " N"], values: Float[Tensor, "N E"], *, block: int
) -> Float[Tensor, " E"]:
    """Return softmax(scores) V in one pass over blocks of keys.

    For each block: m' = max(m, max s),  ℓ ← ℓ e^{m − m'} + Σ e^{s − m'},
    o ← o e^{m − m'} + Σ e^{s − m'} v;  in the end o / ℓ.
    Only a running maximum m, a running sum ℓ and an unnormalised output o are kept.

    Args:
        scores: of one query, with the scale in them.
        values: one row per key.
        block: keys per step, 1 or more; the last block may be shorter.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, no keys, or non-finite input.

    Source: Milakov and Gimelshein 2018, Online normalizer calculation for softmax, arXiv
        1805.02867, algorithm 3; with values: Dao et al. 2022, FlashAttention, arXiv 2205.14135.
    Tested against: the softmax in two passes in float64, for every block size.
    """
    kernel = "online_softmax"
    check_floats(kernel, scores=scores)
    check_dtype_of(kernel, "values", values, "scores", scores)
    check_counts(kernel, least=1, block=block)
    if scores.ndim != 1 or len(scores) == 0 or values.ndim != 2:
        raise KernelInputError(
            "expected scores of shape [N] and values of shape [N, E] with N at least 1, "
            f"got {tuple(scores.shape)} and {tuple(values.shape)}",
            where=kernel,
            hint="one query at a time",
        )
    check_shape(kernel, "values", values, (len(scores), values.shape[1]), "rows like scores")
    check_finite(kernel, values=values)
    dtype = wide(scores.dtype)
    highest = torch.tensor(-torch.inf, dtype=dtype, device=scores.device)
    total = torch.zeros((), dtype=dtype, device=scores.device)
    output = torch.zeros(values.shape[1], dtype=dtype, device=scores.device)
    for part, rows in zip(scores.split(block), values.split(block), strict=True):
        # The result doesn't depend on the maximum, so neither does the gradient.
        raised = torch.maximum(highest, part.detach().max().to(dtype))
        shrink = (highest - raised).exp()
        weights = (part.to(dtype) - raised).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ rows.to(dtype)
        highest = raised
    return (output / total).to(scores.dtype)


def _expanded(kernel: str, mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    try:
        return mask.expand(shape)
    except RuntimeError:
        raise KernelInputError(
            f"expected attn_mask to broadcast to [*B, T, S] = {shape}, got {tuple(mask.shape)}",
            where=kernel,
            hint="a mask over keys, [B, S], needs axes for heads and queries: mask[:, None, None]",
        ) from None
