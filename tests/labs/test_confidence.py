"""Means, intervals by Student's t, and generators that don't depend on how many there are."""

import math

import numpy as np
import pytest
import torch

from rlprep.labs.confidence import estimates, generators, half_width, line, t_quantile, table
from rlprep.labs.lab import Column, Estimate, Settings

# Printed tables of the 97.5 % quantile.
TABLE = [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (10, 2.228), (30, 2.042)]


@pytest.mark.parametrize(("degrees", "expected"), TABLE)
def test_quantiles_are_those_of_the_printed_tables(degrees: int, expected: float):
    assert t_quantile(degrees) == pytest.approx(expected, abs=6e-4)


def test_many_degrees_come_near_the_normal_distribution():
    assert t_quantile(1000) == pytest.approx(1.96234, abs=1e-4)


def test_intervals_cover_the_mean_as_often_as_they_say():
    draws = np.random.default_rng(0).standard_normal((4, 4000))
    covered = np.abs(draws.mean(axis=0)) <= half_width(draws)
    assert covered.mean() == pytest.approx(0.95, abs=0.015)


def test_one_repetition_has_a_mean_and_no_interval():
    assert estimates(np.array([[2.0, math.nan]])) == [Estimate(2.0), None]


def test_two_repetitions_by_hand():
    (found,) = estimates(np.array([[1.0], [3.0]]))
    assert found is not None
    assert found.mean == 2.0
    assert found.half_width == pytest.approx(12.7062, abs=1e-4)  # s / √2 = 1
    assert (found.low, found.high) == pytest.approx((2 - 12.7062, 2 + 12.7062), abs=1e-4)


def test_a_line_has_a_band_only_where_there_are_repetitions():
    one, two = np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [3.0, 2.0]])
    assert line("a", [1, 2], one).low == ()
    banded = line("a", [1, 2], two)
    assert banded.y == (2.0, 2.0)
    assert banded.low[0] < 2.0 < banded.high[0]
    assert banded.low[1] == banded.high[1] == 2.0


def test_a_table_keeps_its_labels_beside_its_estimates():
    samples = np.array([[[1.0], [5.0]], [[3.0], [5.0]]])
    columns, rows = table([Column("n")], [Column("t", "s")], [[10], [20]], samples)
    assert [each.name for each in columns] == ["n", "t"]
    assert rows[1] == (20, Estimate(5.0, 0.0))


def test_more_seeds_leave_the_first_as_they_were_and_seeds_differ():
    def drawn(seed: int, seeds: int) -> list[float]:
        settings = Settings(seed=seed, seeds=seeds)
        return [float(torch.rand((), generator=each)) for each in generators(settings)]

    assert drawn(0, 3)[:2] == drawn(0, 2)
    assert len({*drawn(0, 3), *drawn(1, 3)}) == 6
