"""Softmax attention against sums on Python floats and torch's own."""

import math

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck
from torch.nn.attention.bias import causal_lower_right
from torch.nn.functional import scaled_dot_product_attention

from rlprep.kernels.attention.softmax import causal_mask, online_softmax, softmax_attention
from tests.kernels.closeness import close

FLOAT = torch.float64


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


def qkv(t: int, s: int, d: int = 3, e: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    return normal(2, t, d, seed=1), normal(2, s, d, seed=2), normal(2, s, e, seed=3)


def plain_attention(
    query: Tensor, key: Tensor, value: Tensor, allowed: Tensor, scale: float
) -> Tensor:
    """Return attention with one loop per axis, in Python floats."""
    output = torch.zeros(*query.shape[:-1], value.shape[-1], dtype=FLOAT)
    for b, t in torch.cartesian_prod(*(torch.arange(n) for n in query.shape[:-1])).tolist():
        seen = [s for s in range(key.shape[-2]) if allowed[b, t, s]]
        scores = [
            scale
            * math.fsum(float(x) * float(y) for x, y in zip(query[b, t], key[b, s], strict=True))
            for s in seen
        ]
        weights = [math.exp(score - max(scores)) for score in scores]
        for e in range(value.shape[-1]):
            total = math.fsum(w * float(value[b, s, e]) for w, s in zip(weights, seen, strict=True))
            output[b, t, e] = total / math.fsum(weights) if seen else 0.0
    return output


def everything(t: int, s: int) -> Tensor:
    return torch.ones(2, t, s, dtype=torch.bool)


@pytest.mark.parametrize(("t", "s"), [(1, 1), (3, 5), (5, 3), (4, 4), (1, 6)])
def test_attention_is_its_sums(t: int, s: int):
    query, key, value = qkv(t, s)
    close(
        softmax_attention(query, key, value),
        plain_attention(query, key, value, everything(t, s), 3**-0.5),
    )
    allowed = torch.rand(2, t, s, generator=torch.Generator().manual_seed(0)) < 0.6
    allowed[0, 0] = False
    close(
        softmax_attention(query, key, value, attn_mask=allowed, scale=0.3),
        plain_attention(query, key, value, allowed, 0.3),
    )


@pytest.mark.parametrize(("t", "s"), [(1, 1), (1, 6), (3, 5), (4, 4), (5, 3)])
def test_causal_is_aligned_at_the_last_query(t: int, s: int):
    query, key, value = qkv(t, s)
    allowed = torch.tensor([[j - (s - 1) <= i - (t - 1) for j in range(s)] for i in range(t)])
    assert torch.equal(causal_mask(t, s), allowed)
    ours = softmax_attention(query, key, value, is_causal=True)
    close(ours, plain_attention(query, key, value, allowed.expand(2, t, s), 3**-0.5))


def test_a_mask_and_causality_both_hold():
    query, key, value = qkv(4, 6)
    mask = torch.rand(2, 4, 6, generator=torch.Generator().manual_seed(0)) < 0.6
    both = mask & causal_mask(4, 6)
    assert not torch.equal(both, mask)
    ours = softmax_attention(query, key, value, attn_mask=mask, is_causal=True)
    close(ours, plain_attention(query, key, value, both, 3**-0.5))


def test_trap_torch_is_causal_is_aligned_at_the_first_query():
    """One query on a cache of six: torch's flag shows it the first key alone."""
    query, key, value = qkv(1, 6)
    theirs = scaled_dot_product_attention(query, key, value, is_causal=True)
    close(theirs, value[:, :1])
    ours = softmax_attention(query, key, value, is_causal=True)
    close(ours, softmax_attention(query, key, value))
    assert (ours - theirs).abs().max() > 0.1


@pytest.mark.parametrize(("t", "s"), [(4, 4), (3, 7), (1, 5)])
def test_torch_agrees(t: int, s: int):
    query, key, value = normal(2, 3, t, 8), normal(2, 3, s, 8, seed=1), normal(2, 3, s, 5, seed=2)
    close(softmax_attention(query, key, value), scaled_dot_product_attention(query, key, value))
    theirs = scaled_dot_product_attention(query, key, value, attn_mask=causal_lower_right(t, s))  # pyright: ignore[reportArgumentType]
    close(softmax_attention(query, key, value, is_causal=True), theirs)
    mask = torch.rand(2, 1, t, s, generator=torch.Generator().manual_seed(0)) < 0.7
    theirs = scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.5)
    close(softmax_attention(query, key, value, attn_mask=mask, scale=0.5), theirs)
    bias = normal(t, s, seed=5)
    theirs = scaled_dot_product_attention(query, key, value, attn_mask=bias)
    close(softmax_attention(query, key, value, attn_mask=bias), theirs)


