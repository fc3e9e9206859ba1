"""The exact parts under the deciders: polynomials, recurrences, numbers, patterns."""

from fractions import Fraction

import pytest

from rlprep.formula.decide.meaning import Values
from rlprep.formula.decide.numbers import Dual, Precision, close
from rlprep.formula.decide.polynomial import PRIME, Polynomial
from rlprep.formula.decide.recurrence import infinite_sum, shortest_recurrence
from rlprep.formula.errors import Undecidable, Undefined

X, Y = Polynomial.atom(("x",)), Polynomial.atom(("y",))
HALF = Fraction(1, 2)


def test_equal_polynomials_have_equal_terms():
    assert (X + Y) * (X - Y) == X * X - Y * Y
    assert (X + Y).power(3) != X.power(3) + Y.power(3)


def test_a_laurent_monomial_divides():
    assert X * Y * X.inverse() == Y
    with pytest.raises(Undecidable):
        (X + Y).inverse()
    with pytest.raises(Undefined):
        (X - X).inverse()


def test_a_fraction_becomes_an_element_of_the_field():
    third = Polynomial.constant(Fraction(1, 3), PRIME)
    assert (third * Polynomial.constant(3, PRIME)).constant_term == 1


def test_an_expansion_beyond_the_cap_is_undecided():
    many = sum((Polynomial.atom((f"x{i}",)) for i in range(90)), Polynomial({}))
    with pytest.raises(Undecidable):
        _ = many * many


@pytest.mark.parametrize(
    ("terms", "total"),
    [
        pytest.param([HALF**n for n in range(30)], 2, id="geometric"),
        pytest.param([n * HALF**n for n in range(30)], 2, id="index times geometric"),
        pytest.param([(-HALF) ** n for n in range(30)], Fraction(2, 3), id="alternating"),
        pytest.param([HALF**n + Fraction(1, 3) ** n for n in range(30)], Fraction(7, 2), id="two"),
    ],
)
def test_an_infinite_sum_by_its_recurrence(terms, total):
    assert infinite_sum(terms, 0) == total


def test_the_recurrence_of_fibonacci():
    numbers = [0, 1]
    while len(numbers) < 20:
        numbers.append(numbers[-1] + numbers[-2])
    assert shortest_recurrence(numbers, 0) == [1, 1]


def test_a_sum_of_ones_diverges():
    with pytest.raises(Undefined):
        infinite_sum([Fraction(1)] * 30, 0)


def test_a_sequence_without_short_recurrence_is_undecided():
    with pytest.raises(Undecidable):
        infinite_sum([Fraction(n) ** n for n in range(1, 20)], 0)


def test_logarithms_are_inexact_and_remembered():
    precision = Precision()
    assert precision.sqrt(Fraction(9, 4)) == Fraction(3, 2)
    assert precision.is_exact
    two, three, six = (precision.log(Fraction(n)) for n in (2, 3, 6))
    assert not precision.is_exact
    total = two + three
    assert isinstance(total, Fraction)
    assert isinstance(six, Fraction)
    assert total != six
    assert close(total, six, is_exact=False)
    assert not close(total, six, is_exact=True)
    assert not close(Fraction(1), Fraction(1) + Fraction(1, 10**20), is_exact=False)


def test_a_derivative_follows_the_product_and_quotient_rules():
    x = Dual(Fraction(3), Fraction(1))
    assert (x * x).slope == 6
    quotient = Precision().divide(Fraction(1), x)
    assert isinstance(quotient, Dual)
    assert quotient.slope == Fraction(-1, 9)


@pytest.mark.parametrize("bad", [Fraction(0), Fraction(-1)])
def test_the_logarithm_of_nothing_has_no_value(bad):
    with pytest.raises(Undefined):
        Precision().log(bad)


def test_values_are_computed_when_they_are_looked_at():
    looked: list[int] = []
    values = Values(3, lambda number: looked.append(number) or number * 10)
    assert values[1] == values[1] == 10
    assert looked == [1]
    assert values[1:] == [10, 20]
    with pytest.raises(IndexError):
        _ = values[3]
