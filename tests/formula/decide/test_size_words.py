"""Sizes that an input explains in words."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

CACHE, REDUCTION, MAP = "kv_cache_bytes", "kv_reduction", "gqa_head_map"

RIGHT = [
    ("kv_cache_bytes", "2 * B * S * L * n_kv * d_head * bits / 8, where bits = bits per element"),
    (CACHE,
     "cache = 2 * B * T * L * kv_dim * nbytes, where kv_dim = n_kv_heads * "
     "head_dim, nbytes = bytes per element"),
    (CACHE,
     "2 * batch * n_layers * seq_len * n_kv_heads * head_dim * n_bits / 8, "
     "n_bits = bits per cached element"),
    (CACHE,
     r"$$\mathrm{Mem} = \sum_{\ell=1}^{L} \left(B\,S\,H_{kv}\,d_{head} + "
     r"B\,S\,H_{kv}\,d_{head}\right) b$$ where b = bytes per element"),
    (REDUCTION,
     "shrink factor = h/g, where h = number of query heads and g = number of KV heads"),
    (REDUCTION,
     r"\frac{h}{g}, where $h$ is the number of query heads and $g$ is the "
     "number of key-value heads."),
    (REDUCTION,
     r"\frac{h}{g}, where $h$ is the number of query heads and $g$ the number of KV heads."),
    (REDUCTION,
     "h / g (h: number of query heads, g: number of KV heads)"),
    (REDUCTION,
     "r = g, where g = number of query heads per KV head"),
    (CACHE,
     "M = 2 B L N K D b, where K is the number of KV heads, D the head "
     "dimension, b = bytes per element (2 for fp16)"),
    (CACHE,
     "M = 2 B L N K D b, where B = batch size, L = number of layers, N = "
     "sequence length, K = number of KV heads, D = head dimension, b = bytes "
     "per element (2 for fp16)"),
    (MAP,
     "kv(h) = floor(h / G), where G = number of query heads per KV head"),
    (MAP,
     "kv(h) = floor(h / r) where r is the group size"),
    (MAP,
     "kv(h) = floor(h / G), G = H_q / H_kv, where H_q is the number of query "
     "heads and H_kv is the number of KV heads"),
    (CACHE,
     "2 * n_layers * n_kv_heads * head_dim * seq_len * batch * b   (b = bytes per element)"),
    (CACHE,
     r"2 \cdot B \cdot L \cdot S \cdot n_{kv} \cdot d_h \cdot p \quad "
     r"\text{where } p = \text{bytes per element}"),
    (CACHE,
     r"2 \cdot B \cdot L \cdot S \cdot n_{kv} \cdot d_h \cdot p, \quad p = "
     r"\text{number of bytes per element}"),
    (REDUCTION,
     "h / g  (h = query heads, g = kv heads)"),
    (CACHE,
     "2 * L * B * S * H_kv * d * b, with b the number of bytes per element"),
    (CACHE,
     "2·L·B·S·H_kv·d·b, b: bytes per element"),
    (CACHE,
     "2·L·B·S·H·d·b, H: number of KV heads, b: bytes per element"),
    (CACHE,
     "bytes = 2 * n_layers * batch * seq * kv_heads * head_dim * dtype_size "
     "where dtype_size is the size of each element in bytes"),
    (CACHE,
     "2 × (number of layers) × (batch size) × (sequence length) × (number of "
     "KV heads) × (head dimension) × (bytes per element)"),
    (REDUCTION,
     "n_h / g where n_h = number of attention heads, g = number of groups"),
    (MAP,
     "kv(h) = floor(h / G), where h is the query head index and G is the group size"),
    (MAP,
     r"kv(h) = \lfloor h H_{kv} / H_q \rfloor, where $h$ is the index of the query head"),
    ("gqa_head_map", "kv(h) = floor(h / g) where g = H_q/H_kv is the group size"),
    ("gqa_head_map",
     r"kv(h) = \lfloor h/g \rfloor, where $g = H_q/H_{kv}$ is the size of a group"),
    ("kv_cache_bytes", "2 (K and V) x B x L x n x H_kv x d_h x b"),
    ("kv_reduction", "cache shrink factor (MHA over GQA) = H_q/H_kv"),
]  # fmt: skip

WRONG = [
    (REDUCTION,
     "shrink factor = h/g, where h = number of KV heads and g = number of query heads",
     "inverted"),
    (REDUCTION,
     r"\frac{h}{g}, where $h$ is the number of KV heads and $g$ is the number of query heads.",
     "inverted"),
    (REDUCTION,
     "g/h, where h = number of query heads and g = number of KV heads",
     "inverted"),
    (REDUCTION,
     "h/g, where h = number of query heads and g = number of layers",
     None),
    (REDUCTION,
     "h/g, where h = number of query heads and g = number of query heads per KV head",
     None),
    (CACHE,
     "M = 2 B L N K D b, where B = batch size, L = number of layers, N = "
     "sequence length, K = number of query heads, D = head dimension, b = "
     "bytes per element (2 for fp16)",
     "q_heads"),
    (CACHE,
     "M = 2 B L N K D b, where b = bits per element, K = number of KV heads",
     "bits_not_bytes"),
    (CACHE,
     "M = B L N K D b, where b = bytes per element, K = number of KV heads",
     "missing_two"),
    (CACHE,
     "M = 2 B L N K D b / 8, where b = bytes per element, K = number of KV heads",
     None),
    (CACHE,
     "M = 2 B L N K D b, where b = bytes per element, K = number of KV heads, "
     "D = model dimension",
     "model_dim"),
    (MAP,
     "kv(h) = floor(h / G), where G = number of KV heads",
     "wrong_divisor"),
    (MAP,
     "kv(h) = floor(h / G), where G is the number of groups",
     "wrong_divisor"),
    (REDUCTION,
     "h / g  (h = kv heads, g = query heads)",
     "inverted"),
    (CACHE,
     "2·L·B·S·H_kv·d·b, b: bits per element",
     "bits_not_bytes"),
    (CACHE,
     "2·L·B·S·H·d·b, H: number of query heads, b: bytes per element",
     "q_heads"),
    (CACHE,
     "bytes = n_layers * batch * seq * kv_heads * head_dim * dtype_size where "
     "dtype_size is the size of each element in bytes",
     "missing_two"),
    (CACHE,
     "2 × (number of layers) × (batch size) × (sequence length) × (number of "
     "query heads) × (head dimension) × (bytes per element)",
     "q_heads"),
    (CACHE,
     "2 L B S H_kv d b where H_kv is the number of query heads, b = bytes per element",
     "q_heads"),
    (REDUCTION,
     "H_q / H_kv where H_q is the number of KV heads and H_kv is the number of query heads",
     "inverted"),
    (REDUCTION,
     "h/g, where h is the number of heads per group and g is the number of KV heads",
     None),
    (REDUCTION,
     "h/g where g is the number of tokens",
     None),
    ("gqa_head_map", "kv(h) = floor(h / g) where g = H_kv is the group size", "wrong_divisor"),
    ("kv_cache_bytes", "2 (K and V) x L x n x H_kv x d_h x b", "missing_batch"),
]  # fmt: skip

OPEN = [
    (CACHE,
     "M = 2 B L N K D b, where K = number of KV heads, b = bytes per token"),
    (CACHE,
     "2 L B S H_kv d b where L is the number of layers per GPU, b = bytes per element"),
    (MAP,
     "kv(h) = floor(h / G), where h is the query head and G is the number of "
     "queries in the batch"),
    (CACHE,
     "2 L B S H_{kv} d_h b, where b is the number of bytes for a weight"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_accepts(ask, formula, text) -> None:
    assert_accepted(ask(formula, text), "proved: ", "evidence: ")


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    assert_told_apart(ask(formula, text), slug)


@pytest.mark.parametrize(("formula", "text"), OPEN)
def test_leaves_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"


@pytest.mark.parametrize(
    ("formula", "text", "remarked"),
    [
        (
            "gqa_head_map",
            "floor(h/n_rep), n_rep = 4",
            "the number given for n_rep is read as an example",
        ),
        ("gqa_head_map", "floor(h/n_rep), n_rep = H_q/H_kv", ""),
        ("kv_cache_bytes", "2 B L n (d_model / H_q) H_kv b", "d_model is read as H_q d"),
        ("kv_cache_bytes", "2 B L n d H_kv b", ""),
    ],
)
def test_only_what_a_reading_leans_on_is_remarked(ask, formula, text, remarked) -> None:
    verdict = ask(formula, text)
    leanings = [said for said in verdict.remarks if "read as" in said]
    assert leanings == ([remarked] if remarked else [])