def test_minus_infinity_in_a_float_mask_hides_a_key():
    query, key, value = qkv(3, 4)
    allowed = torch.tensor([[True, False, True, True], [False] * 4, [True] * 4])
    hidden = torch.zeros(3, 4, dtype=FLOAT).masked_fill(~allowed, -math.inf)
    by_float = softmax_attention(query, key, value, attn_mask=hidden)
    close(by_float, softmax_attention(query, key, value, attn_mask=allowed))
    assert not by_float[:, 1].any()


def test_a_fully_masked_row_is_zero_and_its_gradient_too():
    leaves = [x.clone().requires_grad_() for x in qkv(2, 3)]
    mask = torch.tensor([[False] * 3, [True, True, False]])
    output = softmax_attention(*leaves, attn_mask=mask)  # pyright: ignore[reportArgumentType]
    assert not output[:, 0].any()
    output.sum().backward()
    for leaf in leaves:
        assert leaf.grad is not None
        assert leaf.grad.isfinite().all()
    query, key, value = leaves
    assert query.grad is not None
    assert not query.grad[:, 0].any()
    assert value.grad is not None
    assert not value.grad[:, 2].any()
    del key


def test_half_precision_is_computed_in_float32():
    query, key, value = (x.to(torch.bfloat16) for x in qkv(64, 64, d=32, e=16))
    ours = softmax_attention(query, key, value)
    exact = softmax_attention(query.double(), key.double(), value.double())
    assert ours.dtype == torch.bfloat16
    close(ours, exact.to(torch.bfloat16), rtol=2**-8, atol=1e-4)


@pytest.mark.parametrize("causal", [False, True])
def test_gradients_of_attention(causal: bool):
    leaves = tuple(x.clone().requires_grad_() for x in qkv(3, 4))
    mask = torch.tensor([[True] * 4, [False] * 4, [True, False, True, True]])
    assert gradcheck(
        lambda q, k, v: softmax_attention(q, k, v, attn_mask=mask, is_causal=causal), leaves
    )


@pytest.mark.parametrize("block", [1, 2, 5, 7, 8, 100])
@pytest.mark.parametrize("spread", [1.0, 1e4])
def test_one_pass_is_two_passes(block: int, spread: float):
    scores, values = normal(7) * spread, normal(7, 3, seed=1)
    top = max(scores.tolist())
    weights = [math.exp(s - top) for s in scores.tolist()]
    expected = [
        math.fsum(w * v for w, v in zip(weights, column, strict=True)) / math.fsum(weights)
        for column in values.T.tolist()
    ]
    close(online_softmax(scores, values, block=block), torch.tensor(expected, dtype=FLOAT))


@pytest.mark.parametrize("order", ["rising", "falling"])
def test_the_maximum_may_come_first_or_last(order: str):
    scores = torch.tensor([-1e4, 0.0, 1e4], dtype=FLOAT)
    scores = scores if order == "rising" else scores.flip(0)
    values = torch.eye(3, dtype=FLOAT)
    ours = online_softmax(scores, values, block=1)
    assert ours.tolist() == ([0.0, 0.0, 1.0] if order == "rising" else [1.0, 0.0, 0.0])


def test_gradients_of_the_one_pass():
    leaves = (normal(5).requires_grad_(), normal(5, 2, seed=1).requires_grad_())
    assert gradcheck(lambda s, v: online_softmax(s, v, block=2), leaves)
