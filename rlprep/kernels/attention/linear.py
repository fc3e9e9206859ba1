"""Linear attention: the softmax's kernel replaced by a product of features.

Everything is said once, for an unnormalised sum Σ (φ(q)·φ(k)) v: the normaliser is that same sum
for one more value, which is 1 for every key. The causal form exists three times, for learning and
for checking each other: parallel (the N × N matrix), recurrent (token by token) and chunked (the
matrix inside a chunk, the state between chunks), which is the one to use.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from rlprep.kernels.attention.inputs import check_attention, wide
from rlprep.kernels.validation import (
    check_counts,
    check_dtype_of,
    check_finite,
    check_not_negative,
    check_shape,
)

FeatureMap = Callable[[Tensor], Tensor]


class LinearState(NamedTuple):
    """What causal linear attention remembers of the past, float32 or wider.

    `memory` S = Σ φ(k) vᵀ, [*B, F, E], and `normaliser` z = Σ φ(k), [*B, F], F features. It doesn't
    grow with the number of tokens.
    """

    memory: Tensor
    normaliser: Tensor


def elu_features(x: Float[Tensor, "*N"]) -> Float[Tensor, "*N"]:
    """Return φ(x) = elu(x) + 1: x + 1 where x ≥ 0, eˣ below.

    As torch.nn.functional.elu(x) + 1 it would cancel: elu is −1 + eˣ there, and in float32 nearly
    half of eˣ is lost at x = −17.

    Source: Katharopoulos et al. 2020, Transformers are RNNs, arXiv 2006.16236, eq. 7.
    Tested against: Python's math.exp, at −17 in float32 among others.
    """
    # x + e⁰ above 0, 0 + eˣ below: no branch, nothing that overflows or cancels.
    return x.relu() + x.clamp(max=0).exp()


def linear_attention(
    query: Float[Tensor, "*B T D"],
    key: Float[Tensor, "*B S D"],
    value: Float[Tensor, "*B S E"],
    *,
    features: FeatureMap = elu_features,
    eps: float = 0.0,
    normalize: bool = True,
) -> Float[Tensor, "*B T E"]:
    """Return φ(q)ᵀ Σⱼ φ(kⱼ) vⱼᵀ / (φ(q)ᵀ Σⱼ φ(kⱼ) + eps), every query over all keys.

    Linear in T + S, in time and memory: the sum over keys is taken once.

    Args:
        query: Q; there is no factor 1/sqrt(D).
        key: K.
        value: V.
        features: φ, applied to the last axis; not negative where normalize is on.
        eps: added to the denominator, outside the dot product.
        normalize: False leaves the denominator away.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Katharopoulos et al. 2020, Transformers are RNNs, arXiv 2006.16236, eq. 5.
    Tested against: the N × M matrix of feature products on Python floats, vectors of others.
    """
    kernel = "linear_attention"
    _check(kernel, query, key, value, eps)
    dtype = wide(query.dtype)
    memory = features(key.to(dtype)).mT @ _with_ones(value.to(dtype))
    return _finish(features(query.to(dtype)) @ memory, eps, normalize).to(query.dtype)


def linear_attention_parallel(
    query: Float[Tensor, "*B N D"],
    key: Float[Tensor, "*B N D"],
    value: Float[Tensor, "*B N E"],
    *,
    state: LinearState | None = None,
    features: FeatureMap = elu_features,
    eps: float = 0.0,
    normalize: bool = True,
) -> tuple[Float[Tensor, "*B N E"], LinearState]:
    """Return causal linear attention from the masked N × N matrix, and the state after it.

    O = ((φ(Q) φ(K)ᵀ) ⊙ tril) V / row sums. Quadratic in N; arguments as linear_attention_chunked.

    Source: Yang et al. 2023, Gated Linear Attention, arXiv 2312.06635, section 2.
    Tested against: the other two forms, and the sums on Python floats.
    """
    memory = _start("linear_attention_parallel", query, key, value, state, features, eps)
    phi_q, phi_k = features(query.to(memory.dtype)), features(key.to(memory.dtype))
    values = _with_ones(value.to(memory.dtype))
    sums = (phi_q @ phi_k.mT).tril() @ values + phi_q @ memory
    memory = memory + phi_k.mT @ values
    return _finish(sums, eps, normalize).to(query.dtype), _state(memory)


def linear_attention_recurrent(
    query: Float[Tensor, "*B N D"],
    key: Float[Tensor, "*B N D"],
    value: Float[Tensor, "*B N E"],
    *,
    state: LinearState | None = None,
    features: FeatureMap = elu_features,
    eps: float = 0.0,
    normalize: bool = True,
) -> tuple[Float[Tensor, "*B N E"], LinearState]:
    """Return causal linear attention token by token, and the state after it.

    Sᵢ = Sᵢ₋₁ + φ(kᵢ) vᵢᵀ,  zᵢ = zᵢ₋₁ + φ(kᵢ),  oᵢ = φ(qᵢ)ᵀ Sᵢ / (φ(qᵢ)ᵀ zᵢ + eps)
    What a decoder runs, at a constant cost per token; arguments as linear_attention_chunked.

    Source: Katharopoulos et al. 2020, Transformers are RNNs, arXiv 2006.16236, section 3.4.
    Tested against: the other two forms, and the sums on Python floats.
    """
    memory = _start("linear_attention_recurrent", query, key, value, state, features, eps)
    phi_q, phi_k = features(query.to(memory.dtype)), features(key.to(memory.dtype))
    values = _with_ones(value.to(memory.dtype))
    sums = []
    for q, k, v in zip(phi_q.unbind(-2), phi_k.unbind(-2), values.unbind(-2), strict=True):
        memory = memory + k.unsqueeze(-1) * v.unsqueeze(-2)
        sums.append(q.unsqueeze(-2) @ memory)
    return _finish(torch.cat(sums, dim=-2), eps, normalize).to(query.dtype), _state(memory)


def linear_attention_chunked(
    query: Float[Tensor, "*B N D"],
    key: Float[Tensor, "*B N D"],
    value: Float[Tensor, "*B N E"],
    *,
    chunk: int = 64,
    state: LinearState | None = None,
    features: FeatureMap = elu_features,
    eps: float = 0.0,
    normalize: bool = True,
) -> tuple[Float[Tensor, "*B N E"], LinearState]:
    """Return causal linear attention chunk by chunk, and the state after it.

    Inside a chunk the masked matrix, before it the state: with Q, K, V of one chunk
    O = ((φ(Q) φ(K)ᵀ) ⊙ tril) V + φ(Q) S,  then S ← S + φ(K)ᵀ V.
    Linear in N; the chunk's length changes the speed only. The state is float32 or wider whatever
    the inputs are: in bfloat16 it would stop growing after a few hundred tokens.

    Args:
        query: Q; there is no factor 1/sqrt(D).
        key: K; token i sees itself and what came before.
        value: V.
        chunk: tokens per step, 1 or more; the last chunk may be shorter.
        state: of the tokens before these, as returned; None at the beginning of a sequence.
        features: φ, applied to the last axis; not negative where normalize is on.
        eps: added to the denominator, outside the dot product.
        normalize: False leaves the denominator away.

    Returns:
        The outputs in the dtype of the query, and the LinearState after the last token.

    Raises:
        KernelInputError: other shapes, dtypes or ranges, or non-finite input.

    Source: Yang et al. 2023, Gated Linear Attention, arXiv 2312.06635, section 2.
    Tested against: the other two forms, the sums on Python floats, vectors of fla and performer.
    """
    kernel = "linear_attention_chunked"
    check_counts(kernel, least=1, chunk=chunk)
    memory = _start(kernel, query, key, value, state, features, eps)
    outputs = []
    parts = zip(query.split(chunk, -2), key.split(chunk, -2), value.split(chunk, -2), strict=True)
    for q, k, v in parts:
        phi_q, phi_k = features(q.to(memory.dtype)), features(k.to(memory.dtype))
        values = _with_ones(v.to(memory.dtype))
        sums = (phi_q @ phi_k.mT).tril() @ values + phi_q @ memory
        memory = memory + phi_k.mT @ values
        outputs.append(_finish(sums, eps, normalize).to(query.dtype))
    return torch.cat(outputs, dim=-2), _state(memory)


def _check(kernel: str, query: Tensor, key: Tensor, value: Tensor, eps: float) -> None:
    check_attention(kernel, query, key, value)
    check_not_negative(kernel, eps=eps)
    check_finite(kernel, query=query, key=key, value=value)


def _start(
    kernel: str,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    state: LinearState | None,
    features: FeatureMap,
    eps: float,
) -> Tensor:
    """Check the inputs of a causal form and return its state with the normaliser as last column."""
    _check(kernel, query, key, value, eps)
    check_shape(kernel, "key", key, query.shape, "the shape of query (it is causal)")
    dtype = wide(query.dtype)
    width = features(query[..., :1, :].detach().to(dtype)).shape[-1]
    shape = (*query.shape[:-2], width, value.shape[-1])
    if state is None:
        return torch.zeros(*shape[:-1], shape[-1] + 1, dtype=dtype, device=query.device)
    expected = torch.empty(0, dtype=dtype, device=query.device)
    check_dtype_of(kernel, "state.memory", state.memory, "the sums", expected)
    check_dtype_of(kernel, "state.normaliser", state.normaliser, "the sums", expected)
    check_shape(kernel, "state.memory", state.memory, shape, "[*B, F, E]")
    check_shape(kernel, "state.normaliser", state.normaliser, shape[:-1], "[*B, F]")
    check_finite(kernel, **{f"state.{name}": part for name, part in state._asdict().items()})
    return torch.cat([state.memory, state.normaliser.unsqueeze(-1)], dim=-1)


def _with_ones(value: Tensor) -> Tensor:
    return torch.nn.functional.pad(value, (0, 1), value=1.0)


def _finish(sums: Tensor, eps: float, normalize: bool) -> Tensor:
    """Divide the sums over values by the last column; a row without any weight is 0."""
    if not normalize:
        return sums[..., :-1]
    total = sums[..., -1:] + eps
    return sums[..., :-1] / torch.where(total == 0, 1.0, total)


def _state(memory: Tensor) -> LinearState:
    return LinearState(memory[..., :-1], memory[..., -1])
