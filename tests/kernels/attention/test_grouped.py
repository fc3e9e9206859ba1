"""Grouped-query attention against softmax attention on repeated heads, and torch's enable_gqa."""

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck
from torch.nn.functional import scaled_dot_product_attention

from rlprep.kernels.attention.grouped import grouped_query_attention, kv_head_map, pool_kv_heads
from rlprep.kernels.attention.softmax import softmax_attention
from tests.kernels.closeness import close

FLOAT = torch.float64
HEADS = pytest.mark.parametrize(("heads", "groups"), [(1, 1), (4, 1), (4, 2), (6, 3), (4, 4)])


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


def qkv(heads: int, groups: int, t: int = 3, s: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    return (
        normal(2, heads, t, 4, seed=1),
        normal(2, groups, s, 4, seed=2),
        normal(2, groups, s, 3, seed=3),
    )


@HEADS
def test_the_head_map_names_neighbours(heads: int, groups: int):
    expected = [g for g in range(groups) for _ in range(heads // groups)]
    assert kv_head_map(heads, groups).tolist() == expected


@HEADS
@pytest.mark.parametrize("causal", [False, True])
def test_each_query_head_reads_its_own_head(heads: int, groups: int, causal: bool):
    query, key, value = qkv(heads, groups)
    ours = grouped_query_attention(query, key, value, is_causal=causal)
    for h in range(heads):
        g = h // (heads // groups)
        alone = softmax_attention(query[:, h], key[:, g], value[:, g], is_causal=causal)
        close(ours[:, h], alone)


@HEADS
def test_torch_agrees(heads: int, groups: int):
    query, key, value = qkv(heads, groups, t=5)
    theirs = scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
    close(grouped_query_attention(query, key, value, is_causal=True), theirs)


@pytest.mark.parametrize(
    "shape", [(3, 5), (2, 1, 1, 5), (1, 6, 3, 5), (2, 6, 3, 5)], ids=lambda s: f"mask{s}"
)
def test_masks_of_any_broadcast_shape(shape: tuple[int, ...]):
    query, key, value = qkv(6, 2)
    repeated = key.repeat_interleave(3, 1), value.repeat_interleave(3, 1)
    mask = torch.rand(shape, generator=torch.Generator().manual_seed(0)) < 0.5
    bias = normal(*shape, seed=9)
    for attn_mask in (mask, bias):
        ours = grouped_query_attention(query, key, value, attn_mask=attn_mask, scale=0.7)
        close(ours, softmax_attention(query, *repeated, attn_mask=attn_mask, scale=0.7))


def test_trap_tiled_kv_heads():
    """h mod H_kv has the right shapes and reads the wrong heads where 1 < H_kv < H."""
    query, key, value = qkv(4, 2)
    ours = grouped_query_attention(query, key, value)
    tiled = softmax_attention(query, key.repeat(1, 2, 1, 1), value.repeat(1, 2, 1, 1))
    assert (ours - tiled)[:, 1].abs().max() > 0.1
    neighbours = softmax_attention(
        query, key.repeat_interleave(2, 1), value.repeat_interleave(2, 1)
    )
    close(ours, neighbours)


def test_gradients():
    leaves = tuple(x.clone().requires_grad_() for x in qkv(4, 2))
    assert gradcheck(lambda q, k, v: grouped_query_attention(q, k, v, is_causal=True), leaves)
    weight = normal(8, 3).requires_grad_()
    assert gradcheck(lambda w: pool_kv_heads(w, num_heads=4, num_kv_heads=2), (weight,))


@HEADS
def test_pooling_averages_the_heads_of_a_group(heads: int, groups: int):
    weight = normal(heads * 4, 5)
    ours = pool_kv_heads(weight, num_heads=heads, num_kv_heads=groups)
    share = heads // groups
    for g in range(groups):
        slices = [weight[h * 4 : (h + 1) * 4] for h in range(g * share, (g + 1) * share)]
        close(ours[g * 4 : (g + 1) * 4], torch.stack(slices).mean(0))
    bias = pool_kv_heads(weight[:, 0], num_heads=heads, num_kv_heads=groups)
    close(bias, ours[:, 0])


def test_pooling_equal_heads_changes_nothing():
    """A checkpoint whose heads are equal within groups attends the same before and after."""
    x = normal(2, 5, 6)
    grouped = normal(2 * 4, 6, seed=1)
    repeated = grouped.reshape(2, 4, 6).repeat_interleave(3, 0).reshape(6 * 4, 6)
    close(pool_kv_heads(repeated, num_heads=6, num_kv_heads=2), grouped)
    query = normal(2, 6, 5, 4, seed=2)
    multi = (x @ repeated.T).reshape(2, 5, 6, 4).transpose(1, 2)
    pooled = pool_kv_heads(repeated, num_heads=6, num_kv_heads=2)
    few = (x @ pooled.T).reshape(2, 5, 2, 4).transpose(1, 2)
    close(grouped_query_attention(query, few, few), softmax_attention(query, multi, multi))
