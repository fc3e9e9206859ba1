"""Exact rationals, with logarithms, exponentials and roots to 45 digits, and first derivatives.

Everything algebraic stays an exact fraction. A transcendental value is the fraction nearest to it
with 45 digits, and `Precision` remembers that one occurred, so that a comparison knows its
tolerance.
"""

from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, localcontext
from fractions import Fraction
from math import isqrt

from rlprep.formula.errors import Undecidable, Undefined

DIGITS = 45
TOLERANCE = Fraction(1, 10**28)
_CONTEXT = Context(prec=DIGITS)


@dataclass(frozen=True, slots=True)
class Dual:
    """A number and its derivative along one direction of the parameters."""

    value: Fraction
    slope: Fraction

    def __add__(self, other: "Number") -> "Dual":
        other = dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __neg__(self) -> "Dual":
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: "Number") -> "Dual":
        return self + -dual(other)

    def __rsub__(self, other: "Number") -> "Dual":
        return dual(other) + -self

    def __mul__(self, other: "Number") -> "Dual":
        other = dual(other)
        slope = self.value * other.slope + self.slope * other.value
        return Dual(self.value * other.value, slope)

    __rmul__ = __mul__


Number = Fraction | Dual


def dual(x: Number) -> Dual:
    """Return a number with its derivative, 0 for a constant."""
    return x if isinstance(x, Dual) else Dual(x, Fraction(0))


def plain(x: Number) -> Fraction:
    """Return a number without its derivative."""
    return x.value if isinstance(x, Dual) else x


def _decimal(x: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(x.numerator), Decimal(x.denominator))


class Precision:
    """The transcendental functions, remembering whether one gave an inexact value."""

    def __init__(self) -> None:
        self.is_exact = True

    def constant(self, value: Fraction) -> Number:
        """Return a literal."""
        return value

    def extreme(self, values: list[Number], *, largest: bool) -> Number:
        """Return the smallest or largest value."""
        return (max if largest else min)(values, key=plain)

    def absolute(self, x: Number) -> Number:
        """Return the absolute value."""
        return -x if plain(x) < 0 else x

    def divide(self, a: Number, b: Number) -> Number:
        """Return a / b."""
        if plain(b) == 0:
            raise Undefined("a division by zero")
        if isinstance(a, Dual) or isinstance(b, Dual):
            a, b = dual(a), dual(b)
            value = a.value / b.value
            return Dual(value, (a.slope - value * b.slope) / b.value)
        return a / b

    def log(self, x: Number) -> Number:
        """Return the natural logarithm."""
        value = plain(x)
        if value <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        if value == 1:
            result = Fraction(0)
        else:
            self.is_exact = False
            result = Fraction(_decimal(value).ln(_CONTEXT))
        return Dual(result, x.slope / value) if isinstance(x, Dual) else result

    def exp(self, x: Number) -> Number:
        """Return the exponential."""
        value = plain(x)
        if abs(value) > 200:
            raise Undefined("an exponential beyond all bounds")
        if value == 0:
            result = Fraction(1)
        else:
            self.is_exact = False
            result = Fraction(_decimal(value).exp(_CONTEXT))
        return Dual(result, x.slope * result) if isinstance(x, Dual) else result

    def sqrt(self, x: Number) -> Number:
        """Return the square root, exactly where it is rational."""
        value = plain(x)
        if value < 0:
            raise Undefined("the root of a negative number")
        above, below = isqrt(value.numerator), isqrt(value.denominator)
        if above * above == value.numerator and below * below == value.denominator:
            result = Fraction(above, below)
        else:
            self.is_exact = False
            result = Fraction(_decimal(value).sqrt(_CONTEXT))
        if isinstance(x, Dual):
            if not result:
                raise Undefined("the derivative of a root at zero")
            return Dual(result, x.slope / (2 * result))
        return result

    def power(self, base: Number, exponent: Number) -> Number:
        """Return base ** exponent for a whole or half exponent, else by logarithms."""
        exponent = plain(exponent)
        if exponent.denominator == 2:
            return self.power(self.sqrt(base), exponent * 2)
        if exponent.denominator != 1:
            return self.exp(exponent * self.log(base))
        whole = int(exponent)
        if abs(whole) > 64:
            raise Undecidable("an exponent is too large")
        result: Number = Fraction(1)
        for _ in range(abs(whole)):
            result = result * base
        return self.divide(Fraction(1), result) if whole < 0 else result


def close(a: Fraction, b: Fraction, *, is_exact: bool) -> bool:
    """Whether two values are equal, exactly or within the tolerance of 45-digit arithmetic."""
    if a == b:
        return True
    return not is_exact and abs(a - b) <= TOLERANCE * (1 + abs(a))


def shown(x: Fraction) -> str:
    """Return a number for people: small fractions exactly, others as a decimal."""
    if x.denominator <= 1000 and abs(x.numerator) < 10**6:
        return str(x)
    with localcontext(Context(prec=6)):
        try:
            return format(+_decimal(x), "f") if abs(x) > Fraction(1, 10**4) else str(+_decimal(x))
        except DecimalException:
            return "a very large number"
