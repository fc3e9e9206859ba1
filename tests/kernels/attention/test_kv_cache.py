"""Decoding with a cache against the whole sequence at once, and what a cache weighs."""

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck
from torch.nn.functional import scaled_dot_product_attention

from rlprep.kernels.attention.grouped import grouped_query_attention
from rlprep.kernels.attention.kv_cache import (
    append_to_cache,
    decode_step,
    kv_cache_bytes,
    kv_cache_reduction,
    packed_decode,
)
from rlprep.kernels.validation import KernelInputError
from tests.kernels.closeness import close, same

FLOAT = torch.float64


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


@pytest.mark.parametrize(("heads", "groups"), [(4, 1), (4, 2), (4, 4)])
def test_decoding_token_by_token_is_causal_attention_at_once(heads: int, groups: int):
    query = normal(2, heads, 6, 4, seed=1)
    key, value = normal(2, groups, 6, 4, seed=2), normal(2, groups, 6, 3, seed=3)
    whole = grouped_query_attention(query, key, value, is_causal=True)
    keys, values = key[:, :, :0], value[:, :, :0]
    for t in range(6):
        now = slice(t, t + 1)
        output, keys, values = decode_step(
            query[:, :, now], keys, values, key[:, :, now], value[:, :, now]
        )
        close(output, whole[:, :, now])
    same(keys, key)
    same(values, value)


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_torch_agrees_on_a_decoded_token(groups: int):
    query = normal(3, 8, 1, 16, seed=1)
    key, value = normal(3, groups, 33, 16, seed=2), normal(3, groups, 33, 8, seed=3)
    theirs = scaled_dot_product_attention(query, key, value, enable_gqa=True, scale=0.2)
    close(packed_decode(query, key, value, scale=0.2), theirs)


def test_several_new_tokens_go_behind_the_old_ones():
    key, value = normal(1, 2, 7, 3), normal(1, 2, 7, 4, seed=1)
    keys, values = append_to_cache(key[:, :, :4], value[:, :, :4], key[:, :, 4:], value[:, :, 4:])
    same(keys, key)
    same(values, value)


def test_the_old_cache_is_not_changed():
    key, value, query = normal(1, 2, 4, 3), normal(1, 2, 4, 3, seed=1), normal(1, 2, 1, 3, seed=2)
    before = key.clone(), value.clone()
    decode_step(query, key, value, key[:, :, :1], value[:, :, :1])
    same(key, before[0])
    same(value, before[1])


def test_an_infinity_that_gets_no_weight_is_refused_all_the_same():
    """A key of −∞ has the weight 0 and leaves a finite output behind."""
    query, value = torch.ones(1, 1, 1, 2), torch.ones(1, 1, 3, 2)
    key = torch.ones(1, 1, 3, 2)
    key[0, 0, 1] = -torch.inf
    with pytest.raises(KernelInputError, match="query · k_cache to be finite"):
        packed_decode(query, key, value)


def test_gradients():
    leaves = tuple(
        x.requires_grad_()
        for x in (
            normal(1, 4, 1, 3, seed=1),
            normal(1, 2, 3, 3, seed=2),
            normal(1, 2, 3, 2, seed=3),
            normal(1, 2, 1, 3, seed=4),
            normal(1, 2, 1, 2, seed=5),
        )
    )
    assert gradcheck(decode_step, leaves)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_bytes_are_those_of_the_tensors(dtype: torch.dtype):
    layers = [[torch.empty(2, 4, 9, 16, dtype=dtype) for _ in ("keys", "values")] for _ in range(3)]
    weighed = sum(t.untyped_storage().nbytes() for layer in layers for t in layer)
    assert kv_cache_bytes(3, 4, 16, 9, 2, dtype.itemsize) == weighed


def test_a_known_model():
    """32 layers, 8 key/value heads of 128, 8192 tokens in 16 bits: one gibibyte."""
    assert kv_cache_bytes(32, 8, 128, 8192, 1, 2) == 2**30
    assert kv_cache_reduction(32, 8) == 4
    assert kv_cache_bytes(32, 32, 128, 8192, 1, 2) == 4 * kv_cache_bytes(32, 8, 128, 8192, 1, 2)
    assert kv_cache_bytes(32, 8, 128, 0, 1, 2) == 0
