"""A small trained task that needs what a cache keeps: reading stored pairs back.

One attention layer stores N pairs of random keys and values, and is asked with each of the keys.
It is trained from random weights, every variant for the same number of steps, on pairs that are
drawn anew each time. Heads are 8 wide for inputs 32 wide, so one key/value head alone is narrow,
as it is in large models.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from rlprep.kernels.attention.grouped import grouped_query_attention
from rlprep.kernels.attention.linear import linear_attention

HEADS, HEAD_WIDTH, INPUT_WIDTH = 32, 8, 32
BATCH, RATE, SHARPNESS = 4, 2e-2, 10.0
TESTED = 32  # sequences that the trained layer is tested on


@dataclass(frozen=True)
class Task:
    """How much is stored in a sequence, and how many training steps a layer gets."""

    pairs: int
    steps: int


class Layer:
    """An attention layer with 32 query heads, its weights drawn from a generator.

    Args:
        kv_heads: key/value heads; None makes the layer linear, with as many as query heads.
        generator: source of the weights.
    """

    def __init__(self, kv_heads: int | None, generator: torch.Generator) -> None:
        self.is_linear = kv_heads is None
        self.kv_heads = HEADS if kv_heads is None else kv_heads

        def drawn(rows: int, columns: int, scale: float = 1.0) -> Tensor:
            weight = torch.randn(rows, columns, generator=generator) * scale / columns**0.5
            return weight.requires_grad_()

        self.query = drawn(HEADS * HEAD_WIDTH, INPUT_WIDTH, 2.0)
        self.key = drawn(self.kv_heads * HEAD_WIDTH, INPUT_WIDTH, 2.0)
        self.value = drawn(self.kv_heads * HEAD_WIDTH, INPUT_WIDTH)
        self.output = drawn(INPUT_WIDTH, HEADS * HEAD_WIDTH)
        self.weights = [self.query, self.key, self.value, self.output]

    def scores(self, keys: Tensor, values: Tensor) -> Tensor:
        """Return how well the answer to each key fits each value, [B, N, N]."""
        q = _heads(keys @ self.query.T, HEADS)
        k = _heads(keys @ self.key.T, self.kv_heads)
        v = _heads(values @ self.value.T, self.kv_heads)
        attend = linear_attention if self.is_linear else grouped_query_attention
        answers = attend(q, k, v).transpose(1, 2).flatten(2) @ self.output.T
        return answers @ values.mT


def trained_recall(
    kv_heads: int | None,
    task: Task,
    generator: torch.Generator,
    progress: Callable[[float], None],
) -> float:
    """Return the share of pairs that a layer reads back after training.

    Args:
        kv_heads: key/value heads; None for a linear layer.
        task: what it is trained on.
        generator: source of weights and pairs.
        progress: told the share of steps done.
    """
    layer = Layer(kv_heads, generator)
    optimiser = torch.optim.Adam(layer.weights, lr=RATE)
    right = torch.arange(task.pairs)
    for step in range(task.steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - step / task.steps)
        scores = SHARPNESS * layer.scores(*_pairs(BATCH, task.pairs, generator))
        loss = cross_entropy(scores.flatten(0, 1), right.repeat(BATCH))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        progress((step + 1) / task.steps)
    with torch.no_grad():
        scores = layer.scores(*_pairs(TESTED, task.pairs, generator))
        return float((scores.argmax(-1) == right).double().mean())


def _pairs(batch: int, pairs: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return random keys, and values of length 1."""
    keys, values = torch.randn(2, batch, pairs, INPUT_WIDTH, generator=generator)
    return keys, normalize(values, dim=-1)


def _heads(projected: Tensor, count: int) -> Tensor:
    """Return [B, N, heads · D] as [B, heads, N, D]."""
    return projected.unflatten(-1, (count, -1)).transpose(1, 2)
