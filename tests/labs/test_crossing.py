"""Crossings of curves on logarithmic axes."""

import pytest

from rlprep.labs.crossing import crossing

X = (1.0, 2.0, 4.0, 8.0)
SQUARE = tuple(x * x for x in X)


def test_power_laws_cross_where_algebra_says():
    assert crossing(X, SQUARE, tuple(3 * x for x in X)) == pytest.approx(3.0)


def test_the_last_crossing_counts_for_curves_that_meet_twice():
    assert crossing(X, (2, 1, 1, 9), (1, 2, 2, 1)) == pytest.approx(
        4 * 2 ** (1 / (1 + 2 * 1.58496))
    )


def test_a_curve_that_is_below_from_the_start():
    assert crossing(X, SQUARE, (0.1, 0.1, 0.1, 0.1)) == 1.0


@pytest.mark.parametrize("flat", [SQUARE, (9.0, 9.0, 99.0, 99.0)], ids=["equal", "above"])
def test_curves_that_never_part_do_not_cross(flat: tuple[float, ...]):
    assert crossing(X, SQUARE, flat) is None
