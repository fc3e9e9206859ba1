"""The contenders of the benchmark compute the same thing; their times are for people to read."""

import torch

from tests.bench.kernels import (
    advantages,
    agree,
    causal_attention,
    decoding,
    measure,
    natural_gradient,
)


def test_contenders_agree_at_a_small_size():
    small = [
        causal_attention(65, heads=1, width=4),
        decoding(2, length=33, heads=4, width=8),
        natural_gradient(states=8, hidden=4),
        advantages(length=20, batch=2),
    ]
    for comparison in small:
        assert agree(comparison), comparison.workload


def test_a_contender_with_another_answer_is_noticed():
    comparison = decoding(2, length=33, heads=4, width=8)
    comparison.contenders["wrong"] = lambda: torch.zeros(1, 4, 1, 8)
    assert not agree(comparison)


def test_every_contender_is_timed():
    comparison = advantages(length=5, batch=2)
    times = measure(comparison)
    assert list(times) == list(comparison.contenders)
    assert min(times.values()) > 0
