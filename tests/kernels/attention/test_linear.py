"""Linear attention: its sums on Python floats, its three forms against each other, its state."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from rlprep.kernels.attention.linear import (
    LinearState,
    elu_features,
    linear_attention,
    linear_attention_chunked,
    linear_attention_parallel,
    linear_attention_recurrent,
)
from tests.kernels.closeness import close

FLOAT = torch.float64
FORMS = [linear_attention_parallel, linear_attention_recurrent, linear_attention_chunked]
EACH_FORM = pytest.mark.parametrize("form", FORMS, ids=["parallel", "recurrent", "chunked"])


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


def qkv(n: int, d: int = 3, e: int = 2, *, shift: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
    return normal(2, n, d, seed=1) + shift, normal(2, n, d, seed=2) + shift, normal(2, n, e, seed=3)


def phi(x: float) -> float:
    return x + 1 if x >= 0 else math.exp(x)


def plain_linear(query: Tensor, key: Tensor, value: Tensor, eps: float, *, causal: bool) -> Tensor:
    """Return the ratio of sums over keys, one loop per axis, in Python floats."""
    q, k, v = query.tolist(), key.tolist(), value.tolist()
    output = torch.zeros(*query.shape[:2], value.shape[-1], dtype=FLOAT)
    for b in range(len(q)):
        for i in range(len(q[b])):
            seen = range(i + 1 if causal else len(k[b]))
            weights = [
                math.fsum(phi(x) * phi(y) for x, y in zip(q[b][i], k[b][j], strict=True))
                for j in seen
            ]
            for e in range(value.shape[-1]):
                total = math.fsum(weights[j] * v[b][j][e] for j in seen)
                output[b, i, e] = total / (math.fsum(weights) + eps)
    return output


@pytest.mark.parametrize("shift", [0.0, -12.0, 5.0], ids=lambda s: f"inputs_near_{s:g}")
@pytest.mark.parametrize("eps", [0.0, 1e-6])
def test_the_full_form_is_its_sums(shift: float, eps: float):
    query, key, value = qkv(7, shift=shift)
    ours = linear_attention(query[:, :4], key, value, eps=eps)
    close(ours, plain_linear(query[:, :4], key, value, eps, causal=False), rtol=1e-11)


@EACH_FORM
@pytest.mark.parametrize("shift", [0.0, -12.0, 5.0], ids=lambda s: f"inputs_near_{s:g}")
@pytest.mark.parametrize("n", [1, 2, 67], ids=lambda n: f"N{n}")
def test_each_causal_form_is_its_sums(form: Callable[..., tuple], n: int, shift: float):
    for eps in (0.0, 1e-6):
        query, key, value = qkv(n, shift=shift)
        ours, _ = form(query, key, value, eps=eps)
        close(ours, plain_linear(query, key, value, eps, causal=True), rtol=1e-11)


@pytest.mark.parametrize("x", [-200.0, -17.0, -1.0, -1e-9, 0.0, 1e-9, 2.5, 1000.0])
def test_features_are_elu_plus_one(x: float):
    leaf = torch.tensor([x], dtype=FLOAT, requires_grad=True)
    ours = elu_features(leaf)
    assert ours.item() == pytest.approx(phi(x), rel=1e-15)
    (slope,) = torch.autograd.grad(ours, leaf)
    assert slope.item() == pytest.approx(1.0 if x >= 0 else math.exp(x), rel=1e-15)


def test_trap_elu_plus_one_cancels_in_float32():
    x = torch.tensor([-17.0])
    exact = math.exp(-17.0)
    plain = torch.nn.functional.elu(x) + 1
    assert abs(plain.item() / exact - 1) > 0.4
    assert elu_features(x).item() == pytest.approx(exact, rel=1e-6)


def test_trap_normaliser_missing():
    query, key, _ = qkv(9)
    constant = torch.full((2, 9, 1), 3.0, dtype=FLOAT)
    for form in FORMS:
        output, _ = form(query, key, constant)
        close(output, constant)  # an average of equal values
        unnormalised, _ = form(query, key, constant, normalize=False)
        assert (unnormalised - constant).abs().min() > 1e-3


def test_trap_eps_inside_the_dot_product():
    """eps is added once to q·z. Added to z it would count Σ φ(q) times."""
    query, key, value = qkv(6, d=8)
    ours, _ = linear_attention_chunked(query, key, value, eps=0.5)
    sums, _ = linear_attention_chunked(query, key, value, normalize=False)
    keys = elu_features(key).cumsum(-2)
    close(ours, sums / ((elu_features(query) * keys).sum(-1, keepdim=True) + 0.5))
    slip = sums / (elu_features(query) * (keys + 0.5)).sum(-1, keepdim=True)
    assert (ours - slip).abs().max() > 1e-2


@pytest.mark.parametrize("n", [1, 63, 64, 65, 130])
@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_the_three_forms_agree_at_any_length_and_chunk(n: int, chunk: int):
    query, key, value = qkv(n)
    wanted, end = linear_attention_parallel(query, key, value)
    for ours, state in (
        linear_attention_recurrent(query, key, value),
        linear_attention_chunked(query, key, value, chunk=chunk),
    ):
        close(ours, wanted)
        close(state.memory, end.memory)
        close(state.normaliser, end.normaliser)


@EACH_FORM
def test_a_sequence_in_two_parts_is_the_sequence(form: Callable[..., tuple]):
    query, key, value = qkv(20)
    whole, end = form(query, key, value, eps=1e-6)
    parts, state = [], None
    for rows in (slice(0, 7), slice(7, 8), slice(8, 20)):
        part, state = form(query[:, rows], key[:, rows], value[:, rows], state=state, eps=1e-6)
        parts.append(part)
    assert state is not None
    close(torch.cat(parts, 1), whole)
    close(state.memory, end.memory)
    close(state.normaliser, end.normaliser)


def test_the_state_is_what_its_name_says():
    _, key, value = qkv(5)
    _, state = linear_attention_chunked(key, key, value)
    memory = sum(elu_features(key[:, j, :, None]) * value[:, j, None, :] for j in range(5))
    assert isinstance(memory, Tensor)
    close(state.memory, memory)
    close(state.normaliser, elu_features(key).sum(1))


@EACH_FORM
def test_features_may_change_the_width(form: Callable[..., tuple]):
    def square(x: Tensor) -> Tensor:
        return torch.cat([x**2, x.exp()], dim=-1)

    query, key, value = qkv(9)
    ours, state = form(query, key, value, features=square)
    weights = (square(query) @ square(key).mT).tril()
    close(ours, weights @ value / weights.sum(-1, keepdim=True))
    assert state.memory.shape == (2, 6, 2)


@EACH_FORM
def test_keys_without_weight_give_zero(form: Callable[..., tuple]):
    far = torch.full((1, 3, 2), -1e4, dtype=FLOAT)
    output, _ = form(far, far, torch.ones(1, 3, 2, dtype=FLOAT))
    assert not output.any()


@EACH_FORM
def test_trap_bf16_state(form: Callable[..., tuple]):
    """In bfloat16 a sum of ones stops at 256: the next one is less than half a step."""
    n = 1024
    ones = torch.ones(1, n, 1, dtype=torch.bfloat16)
    output, state = form(ones, ones, ones, features=lambda x: x, normalize=False)
    assert output.dtype == torch.bfloat16
    assert state.memory.dtype == torch.float32
    assert state.memory.item() == n
    assert output[0, -1].item() == n
    stuck = torch.zeros((), dtype=torch.bfloat16)
    for _ in range(n):
        stuck = stuck + torch.ones((), dtype=torch.bfloat16)
    assert stuck.item() == 256


@EACH_FORM
def test_gradients_of_the_causal_forms(form: Callable[..., tuple]):
    leaves = tuple(x.clone().requires_grad_() for x in qkv(5))
    memory, normaliser = normal(2, 3, 2, seed=8).requires_grad_(), normal(2, 3, seed=9).exp()
    extra = {"chunk": 2} if form is linear_attention_chunked else {}

    def outputs(q: Tensor, k: Tensor, v: Tensor, s: Tensor, z: Tensor) -> tuple[Tensor, ...]:
        output, state = form(q, k, v, state=LinearState(s, z), eps=1e-3, **extra)
        return output, *state

    assert gradcheck(outputs, (*leaves, memory, normaliser.requires_grad_()))


def test_gradients_of_the_full_form():
    leaves = tuple(x.clone().requires_grad_() for x in qkv(5))
    assert gradcheck(lambda q, k, v: linear_attention(q, k, v, eps=1e-3), leaves)
