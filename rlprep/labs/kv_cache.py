"""The KV cache of 32 query heads: bytes, decoding time and a proxy for quality."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from rlprep.kernels.attention.kv_cache import packed_decode
from rlprep.kernels.attention.linear import LinearState, linear_attention_recurrent
from rlprep.labs.cache_size import Decoder
from rlprep.labs.confidence import estimates, generators, line, plus_minus
from rlprep.labs.lab import Axis, Cell, Column, LabResult, Line, Panel, Settings
from rlprep.labs.memory import MIB, require_memory
from rlprep.labs.stopwatch import median_ms, one_thread
from rlprep.labs.trained_recall import Task, trained_recall

HEADS, WIDTH = 32, 128
QUICK_TOKENS, TOKENS = (256, 1024, 4096), (256, 1024, 4096, 16384)
QUICK_TASK, TASK = Task(pairs=32, steps=200), Task(pairs=64, steps=600)


@dataclass(frozen=True)
class Variant:
    """A layer with 32 query heads; `kv_heads` is None for the linear one."""

    label: str
    kv_heads: int | None

    @property
    def bytes_per_token(self) -> int:
        """Return what one token adds to one layer's 16-bit cache."""
        return 0 if self.kv_heads is None else _decoder(self.kv_heads).cache_bytes(self.kv_heads, 1)

    def mib_at(self, tokens: int) -> float:
        """Return one layer's 16-bit cache in MiB; the linear state is float32."""
        fixed = _decoder(1).state_bytes if self.kv_heads is None else 0
        return (fixed + self.bytes_per_token * tokens) / MIB


VARIANTS = (
    Variant("MHA", 32),
    Variant("GQA-8", 8),
    Variant("MQA", 1),
    Variant("linear", None),
)


def run(settings: Settings) -> LabResult:
    """Measure one decoding step at several lengths, then train each variant on recall."""
    lengths = QUICK_TOKENS if settings.quick else TOKENS
    task = QUICK_TASK if settings.quick else TASK
    require_memory(2 * HEADS * WIDTH * max(lengths) * 4, f"the MHA cache of {max(lengths)} tokens")
    times = np.empty((settings.seeds, len(VARIANTS), len(lengths)))
    recall = np.empty((settings.seeds, len(VARIANTS)))
    parts = settings.seeds * len(VARIANTS)
    with one_thread():
        for seed, generator in enumerate(generators(settings)):
            for index, variant in enumerate(VARIANTS):
                part = seed * len(VARIANTS) + index

                def progress(share: float, part: int = part) -> None:
                    settings.progress((part + share) / parts)

                times[seed, index] = [_decode_ms(variant, n, generator) for n in lengths]
                progress(0.2)
                recall[seed, index] = trained_recall(
                    variant.kv_heads,
                    task,
                    generator,
                    lambda share, progress=progress: progress(0.2 + 0.8 * share),
                )
    return _result(lengths, task, times, recall)


def _decoder(kv_heads: int) -> Decoder:
    """Return one layer of the model that is measured."""
    return Decoder(layers=1, heads=HEADS, kv_heads=kv_heads, head_dim=WIDTH)


@torch.no_grad()
def _decode_ms(variant: Variant, tokens: int, generator: torch.Generator) -> float:
    """Return the time of one new token's attention in one layer, batch 1, float32."""
    query = torch.randn(1, HEADS, 1, WIDTH, generator=generator)
    step: Callable[[], object]
    if variant.kv_heads is None:
        key, value = torch.randn(2, 1, HEADS, 1, WIDTH, generator=generator)
        memory = torch.rand(1, HEADS, WIDTH, WIDTH, generator=generator)
        normaliser = torch.rand(1, HEADS, WIDTH, generator=generator)
        state = LinearState(memory, normaliser)
        step = partial(linear_attention_recurrent, query, key, value, state=state)
    else:
        cache = torch.randn(2, 1, variant.kv_heads, tokens, WIDTH, generator=generator)
        step = partial(packed_decode, query, cache[0], cache[1])
    step()  # warms up
    return median_ms(step, least=5, budget_s=0.1)


