"""Exact rational functions of named sizes: a polynomial over a polynomial.

Two of them are equal exactly when their cross products are the same polynomial, which is a proof
for all sizes. Rounding down is exact too where it can be seen: `floor` knows that a whole-number
polynomial is whole and that what is left lies between 0 and 1.
"""

from __future__ import annotations

from fractions import Fraction

from rlprep.formula.decide.polynomial import Atom, Monomial, Polynomial
from rlprep.formula.errors import Undecidable, Undefined

OFFSET, GROUP, HEADS, SHARED = ("offset",), ("group",), ("kv_heads",), ("shared",)
"""Query head = shared * group + offset, with 0 <= offset < group and 0 <= shared < kv_heads."""


class Quotient:
    """A rational function; single-term divisors are folded into negative exponents."""

    __slots__ = ("above", "below")

    def __init__(self, above: Polynomial, below: Polynomial | None = None) -> None:
        if below is not None and len(below.terms) == 1:
            above, below = above * below.inverse(), None
        self.above = above
        self.below = below or Polynomial.constant(1)

    @classmethod
    def of(cls, value: Fraction | int) -> Quotient:
        """Return a constant."""
        return cls(Polynomial.constant(Fraction(value)))

    @classmethod
    def atom(cls, name: str) -> Quotient:
        """Return a size by itself."""
        return cls(Polynomial.atom((name,)))

    def __add__(self, other: Quotient) -> Quotient:
        if self.below == other.below:
            return Quotient(self.above + other.above, self.below)
        above = self.above * other.below + other.above * self.below
        return Quotient(above, self.below * other.below)

    def __neg__(self) -> Quotient:
        return Quotient(-self.above, self.below)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + -other

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(self.above * other.above, self.below * other.below)

    def __truediv__(self, other: Quotient) -> Quotient:
        if not other.above.terms:
            raise Undefined("a division by zero")
        return Quotient(self.above * other.below, self.below * other.above)

    def power(self, exponent: int) -> Quotient:
        """Return a whole power."""
        if exponent < 0:
            return (Quotient.of(1) / self).power(-exponent)
        return Quotient(self.above.power(exponent), self.below.power(exponent))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quotient) and (
            self.above * other.below == other.above * self.below
        )

    @property
    def constant(self) -> Fraction | None:
        """The value, where it is a constant."""
        if self.below.is_constant and self.above.is_constant:
            return Fraction(self.above.constant_term) / Fraction(self.below.constant_term)
        return None

    def floor(self) -> Quotient:
        """Return the value rounded down.

        Raises:
            Undecidable: it can't be seen what is lost.
        """
        whole, rest = self._parts()
        if (gap := _gap(rest)) is not None and gap.terms and _is_positive(gap):
            return Quotient(whole)
        raise Undecidable("rounding that can't be carried out in general")

    def ceil(self) -> Quotient:
        """Return the value rounded up."""
        whole, rest = self._parts()
        if not rest.terms:
            return Quotient(whole)
        gap = _gap(rest)
        always = any(not _varies(monomial) for monomial in rest.terms)
        if gap is not None and always and _is_positive(gap):
            return Quotient(whole + Polynomial.constant(1))
        raise Undecidable("rounding that can't be carried out in general")

    def _parts(self) -> tuple[Polynomial, Polynomial]:
        """Return the part that is whole for all sizes, and the rest."""
        if not self.below.is_constant:
            raise Undecidable("rounding of a quotient of sums")
        value = self.above
        whole = value.kept(lambda m: _is_whole(m, value.terms[m]))
        return whole, value - whole


def _is_whole(monomial: Monomial, coefficient: Fraction | int) -> bool:
    return Fraction(coefficient).denominator == 1 and all(e > 0 for _, e in monomial)


def _varies(monomial: Monomial) -> bool:
    return any(atom in (OFFSET, SHARED) for atom, _ in monomial)


def _is_positive(value: Polynomial) -> bool:
    return all(coefficient > 0 for coefficient in value.terms.values())


def _gap(rest: Polynomial) -> Polynomial | None:
    """Return 1 minus the largest value of a rest that is nowhere negative; None if unclear."""
    if not _is_positive(rest):
        return None
    largest = Polynomial({}, 0)
    for monomial, coefficient in rest.terms.items():
        term = Polynomial.constant(Fraction(coefficient))
        for atom, exponent in monomial:
            factor = Polynomial.atom(atom)
            if (bound := _LARGEST.get(atom)) is not None:
                if exponent < 0:
                    return None
                factor = Polynomial.atom(bound) - Polynomial.constant(1)
            term = term * factor.power(exponent)
        largest = largest + term
    return Polynomial.constant(1) - largest


_LARGEST: dict[Atom, Atom] = {OFFSET: GROUP, SHARED: HEADS}
