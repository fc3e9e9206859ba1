"""Repetitions: independent, the same again, and heard of as they go."""

import numpy as np
import pytest
import torch

from rlprep.labs.confidence import plus_minus, repeat
from rlprep.labs.lab import Settings


def draw(generator: torch.Generator, progress) -> np.ndarray:
    progress(0.5)
    return torch.rand(3, generator=generator).numpy()


def test_more_repetitions_leave_the_first_ones_as_they_were():
    two, four = (repeat(Settings(seed=3, seeds=seeds), draw) for seeds in (2, 4))
    assert four.shape == (4, 3)
    assert np.array_equal(two, four[:2])
    assert len({tuple(row) for row in four.tolist()}) == 4
    assert not np.array_equal(two, repeat(Settings(seed=4, seeds=2), draw))


@pytest.mark.parametrize("seed", [0, 2**31, 2**200])
def test_any_seed_will_do(seed: int):
    assert np.isfinite(repeat(Settings(seed=seed), draw)).all()


def test_progress_rises_to_the_whole():
    told: list[float] = []
    repeat(Settings(seeds=2, progress=told.append), draw)
    assert told == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("samples", "text"),
    [([0.123456], "0.123"), ([1234.5], "1,234"), ([0.0], "0"), ([1.0, 3.0], "2 ± 13")],
)
def test_numbers_in_a_sentence(samples: list[float], text: str):
    assert plus_minus(np.array(samples)) == text
