"""The laws that the exact deciders rest on: residues, arrays, rational functions, rounding."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlprep.formula.decide.heads import counts, symbols, worlds
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.residues import BASE, HIGH, LOW, PrimeArithmetic
from rlprep.formula.decide.tensor import ShapeError, Tensor, einsum, inverse, matmul
from rlprep.formula.errors import Undecidable, Undefined

EXACT = PrimeArithmetic()
fractions = st.fractions(min_value=-9, max_value=9, max_denominator=9)


def test_the_base_of_exponentials_has_the_order_of_the_first_field() -> None:
    assert BASE != 1
    assert pow(BASE, LOW, HIGH) == 1


@given(fractions, fractions)
def test_the_exponential_of_a_sum_is_the_product(a: Fraction, b: Fraction) -> None:
    x, y = EXACT.const(a), EXACT.const(b)

    assert EXACT.exp(x + y) == EXACT.exp(x) * EXACT.exp(y)


@given(fractions, fractions.filter(bool))
def test_residues_follow_the_rules_of_fractions(a: Fraction, b: Fraction) -> None:
    assert EXACT.const(a) / EXACT.const(b) == EXACT.const(a / b)
    assert EXACT.const(a) - EXACT.const(b) == EXACT.const(a - b)


def test_the_exponential_of_a_logarithm_is_the_number() -> None:
    x, y = EXACT.symbol("x"), EXACT.symbol("y")

    assert EXACT.exp(EXACT.log(x)) == x
    assert EXACT.exp(EXACT.log(x) - EXACT.log(y)) == x / y


def test_roots_multiply_and_nest() -> None:
    x, y = EXACT.symbol("x"), EXACT.symbol("y")
    fourth = EXACT.sqrt(EXACT.sqrt(x))

    assert EXACT.sqrt(x) * EXACT.sqrt(y) == EXACT.sqrt(x * y)
    assert fourth * fourth * fourth * fourth == x


def test_dividing_by_zero_has_no_value() -> None:
    with pytest.raises(Undefined):
        _ = EXACT.const(1) / EXACT.const(0)


def _numbers(*rows: tuple[int, ...]) -> Tensor:
    return Tensor((len(rows), len(rows[0])), [Fraction(x) for row in rows for x in row])


def test_a_matrix_times_its_inverse_is_the_identity() -> None:
    a = _numbers((0, 2, 1), (1, 1, 0), (3, 0, 1))
    product = matmul(a, inverse(a, Fraction(1), Fraction(0)))

    assert product.data == _numbers((1, 0, 0), (0, 1, 0), (0, 0, 1)).data


def test_einsum_agrees_with_the_matrix_product() -> None:
    a, b = _numbers((1, 2, 3), (4, 5, 6)), _numbers((1, 0), (2, 1), (0, 3))

    assert einsum(["ij", "jk"], "ik", [a, b]).data == matmul(a, b).data


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_that_does_not_exist_is_a_shape_error(axis: int) -> None:
    with pytest.raises(ShapeError):
        _numbers((1, 2)).summed(axis)


def test_inner_widths_that_differ_are_a_shape_error() -> None:
    with pytest.raises(ShapeError):
        matmul(_numbers((1, 2)), _numbers((1, 2)))


def test_quotients_are_equal_across_forms() -> None:
    x, y = Quotient.atom("x"), Quotient.atom("y")

    assert (x * x - y * y) / (x - y) == x + y
    assert Quotient.of(1) / (Quotient.of(1) / x) == x
    assert x / y != y / x


def _at(value: Quotient, world: tuple[int, int, int]) -> Fraction:
    """Evaluate a rational function of the head symbols at numbers."""
    q_heads, kv_heads, head = world
    group = q_heads // kv_heads
    numbers = {"shared": head // group, "offset": head % group, "group": group,
               "kv_heads": kv_heads}  # fmt: skip

    def polynomial(p: Polynomial) -> Fraction:
        total = Fraction(0)
        for monomial, coefficient in p.terms.items():
            term = Fraction(coefficient)
            for atom, exponent in monomial:
                term *= Fraction(numbers[str(atom[0])]) ** exponent
            total += term
        return total

    return polynomial(value.above) / polynomial(value.below)


scales = st.sampled_from(["head", "q_heads", "kv_heads", "group_size"])


@settings(deadline=None)
@given(scales, scales, st.sampled_from([0, 1, Fraction(1, 2)]), st.sampled_from(worlds()))
def test_symbolic_rounding_agrees_with_numbers(
    above: str, below: str, plus: Fraction, world: tuple[int, int, int]
) -> None:
    value = (symbols()[above] + Quotient.of(plus)) / symbols()[below]
    numbers = counts(world)
    if not numbers[below]:
        return
    exact = (numbers[above] + plus) / numbers[below]
    for rounded, number in ((Quotient.floor, floor(exact)), (Quotient.ceil, -floor(-exact))):
        try:
            symbolic = rounded(value)
        except Undecidable:
            continue
        except Undefined:
            return
        assert _at(symbolic, world) == number
