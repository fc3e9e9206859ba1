"""Exact polynomials in named atoms, over the rationals or a prime field.

A monomial is a sorted tuple of (atom, exponent); exponents may be negative (Laurent), so products
and
quotients of single terms stay polynomials. Two polynomials are equal exactly when their terms are:
this normal form proves an identity for all real values of the atoms.
"""

from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction

from rlprep.formula.errors import Undecidable, Undefined

PRIME = 2**61 - 1
MAX_POLYNOMIAL_TERMS = 4000

Atom = tuple[Hashable, ...]
Monomial = tuple[tuple[Atom, int], ...]


class Polynomial:
    """A sum of coefficients times monomials. `mod` is 0 (rationals) or a prime."""

    __slots__ = ("mod", "terms")

    def __init__(self, terms: dict[Monomial, Fraction | int], mod: int = 0) -> None:
        self.terms = terms
        self.mod = mod

    @classmethod
    def constant(cls, value: Fraction | int, mod: int = 0) -> "Polynomial":
        """Return a constant; a fraction is taken into the field when there is one."""
        if mod and isinstance(value, Fraction):
            value = value.numerator * pow(value.denominator, -1, mod) % mod
        return cls({(): value} if value else {}, mod)

    @classmethod
    def atom(cls, atom: Atom, mod: int = 0) -> "Polynomial":
        """Return one atom by itself."""
        return cls({((atom, 1),): 1}, mod)

    def __add__(self, other: "Polynomial") -> "Polynomial":
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total = terms.get(monomial, 0) + coefficient
            if self.mod:
                total %= self.mod
            if total:
                terms[monomial] = total
            else:
                terms.pop(monomial, None)
        return Polynomial(terms, self.mod)

    def __neg__(self) -> "Polynomial":
        if self.mod:
            return Polynomial({m: self.mod - c for m, c in self.terms.items()}, self.mod)
        return Polynomial({m: -c for m, c in self.terms.items()}, self.mod)

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + -other

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        if len(self.terms) * len(other.terms) > MAX_POLYNOMIAL_TERMS:
            raise Undecidable("the expanded formula has too many terms")
        terms: dict[Monomial, Fraction | int] = {}
        mod = self.mod
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                monomial = _product(left, right) if left and right else left or right
                total = terms.get(monomial, 0) + a * b
                terms[monomial] = total % mod if mod else total
        return Polynomial({m: c for m, c in terms.items() if c}, mod)

    def power(self, exponent: int) -> "Polynomial":
        """Return an integer power; negative ones only of a single term."""
        if exponent < 0:
            return self.inverse().power(-exponent)
        result, base = Polynomial.constant(1, self.mod), self
        while exponent:
            if exponent & 1:
                result = result * base
            exponent >>= 1
            if exponent:
                base = base * base
        return result

    def inverse(self) -> "Polynomial":
        """Return one over a single term.

        Raises:
            Undefined: this is zero.
            Undecidable: it has several terms.
        """
        if not self.terms:
            raise Undefined("a division by zero")
        if len(self.terms) > 1:
            raise Undecidable("a division by a sum")
        ((monomial, coefficient),) = self.terms.items()
        inverted = tuple((atom, -exponent) for atom, exponent in monomial)
        return Polynomial({inverted: invert(coefficient, self.mod)}, self.mod)

    @property
    def is_constant(self) -> bool:
        """Whether no atom occurs."""
        return not self.terms or (len(self.terms) == 1 and () in self.terms)

    @property
    def constant_term(self) -> Fraction | int:
        """The coefficient of the empty monomial."""
        return self.terms.get((), 0)

    def atoms(self) -> set[Atom]:
        """Return the atoms that occur."""
        return {atom for monomial in self.terms for atom, _ in monomial}

    def kept(self, wanted: Callable[[Monomial], bool]) -> "Polynomial":
        """Return the terms whose monomial satisfies `wanted`."""
        return Polynomial({m: c for m, c in self.terms.items() if wanted(m)}, self.mod)

    def key(self) -> Hashable:
        """Return a hashable normal form."""
        return tuple(sorted(((m, Fraction(c)) for m, c in self.terms.items()), key=repr))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __repr__(self) -> str:
        return f"Polynomial({self.terms})"


def invert(value: Fraction | int, mod: int) -> Fraction | int:
    """Return one over a coefficient, in the field of the polynomial."""
    return pow(int(value), -1, mod) if mod else Fraction(1) / value


def _product(left: Monomial, right: Monomial) -> Monomial:
    merged = dict(left)
    for atom, exponent in right:
        total = merged.get(atom, 0) + exponent
        if total:
            merged[atom] = total
        else:
            del merged[atom]
    return tuple(sorted(merged.items(), key=_order))


def _order(item: tuple[Atom, int]) -> str:
    return repr(item[0])


def total(polynomials: Iterable[Polynomial], mod: int = 0) -> Polynomial:
    """Return the sum of several polynomials."""
    result = Polynomial({}, mod)
    for polynomial in polynomials:
        result = result + polynomial
    return result
