"""Attention: softmax, one pass, grouped heads, and the cache of a decoder."""

import numpy as np

from rlprep.grader.cases.case import Case, Draw


def hidden_above_seen(draw: Draw, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return q and k [n, 3] whose scores are near 3000 (j - i - 1/2).

    What causal hides is far above all that it leaves.
    """
    steep, tokens = 3000 * 3**0.5, np.arange(n)
    q = np.stack([np.full(n, steep), -steep * (tokens + 0.5), draw.normal(n)], axis=-1)
    return q, np.stack([tokens, np.ones(n), draw.normal(n)], axis=-1)


def softmax_attention(draw: Draw) -> list[Case]:
    """Return the cases of scaled dot-product attention; E, D, M and N all differ."""

    def case(
        family: str,
        lead: tuple[int, ...],
        n: int,
        m: int,
        causal: bool = False,
        size: float = 1.0,
        d: int = 3,
        e: int = 2,
    ) -> Case:
        q, k = draw.normal(*lead, n, d, scale=size), draw.normal(*lead, m, d, scale=size)
        if size > 1 and causal:
            k[..., 0, :] = -q[..., 0, :]  # what token 0 may see scores far below anything finite
        return Case(family, (q, k, draw.normal(*lead, m, e), causal))

    contract = case("contract", (2,), 4, 4, causal=True)
    return [
        case("values", (), 4, 4),
        case("values", (), 3, 6, d=5),
        case("values", (), 7, 4, d=8, e=5),
        case("batch", (2,), 4, 5),
        case("batch", (2, 3), 4, 6, e=4),
        case("causal", (), 6, 6),
        case("causal", (), 5, 5, causal=True),
        case("causal", (2, 2), 7, 7, causal=True, d=4, e=3),
        case("large_scores", (), 5, 6, size=40.0),
        case("large_scores", (), 5, 5, causal=True, size=40.0),
        Case("large_scores", (*hidden_above_seen(draw, 4), draw.normal(4, 2), True)),
        case("one_token", (), 1, 1, causal=True),
        case("one_token", (2,), 1, 6),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def online_softmax(draw: Draw) -> list[Case]:
    """Return the cases of the softmax in one pass over blocks."""

    def case(
        family: str,
        n: int,
        block: int,
        e: int = 3,
        shift: float = 0.0,
        order: str = "",
        spread: float = 2.0,
    ) -> Case:
        scores = draw.normal(n, scale=spread)
        scores = {"rising": np.sort(scores), "falling": -np.sort(-scores)}.get(order, scores)
        return Case(family, (scores + shift, draw.normal(n, e), block))

    streamed = case("one_pass", 90, 6, order="rising")
    contract = case("contract", 10, 3)
    return [
        case("values", 12, 4),
        case("values", 20, 5, e=2),
        case("values", 8, 8),
        case("remainder", 13, 4),
        case("remainder", 7, 5, e=1),
        case("remainder", 5, 8),
        case("remainder", 6, 1),
        case("rising_maximum", 12, 3, order="rising"),
        case("rising_maximum", 12, 3, order="falling"),
        case("large_scores", 12, 4, shift=1000.0),
        case("large_scores", 13, 4, shift=-1000.0),
        case("large_scores", 12, 3, order="rising", spread=900.0),
        case("large_scores", 12, 3, order="falling", spread=900.0),
        Case("one_pass", streamed.arguments, blockwise=True),
        Case("one_pass", case("one_pass", 75, 7).arguments, blockwise=True),
        steep(draw, block=3),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def steep(draw: Draw, block: int) -> Case:
    """Return scores that rise by 900 and fall again, 300 from block to block.

    Only the first block has anything in column 0 of the values, and the last one in column 1: e³⁰⁰
    times 10¹⁷⁰, so that a share of e⁻⁹⁰⁰ of it is a float64 like others.
    """
    levels = np.array([0.0, 300.0, 600.0, 900.0, 600.0, 300.0, 0.0])
    values = np.zeros((levels.size * block, 2))
    values[:block, 0] = draw.uniform(1e300, 2e300, block)
    values[-block:, 1] = draw.uniform(1e300, 2e300, block)
    scores = np.repeat(levels, block) + draw.normal(values.shape[0])
    return Case("one_pass", (scores, values, block), blockwise=True, steep=True)


def gqa_attention(draw: Draw) -> list[Case]:
    """Return the cases of grouped-query attention."""

    def case(
        family: str,
        heads: int,
        kv_heads: int,
        n: int,
        causal: bool = False,
        size: float = 1.0,
        batch: int = 2,
        d: int = 3,
    ) -> Case:
        q = draw.normal(batch, heads, n, d, scale=size)
        k = draw.normal(batch, kv_heads, n, d, scale=size)
        return Case(family, (q, k, draw.normal(batch, kv_heads, n, d), causal))

    def hidden() -> Case:
        q, k = hidden_above_seen(draw, 4)
        q, k = np.tile(q, (1, 4, 1, 1)), np.tile(k, (1, 2, 1, 1))
        return Case("large_scores", (q, k, draw.normal(1, 2, 4, 3), True))

    contract = case("contract", 4, 2, 4, causal=True)
    return [
        case("multi_head", 3, 3, 4),
        case("multi_head", 2, 2, 5, d=5),
        case("grouped", 4, 2, 4),
        case("grouped", 6, 3, 5),
        case("grouped", 6, 2, 3, batch=1, d=4),
        case("multi_query", 4, 1, 4),
        case("multi_query", 3, 1, 5, batch=1),
        case("causal", 4, 2, 5, causal=True),
        case("causal", 6, 2, 6, causal=True, d=4),
        case("large_scores", 4, 2, 5, size=40.0),
        case("large_scores", 4, 2, 1, causal=True),
        hidden(),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def kv_cache_decode(draw: Draw) -> list[Case]:
    """Return the cases of one decoding step."""

    def case(
        family: str,
        heads: int,
        kv_heads: int,
        length: int,
        size: float = 1.0,
        batch: int = 2,
        d: int = 3,
    ) -> Case:
        return Case(
            family,
            (
                draw.normal(batch, heads, 1, d, scale=size),
                draw.normal(batch, kv_heads, length, d, scale=size),
                draw.normal(batch, kv_heads, length, d),
                draw.normal(batch, kv_heads, 1, d, scale=size),
                draw.normal(batch, kv_heads, 1, d),
            ),
        )

    contract = case("contract", 4, 2, 5)
    return [
        case("multi_head", 3, 3, 4),
        case("multi_head", 2, 2, 6, d=5),
        case("grouped", 4, 2, 5),
        case("grouped", 6, 3, 4),
        case("grouped", 6, 2, 7, batch=1, d=4),
        case("multi_query", 4, 1, 4),
        case("short_cache", 4, 2, 1),
        case("short_cache", 2, 2, 1, batch=1),
        case("large_scores", 4, 2, 6, size=40.0),
        Case("contract", contract.arguments, contract=True),
        contract.single(),
    ]


def kv_cache_bytes(draw: Draw) -> list[Case]:
    """Return the cases of the cache's size."""

    def case(family: str, batch: int) -> Case:
        layers, heads, width = draw.count(3, 80), draw.count(2, 32), draw.count(3, 16) * 8
        return Case(
            family, (layers, heads, width, draw.count(100, 9000), batch, draw.count(1, 2) * 2)
        )

    def odd(low: int, high: int) -> int:
        return 2 * draw.count(low // 2, high // 2) + 1

    def huge() -> Case:
        """Return sizes whose product is 4 times an odd number of 56 to 59 bits."""
        tokens, batch = odd(15_000_000, 30_000_000), odd(15_000, 30_000)
        return Case("exact", (odd(60, 80), odd(20, 30), odd(100, 128), tokens, batch, 2))

    return [
        case("sizes", draw.count(2, 9)),
        case("sizes", draw.count(10, 64)),
        case("sizes", draw.count(2, 9)),
        case("one_sequence", 1),
        Case("one_sequence", (1, 1, draw.count(3, 9), 1, 1, 1)),
        huge(),
        huge(),
        huge(),
    ]