def _result(
    lengths: tuple[int, ...], task: Task, times: np.ndarray, recall: np.ndarray
) -> LabResult:
    columns = (
        Column("attention"),
        Column("K/V heads"),
        Column("cache per token", "B"),
        Column(f"cache at {lengths[-1]} tokens", "MiB"),
        *(Column(f"step at {n} tokens", "ms") for n in lengths),
        Column(f"recall of {task.pairs} pairs", "share"),
    )
    rows: list[tuple[Cell, ...]] = []
    for index, variant in enumerate(VARIANTS):
        size = (variant.bytes_per_token, variant.mib_at(lengths[-1]))
        measured = (*estimates(times[:, index]), *estimates(recall[:, [index]]))
        rows.append((variant.label, variant.kv_heads, *size, *measured))
    panels = _panels(lengths, task, times, recall)
    return LabResult(columns, tuple(rows), panels, _findings(lengths, task, times, recall))


def _panels(
    lengths: tuple[int, ...], task: Task, times: np.ndarray, recall: np.ndarray
) -> tuple[Panel, ...]:
    tokens = Axis("tokens in the cache", log=True)
    sizes = tuple(
        Line(each.label, tuple(map(float, lengths)), tuple(map(each.mib_at, lengths)))
        for each in VARIANTS
    )
    steps = tuple(line(each.label, lengths, times[:, i]) for i, each in enumerate(VARIANTS))
    heads = [each.kv_heads for each in VARIANTS if each.kv_heads is not None]
    linear = np.repeat(recall[:, -1:], len(heads), axis=1)
    return (
        Panel("Bytes follow the K/V heads", tokens, Axis("layer's cache", "MiB", log=True), sizes),
        Panel("Decoding time follows the bytes", tokens, Axis("step", "ms", log=True), steps),
        Panel(
            f"A layer trained to recall {task.pairs} pairs: 8 K/V heads lose little, 1 a lot",
            Axis("K/V heads", log=True),
            Axis("pairs read back", "share"),
            (
                line("32 query heads, softmax", heads, recall[:, : len(heads)]),
                line("linear, 32 heads", heads, linear),
            ),
        ),
    )


def _findings(
    lengths: tuple[int, ...], task: Task, times: np.ndarray, recall: np.ndarray
) -> tuple[str, ...]:
    multi, *others = range(len(VARIANTS))
    longest = lengths[-1]
    faster = [
        f"{VARIANTS[i].label} {plus_minus(times[:, multi, -1] / times[:, i, -1])} times"
        for i in others
    ]
    ratio = (times[:, multi, -1] / times[:, 1, -1]).mean()
    less = " Time saves less than bytes: the scores' arithmetic stays." if ratio < 4 else ""
    shares = [f"{each.label} {plus_minus(100 * recall[:, i])} %" for i, each in enumerate(VARIANTS)]
    gqa = _decoder(8)
    return (
        "By bytes 8 of 32 K/V heads save 4 times, 1 saves 32 times: H over the K/V heads.",
        f"By measured time of a step at {longest} tokens, against MHA: {', '.join(faster)} as "
        f"fast.{less}",
        f"The linear state ({gqa.state_bytes:,} B a layer, float32) weighs as much as the GQA-8 "
        f"cache (16 bits) of {gqa.equal_tokens:g} tokens, and stays that size.",
        f"Proxy for quality, pairs read back by a layer trained for {task.steps} steps: "
        f"{', '.join(shares)}. It is one small layer from scratch with heads 8 wide, not a "
        "language model.",
        f"Time: attention of one new token in one layer, {HEADS} query heads of width {WIDTH}, "
        "batch 1, float32, one thread's CPU time, the kernels of rlprep; no weights are read.",
    )
