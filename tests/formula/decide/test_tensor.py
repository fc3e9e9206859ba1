"""What arrays and quotients refuse when they are asked directly."""

from fractions import Fraction

import pytest

from rlprep.formula.decide.matrix_rules import Ones
from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.residues import PrimeArithmetic
from rlprep.formula.decide.tensor import MAX_ENTRIES, ShapeError, ShapePairError, Tensor, spread
from rlprep.formula.errors import Undecidable, Undefined


def test_an_array_has_a_largest_size() -> None:
    with pytest.raises(Undecidable, match="too many entries"):
        Tensor((MAX_ENTRIES + 1,), [0] * (MAX_ENTRIES + 1))


def test_a_reshaped_array_keeps_its_entries() -> None:
    with pytest.raises(ShapeError, match="the number of entries changes"):
        Tensor((2, 3), [0] * 6).reshaped((4,))


def test_an_array_is_not_spread_over_fewer_axes() -> None:
    with pytest.raises(ShapePairError):
        spread(Tensor((2, 3), [0] * 6), (3,))


def test_the_entries_of_a_vector_of_ones_are_not_known() -> None:
    ones = Ones(is_row=True)

    assert not hasattr(ones, "anything")
    with pytest.raises(Undecidable, match="unknown length"):
        len(ones.data)


def test_a_quotient_by_zero_has_no_value() -> None:
    with pytest.raises(Undefined):
        _ = Quotient.of(1) / Quotient.of(0)


def test_equal_quotients_have_many_forms() -> None:
    a, b = Quotient.atom("a"), Quotient.atom("b")

    assert (a + b) / (a - b) == (a * a + a * b) / (a * a - a * b)
    assert (a + b) / (a - b) != (a - b) / (a + b)


def test_what_has_no_root_has_an_unknown_one() -> None:
    numbers = PrimeArithmetic()
    two = numbers.const(Fraction(2))

    for free in range(8):
        number = numbers.log(numbers.symbol("free", free))
        root = numbers.sqrt(number)
        assert root == numbers.sqrt(number)
        assert root not in {numbers.sqrt(numbers.log(two)), number}
        assert root * root != number
    assert numbers.exp(numbers.log(two)) == two
