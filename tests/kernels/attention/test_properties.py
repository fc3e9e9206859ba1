"""Laws of the attention kernels on random inputs."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from rlprep.kernels.attention.grouped import grouped_query_attention
from rlprep.kernels.attention.kv_cache import packed_decode
from rlprep.kernels.attention.linear import (
    linear_attention,
    linear_attention_chunked,
    linear_attention_recurrent,
)
from rlprep.kernels.attention.softmax import online_softmax, softmax_attention
from tests.kernels.closeness import close, same

FLOAT = torch.float64
LAW = settings(max_examples=30, deadline=None, derandomize=True)
SEEDS = st.integers(0, 10_000)
SIZES = st.integers(1, 9)


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


def qkv(n: int, seed: int, heads: int = 4, groups: int = 4) -> tuple[Tensor, Tensor, Tensor]:
    return (
        normal(2, heads, n, 3, seed=seed),
        normal(2, groups, n, 3, seed=seed + 1),
        normal(2, groups, n, 2, seed=seed + 2),
    )


@LAW
@given(n=SIZES, seed=SEEDS)
def test_the_order_of_batch_and_heads_is_kept(n: int, seed: int):
    tensors = qkv(n, seed)
    random = torch.Generator().manual_seed(seed)
    batch, heads = torch.randperm(2, generator=random), torch.randperm(4, generator=random)
    query, key, value = (x[batch][:, heads] for x in tensors)
    for kernel in (
        lambda q, k, v: softmax_attention(q, k, v, is_causal=True),
        linear_attention,
        lambda q, k, v: linear_attention_chunked(q, k, v, chunk=4)[0],
    ):
        close(kernel(query, key, value), kernel(*tensors)[batch][:, heads])
    shuffled = grouped_query_attention(query[:, :, -1:], key, value)
    close(shuffled, packed_decode(query[:, :, -1:], key, value))


@LAW
@given(n=SIZES, seed=SEEDS)
def test_the_order_of_keys_has_no_meaning_without_a_mask(n: int, seed: int):
    query, key, value = qkv(n, seed)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    moved = key[:, :, order], value[:, :, order]
    close(softmax_attention(query, *moved), softmax_attention(query, key, value))
    close(linear_attention(query, *moved), linear_attention(query, key, value))


@LAW
@given(n=st.integers(2, 9), seed=SEEDS, cut=st.integers(1, 8), loud=st.floats(-1e3, 1e3))
def test_a_causal_prefix_does_not_see_the_future(n: int, seed: int, cut: int, loud: float):
    cut = 1 + cut % (n - 1)
    query, key, value = qkv(n, seed)
    changed = [x.clone() for x in (query, key, value)]
    for x in changed:
        x[:, :, cut:] = loud
    for kernel in (
        lambda q, k, v: softmax_attention(q, k, v, is_causal=True),
        lambda q, k, v: grouped_query_attention(q, k[:, :2], v[:, :2], is_causal=True),
        lambda q, k, v: linear_attention_chunked(q, k, v, chunk=3)[0],
        lambda q, k, v: linear_attention_recurrent(q, k, v)[0],
    ):
        prefix = kernel(query[:, :, :cut], key[:, :, :cut], value[:, :, :cut])
        close(kernel(query, key, value)[:, :, :cut], prefix)
        close(kernel(changed[0], changed[1], changed[2])[:, :, :cut], prefix)


@LAW
@given(n=st.integers(1, 40), seed=SEEDS, chunk=st.integers(1, 50))
def test_the_size_of_a_chunk_or_a_block_does_not_matter(n: int, seed: int, chunk: int):
    query, key, value = qkv(n, seed)
    wanted, _ = linear_attention_recurrent(query, key, value, eps=1e-6)
    ours, _ = linear_attention_chunked(query, key, value, eps=1e-6, chunk=chunk)
    close(ours, wanted)
    scores = 100 * normal(n, seed=seed)
    close(
        online_softmax(scores, value[0, 0], block=chunk),
        scores.softmax(0) @ value[0, 0],
    )


@LAW
@given(n=SIZES, seed=SEEDS, heads=st.sampled_from([1, 2, 6]), causal=st.booleans())
def test_as_many_groups_as_heads_is_multi_head(n: int, seed: int, heads: int, causal: bool):
    query, key, value = qkv(n, seed, heads, heads)
    multi_head = softmax_attention(query, key, value, is_causal=causal)
    close(grouped_query_attention(query, key, value, is_causal=causal), multi_head)


@LAW
@given(n=SIZES, seed=SEEDS, heads=st.sampled_from([1, 2, 6]), causal=st.booleans())
def test_one_group_is_multi_query(n: int, seed: int, heads: int, causal: bool):
    query, key, value = qkv(n, seed, heads, 1)
    shared = key.expand(2, heads, n, 3), value.expand(2, heads, n, 2)
    multi_query = softmax_attention(query, *shared, is_causal=causal)
    close(grouped_query_attention(query, key, value, is_causal=causal), multi_query)


@LAW
@given(n=SIZES, seed=SEEDS, shift=st.sampled_from([-1e4, 1e4]))
def test_a_shift_of_all_scores_changes_nothing(n: int, seed: int, shift: float):
    """A key gets one more feature, seen by every query alike, that adds 1e4 to each score."""
    query, key, value = qkv(n, seed)
    ones = torch.ones_like(query[..., :1])
    moved = softmax_attention(
        torch.cat([query, ones], -1), torch.cat([key, shift * ones], -1), value, scale=1.0
    )
    close(moved, softmax_attention(query, key, value, scale=1.0), rtol=1e-9, atol=1e-10)
    scores = normal(n, seed=seed)
    close(
        online_softmax(scores + shift, value[0, 0], block=2),
        online_softmax(scores, value[0, 0], block=n),
        rtol=1e-9,
        atol=1e-10,
    )


@LAW
@given(n=SIZES, seed=SEEDS, garbage=st.floats(-1e30, 1e30))
def test_hidden_keys_are_arbitrary_and_get_no_gradient(n: int, seed: int, garbage: float):
    query, key, value = qkv(n, seed)
    filler = torch.full_like(key, garbage), torch.full_like(value, garbage)
    key_leaf = torch.cat([key, filler[0]], 2).requires_grad_()
    value_leaf = torch.cat([value, filler[1]], 2).requires_grad_()
    seen = torch.arange(2 * n) < n
    ours = softmax_attention(query, key_leaf, value_leaf, attn_mask=seen[None])
    close(ours, softmax_attention(query, key, value))
    for slope in torch.autograd.grad((ours**2).sum(), (key_leaf, value_leaf)):
        assert not slope[:, :, n:].any()


@LAW
@given(n=SIZES, seed=SEEDS, factor=st.floats(-10, 10))
def test_attention_is_linear_in_values(n: int, seed: int, factor: float):
    query, key, value = qkv(n, seed)
    other = normal(2, 4, n, 2, seed=seed + 9)
    for kernel in (
        lambda v: softmax_attention(query, key, v, is_causal=True),
        lambda v: linear_attention_chunked(query, key, v)[0],
    ):
        close(kernel(value + factor * other), kernel(value) + factor * kernel(other), atol=1e-11)
    same(kernel(torch.zeros_like(value)), torch.zeros_like(value))
