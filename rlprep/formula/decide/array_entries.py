"""The entries of a trajectory's arrays: plain numbers, or polynomials in rewards and values.

A plain number stays one as long as it meets only its like, so that it can be an index, an exponent
or a side of a comparison; beside a polynomial it is a constant of that polynomial's world.
"""

from dataclasses import dataclass
from fractions import Fraction

from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.errors import Undecidable, Undefined

LARGEST_POWER = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with the arithmetic of what it holds; zero is always the plain number."""

    value: Fraction | Polynomial

    @classmethod
    def of(cls, value: Fraction | int | Polynomial) -> "Entry":
        """Return an entry; a constant over the rationals is a plain number."""
        if isinstance(value, Polynomial):
            if not value.terms:
                return cls(Fraction(0))
            return cls(Fraction(value.constant_term)) if _is_rational(value) else cls(value)
        return cls(Fraction(value))

    def __add__(self, other: "Entry") -> "Entry":
        match self.value, other.value:
            case Fraction() as a, Fraction() as b:
                return Entry(a + b)
        a, b = self._beside(other), other._beside(self)
        return Entry.of(a + b)

    def __neg__(self) -> "Entry":
        return Entry(-self.value)

    def __sub__(self, other: "Entry") -> "Entry":
        return self + -other

    def __mul__(self, other: "Entry") -> "Entry":
        match self.value, other.value:
            case Fraction() as a, Fraction() as b:
                return Entry(a * b)
        a, b = self._beside(other), other._beside(self)
        return Entry.of(a * b)

    def __truediv__(self, other: "Entry") -> "Entry":
        match self.value, other.value:
            case _, Fraction() as b if not b:
                raise Undefined("a division by zero")
            case Fraction() as a, Fraction() as b:
                return Entry(a / b)
        a, b = self._beside(other), other._beside(self)
        return Entry.of(a * b.inverse())

    def __pow__(self, other: "Entry") -> "Entry":
        power = other.whole
        if abs(power) > LARGEST_POWER:
            raise Undecidable("an exponent is too large")
        if isinstance(self.value, Polynomial):
            return Entry.of(self.value.power(power))
        if not self.value and power < 0:
            raise Undefined("a division by zero")
        return Entry(self.value**power)

    @property
    def number(self) -> Fraction:
        """The plain number.

        Raises:
            Undecidable: it is none.
        """
        if isinstance(self.value, Polynomial):
            raise Undecidable("a number is needed where a quantity stands")
        return self.value

    @property
    def whole(self) -> int:
        """The whole number, as an index or an exponent.

        Raises:
            Undecidable: it is none.
        """
        number = self.number
        if number.denominator != 1:
            raise Undecidable("an index is not whole")
        return int(number)

    def polynomial(self, mod: int) -> Polynomial:
        """Return it as a polynomial of a world."""
        value = self.value
        return value if isinstance(value, Polynomial) else Polynomial.constant(value, mod)

    def _beside(self, other: "Entry") -> Polynomial:
        return self.polynomial(other.value.mod if isinstance(other.value, Polynomial) else 0)


def _is_rational(value: Polynomial) -> bool:
    return not value.mod and value.is_constant


ZERO, ONE = Entry(Fraction(0)), Entry(Fraction(1))
