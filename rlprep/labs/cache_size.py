"""What the KV cache of a decoder weighs, worked out: no torch, nothing allocated."""

import math
from dataclasses import dataclass

from rlprep.errors import MisuseError
from rlprep.labs.lab import Axis, Cell, Column, LabResult, Line, Panel

BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "float8": 1, "int8": 1}
STATE_BYTES = 4  # a linear layer's sums stay in float32: in 16 bits they stop growing
GIB = 2**30


@dataclass(frozen=True)
class Decoder:
    """The sizes of a decoder that its cache depends on; by default Llama 2 7B with 8 K/V heads.

    Raises:
        MisuseError: query heads that don't divide evenly among the key/value heads.
    """

    layers: int = 32
    heads: int = 32
    kv_heads: int = 8
    head_dim: int = 128
    seq: int = 4096
    batch: int = 1
    dtype: str = "bfloat16"

    def __post_init__(self) -> None:
        """Refuse groups of unequal size."""
        if self.kv_heads > self.heads or self.heads % self.kv_heads:
            divisors = _divisors(self.heads)
            nearest = sorted(divisors, key=lambda each: abs(each - self.kv_heads))[:3]
            raise MisuseError(
                f"{self.heads} query heads can't share {self.kv_heads} key/value heads evenly",
                hint="--kv-heads " + " or ".join(map(str, sorted(nearest))),
            )

    def cache_bytes(self, kv_heads: int, tokens: int) -> int:
        """Return 2 · layers · K/V heads · width · tokens · batch · bytes per number."""
        return 2 * self.layers * kv_heads * self.head_dim * tokens * self.batch * BYTES[self.dtype]

    @property
    def state_bytes(self) -> int:
        """Return the same for linear attention in every layer: S and z of each head, float32."""
        numbers = self.heads * (self.head_dim * self.head_dim + self.head_dim)
        return self.layers * numbers * self.batch * STATE_BYTES

    @property
    def equal_tokens(self) -> float:
        """Return the tokens at which the grouped cache weighs what the linear state does."""
        return self.state_bytes / self.cache_bytes(self.kv_heads, 1)


def cache_sizes(decoder: Decoder) -> LabResult:
    """Return the cache of a decoder beside those of its multi-head, multi-query and linear kin."""
    variants = _variants(decoder)
    columns = (
        Column("attention"),
        Column("K/V heads"),
        Column("per token", "B"),
        Column("cache", "B"),
        Column("cache", "GiB"),
        Column("MHA's cache over this"),
    )
    most = decoder.cache_bytes(decoder.heads, decoder.seq)
    rows: list[tuple[Cell, ...]] = []
    for label, kv_heads in variants:
        size = decoder.cache_bytes(kv_heads, decoder.seq)
        per_token = decoder.cache_bytes(kv_heads, 1)
        rows.append((label, kv_heads, per_token, size, size / GIB, most / size))
    state = decoder.state_bytes
    rows.append(("linear state", None, 0, state, state / GIB, most / state))
    return LabResult(columns, tuple(rows), (_growth(decoder, variants),), _findings(decoder))


def _variants(decoder: Decoder) -> list[tuple[str, int]]:
    """Return label and key/value heads of the multi-head, the given and the multi-query cache."""
    variants = [("MHA", decoder.heads)]
    if 1 < decoder.kv_heads < decoder.heads:
        variants.append((f"GQA-{decoder.kv_heads}", decoder.kv_heads))
    if decoder.heads > 1:
        variants.append(("MQA", 1))
    return [
        (f"{label} (yours)" if kv_heads == decoder.kv_heads else label, kv_heads)
        for label, kv_heads in variants
    ]


def _growth(decoder: Decoder, variants: list[tuple[str, int]]) -> Panel:
    """Return the caches against the tokens, around the length that was asked for."""
    highest = math.ceil(math.log2(decoder.seq)) + 1
    tokens = [2**power for power in range(max(0, highest - 9), highest + 1)]
    lines = [
        Line(
            label,
            tuple(map(float, tokens)),
            tuple(decoder.cache_bytes(kv_heads, each) / GIB for each in tokens),
        )
        for label, kv_heads in variants
    ]
    state = (decoder.state_bytes / GIB,) * len(tokens)
    lines.append(Line("linear state", tuple(map(float, tokens)), state))
    return Panel(
        "The cache grows with every token, the state of a linear layer doesn't",
        Axis("tokens of a sequence", log=True),
        Axis("cache", "GiB", log=True),
        tuple(lines),
    )


def _findings(decoder: Decoder) -> tuple[str, ...]:
    size = decoder.cache_bytes(decoder.kv_heads, decoder.seq)
    factors = (
        f"2 (keys and values) · {decoder.layers} layers · {decoder.kv_heads} K/V heads · "
        f"width {decoder.head_dim} · {decoder.seq} tokens · batch {decoder.batch} · "
        f"{BYTES[decoder.dtype]} B"
    )
    shared = decoder.heads // decoder.kv_heads
    return (
        f"The cache takes {factors} = {size:,} B, {size / GIB:,.4g} GiB. "
        f"The {decoder.heads} query heads don't occur in it.",
        f"With a K/V head for each query head it would take {shared} times as much.",
        f"A linear layer's state (float32, as wide as the head) weighs as much as "
        f"{decoder.equal_tokens:,.4g} tokens of this cache; below that it is the larger one.",
    )


def _divisors(number: int) -> set[int]:
    small = {each for each in range(1, math.isqrt(number) + 1) if number % each == 0}
    return small | {number // each for each in small}
