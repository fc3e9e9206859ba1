"""What the docstrings say of memory, read off the largest tensor that any operation makes."""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from rlprep.kernels.attention.grouped import grouped_query_attention
from rlprep.kernels.attention.kv_cache import packed_decode
from rlprep.kernels.attention.linear import (
    linear_attention,
    linear_attention_chunked,
    linear_attention_parallel,
)
from rlprep.kernels.attention.softmax import online_softmax


class Largest(TorchDispatchMode):
    """Keep the size, in float32 numbers, of the largest tensor made, views of inputs apart."""

    def __init__(self, *inputs: Tensor) -> None:
        super().__init__()
        self.inputs = {tensor.untyped_storage().data_ptr() for tensor in inputs}
        self.numel = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else [made]:
            if isinstance(tensor, Tensor):
                storage = tensor.untyped_storage()
                if storage.data_ptr() not in self.inputs:
                    self.numel = max(self.numel, storage.nbytes() // 4)
        return made


def qkv(length: int, heads: int = 1) -> list[Tensor]:
    random = torch.Generator().manual_seed(0)
    return [torch.randn(1, heads, length, 8, generator=random) for _ in range(3)]


def test_linear_attention_makes_nothing_that_grows_faster_than_its_inputs():
    query, key, value = qkv(4096)
    with Largest(query, key, value) as made:
        linear_attention(query, key, value)
        linear_attention_chunked(query, key, value)
    assert made.numel <= value.numel() * 9 // 8  # the values with their column of ones
    with Largest(query, key, value) as made:
        linear_attention_parallel(query, key, value)
    assert made.numel == 4096**2  # which is why it is for checking only


def test_grouped_attention_never_repeats_keys_and_values():
    """Sixteen query heads on one: repeated, the keys would be 16 times as large."""
    query, _, _ = qkv(1, heads=16)
    _, key, value = qkv(4096)
    with Largest(query, key, value) as made:
        packed_decode(query, key, value)
        grouped_query_attention(query, key, value, is_causal=True)
    # The largest are the scores, [16, 4096]: twice as many elements as keys. The bools of the mask
    # are smaller.
    assert made.numel == 16 * 4096


def test_the_one_pass_never_holds_all_weights():
    scores, values = torch.zeros(4096), torch.zeros(4096, 2)
    with Largest(scores, values) as made:
        online_softmax(scores, values, block=64)
    assert 0 < made.numel <= 64
