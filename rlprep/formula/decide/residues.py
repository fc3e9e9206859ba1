"""Exact arithmetic in which sums, products, quotients, square roots and exponentials all live.

A real number is represented by its images in two prime fields. The second prime is a multiple of
the first plus one, so the second field holds an element of that order, and the power of it to a
value of the first field is an exponential: exp(a + b) = exp(a) exp(b) holds exactly. Every other
function is uninterpreted: a fixed pseudo-random function of its arguments. An identity that follows
from the rules of arithmetic and of exp therefore holds here; one that does not fails, at random
points, except with a chance of about 10^-17 (Schwartz 1980, Zippel 1979).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

from rlprep.formula.errors import Undefined

LOW = 2**61 - 1
HIGH = 66 * LOW + 1
BASE = pow(3, 66, HIGH)


class Residue:
    """A number: its images `low` and `high`, and `factor` = exp of a logarithm added to it."""

    __slots__ = ("factor", "high", "low")

    def __init__(self, low: int, high: int, factor: int = 1) -> None:
        self.low = low % LOW
        self.high = high % HIGH
        self.factor = factor

    def __add__(self, other: Residue) -> Residue:
        return Residue(
            self.low + other.low, self.high + other.high, self.factor * other.factor % HIGH
        )

    def __neg__(self) -> Residue:
        return Residue(-self.low, -self.high, _inverse(self.factor, HIGH))

    def __sub__(self, other: Residue) -> Residue:
        return self + -other

    def __mul__(self, other: Residue) -> Residue:
        low = self.low * other.low
        if self.factor != 1 or other.factor != 1:
            low = draw("product of a logarithm", *self.key(), *other.key())[0]
        return Residue(low, self.high * other.high)

    def __truediv__(self, other: Residue) -> Residue:
        if not other.low or not other.high:
            raise Undefined("a division by zero")
        return self * Residue(_inverse(other.low, LOW), _inverse(other.high, HIGH))

    def key(self) -> tuple[int, int, int]:
        """Return what tells two numbers apart."""
        return self.low, self.high, self.factor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Residue) and self.high == other.high

    def __hash__(self) -> int:
        return hash(self.high)


def _inverse(value: int, modulus: int) -> int:
    return 1 if value == 1 else pow(value, -1, modulus)


@lru_cache(maxsize=65536)
def draw(name: str, *values: int) -> tuple[int, int]:
    """Return two pseudo-random whole numbers that depend on a name and on whole numbers."""
    text = name + "|" + ",".join(map(str, values))
    digest = blake2b(text.encode(), digest_size=32).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:])


class PrimeArithmetic:
    """The operations on residues."""

    def const(self, value: Fraction | int) -> Residue:
        """Return a rational number."""
        top, bottom = Fraction(value).as_integer_ratio()
        return Residue(top * _inverse(bottom % LOW, LOW), top * _inverse(bottom % HIGH, HIGH))

    def symbol(self, *name: object) -> Residue:
        """Return a free number; it is a square, so that its roots exist."""
        low, high = draw("symbol " + repr(name))
        return Residue(low * low, high * high)

    def given(self, matrix: str, *place: int) -> Residue:
        """Return an entry of an input matrix, by sequence, head, row and column."""
        return Residue(*draw("entry " + matrix, *place))

    def opaque(self, name: str, *arguments: Residue) -> Residue:
        """Return the value of an uninterpreted function."""
        return Residue(*draw(name, *(part for x in arguments for part in x.key())))

    def exp(self, x: Residue) -> Residue:
        """Return the exponential."""
        return Residue(draw("exp", *x.key())[0], pow(BASE, x.low, HIGH) * x.factor)

    def log(self, x: Residue) -> Residue:
        """Return the logarithm; its exponential is exactly x again."""
        if not x.high:
            raise Undefined("the logarithm of zero")
        return Residue(0, draw("log", x.high)[1], x.high)

    def sqrt(self, x: Residue) -> Residue:
        """Return the root that is itself a square; roots of symbols are multiplicative.

        Of what has no such root it is an unknown function: equal where its arguments are.
        """
        root = Residue(pow(x.low, (LOW + 1) // 4, LOW), pow(x.high, (HIGH + 1) // 4, HIGH))
        return root if (root * root).key() == x.key() else self.opaque("root", x)

    def length(self, square: Residue) -> Residue:
        """Return the root of a sum of squares: a fixed unknown function of it."""
        return self.opaque("length", square)

    def maximum(self, values: list[Residue]) -> Residue:
        """Return the largest of several numbers: an unknown function of them all."""
        return self.opaque("max", *sorted(values, key=lambda x: x.key()))
