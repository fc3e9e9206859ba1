"""The forms of attention that are compared: how each is called, and its multiply-adds."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from rlprep.kernels.attention.linear import (
    linear_attention,
    linear_attention_chunked,
    linear_attention_recurrent,
)
from rlprep.kernels.attention.softmax import softmax_attention

CHUNK = 64


@dataclass(frozen=True)
class Form:
    """One way to compute attention on [B, H, n, d].

    Attributes:
        label: in tables and legends.
        is_causal: token i sees the tokens up to i only.
        call: query, key, value to output.
        work: n and d to multiply-adds of one head, in its matrix products.
        bytes_at: n and d to the bytes of one head's largest intermediate results, in float32.
    """

    label: str
    is_causal: bool
    call: Callable[[Tensor, Tensor, Tensor], object]
    work: Callable[[int, int], int]
    bytes_at: Callable[[int, int], int]


def _all_scores(n: int, d: int) -> int:
    """Scores and weighted sum over all n² pairs, also those that a mask hides afterwards."""
    return 2 * n * n * d


def _causal_scores(n: int, d: int) -> int:
    """Scores and weighted sum over the n (n + 1) / 2 visible pairs."""
    return n * (n + 1) * d


def _summed(n: int, d: int) -> int:
    """Write all keys into the state and read it for all queries; a column for the normaliser."""
    return 2 * n * d * (d + 1)


def _chunked(n: int, d: int) -> int:
    """The state's two products, and inside chunks of C tokens C² scores and their sum."""
    full, rest = divmod(n, CHUNK)
    pairs = full * CHUNK * CHUNK + rest * rest
    return _summed(n, d) + pairs * (d + d + 1)


def _score_bytes(n: int, d: int) -> int:
    return 4 * 4 * n * n


def _input_bytes(n: int, d: int) -> int:
    return 8 * 4 * n * d


def _per_token_bytes(n: int, d: int) -> int:
    return 16 * 4 * n * d


SOFTMAX, FUSED, LINEAR, RECURRENT = (
    "softmax, written out", "softmax, fused", "linear", "linear, by token",
)  # fmt: skip

FORMS: tuple[Form, ...] = (
    Form(
        SOFTMAX,
        True,
        lambda q, k, v: softmax_attention(q, k, v, is_causal=True),
        _all_scores,
        _score_bytes,
    ),
    Form(
        FUSED,
        True,
        lambda q, k, v: scaled_dot_product_attention(q, k, v, is_causal=True),
        _causal_scores,
        _input_bytes,
    ),
    Form(
        LINEAR,
        True,
        lambda q, k, v: linear_attention_chunked(q, k, v, chunk=CHUNK),
        _chunked,
        _input_bytes,
    ),
    Form(RECURRENT, True, linear_attention_recurrent, _summed, _per_token_bytes),
    Form(SOFTMAX, False, softmax_attention, _all_scores, _score_bytes),
    Form(FUSED, False, scaled_dot_product_attention, _all_scores, _input_bytes),
    Form(LINEAR, False, linear_attention, _summed, _input_bytes),
)
