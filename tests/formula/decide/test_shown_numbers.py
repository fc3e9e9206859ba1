"""How a counterexample's numbers look: small fractions as they are, others as short decimals."""

from fractions import Fraction

import pytest

from rlprep.formula.decide.numbers import shown


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(-1, 2), "-1/2"),
        (Fraction(12_345, 7), "12345/7"),
        (Fraction(1, 1000), "1/1000"),
        (Fraction(2, 1001), "0.00199800"),
        (Fraction(10**6 + 1, 3), "333334"),
        (Fraction(10**8, 3), "33333300"),
        (Fraction(1, 30_000), "0.0000333333"),
        (Fraction(1, 3 * 10**9), "3.33333E-10"),
        (Fraction(-7, 9_000_001), "-7.77778E-7"),
    ],
)
def test_a_number_is_shown_for_people(number, text) -> None:
    assert shown(number) == text
