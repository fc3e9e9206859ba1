"""The worlds in which attention formulas are evaluated: sizes, inputs, feature map.

In a strict world all sizes differ, so that only shapes that fit for every size fit here. In a
lenient one they are all equal and vectors turn as needed: there a formula whose shapes don't fit
still has a value, by which a known mistake is recognised. A readable world has small numbers, for
counterexamples.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rlprep.formula.decide.residues import PrimeArithmetic
from rlprep.formula.decide.tensor import Tensor
from rlprep.formula.errors import Undecidable, Undefined

LEAD = 2
"""Length of a batch or head axis."""

FEATURES = {"elu", "relu", "softplus", "sigmoid", "exp", "celu", "gelu", "silu", "square", "tanh"}
"""Functions that act entry by entry and may stand for the feature map."""

CONCRETE: dict[str, Callable[[float], float]] = {
    "elu": lambda x: x if x >= 0 else math.expm1(x),
    "celu": lambda x: x if x >= 0 else math.expm1(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
}

READABLE: dict[str, tuple[tuple[int, ...], ...]] = {
    "Q": ((1, 0), (0, 1), (1, 1)), "K": ((1, 2), (0, 1), (2, 0)),
    "V": ((1, 4, 0), (2, 0, 1), (0, 3, 2)),
}  # fmt: skip
NEGATIVE = READABLE | {"Q": ((-1, 0), (0, -1), (-1, -1))}
"""Inputs with negative scores, for formulas that differ at these only."""


class RealArithmetic:
    """The operations on fractions, and on floats where a number is irrational."""

    def __init__(self, matrices: dict[str, tuple[tuple[int, ...], ...]]) -> None:
        self.matrices = matrices

    def const(self, value: Fraction | int) -> Any:
        """Return a rational number."""
        return Fraction(value)

    def symbol(self, *name: object) -> Any:
        """Return a free number: the width 2, the length 3 (as the matrices have them), else 1/2."""
        return {"width": Fraction(2), "value_width": Fraction(3), "length": Fraction(3),
                "inf": Fraction(10**6)}.get(str(name[0]), Fraction(1, 2))  # fmt: skip

    def given(self, matrix: str, *place: int) -> Any:
        """Return an entry of an input matrix."""
        *_, row, column = place
        return Fraction(self.matrices[matrix][row][column])

    def opaque(self, name: str, *arguments: Any) -> Any:
        """Return the value of an unspecified function of one number: x^2 + 1."""
        (x,) = arguments
        if name.startswith(("phi", "psi")):
            return x * x + (1 if name.startswith("phi") else 2)
        if name not in CONCRETE:
            raise Undecidable(f"{name} has no readable value")
        return max(x, Fraction(0)) if name == "relu" else CONCRETE[name](float(x))

    def exp(self, x: Any) -> Any:
        """Return the exponential."""
        return Fraction(1) if x == 0 else math.exp(min(x, 300))

    def log(self, x: Any) -> Any:
        """Return the logarithm."""
        if x <= 0:
            raise Undefined("the logarithm of a number that is not positive")
        return math.log(x)

    def sqrt(self, x: Any) -> Any:
        """Return the square root, exactly where it is rational."""
        if x < 0:
            raise Undefined("the square root of a negative number")
        if isinstance(x, Fraction):
            top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
            if top * top == x.numerator and bottom * bottom == x.denominator:
                return Fraction(top, bottom)
        return math.sqrt(x)

    def length(self, square: Any) -> Any:
        """Return the root of a sum of squares."""
        return self.sqrt(square)

    def maximum(self, values: list[Any]) -> Any:
        """Return the largest of several numbers."""
        return max(values)


Arithmetic = PrimeArithmetic | RealArithmetic


@dataclass(frozen=True, eq=False)
class World:
    """One setting in which an attention formula is evaluated.

    Attributes:
        arithmetic: the numbers.
        sizes: n queries, m keys, d entries of a query, e of a value, r features.
        is_lenient: whether vectors turn where their shapes don't fit.
        feature: "phi" for an unspecified feature map, else the function that acts entry by entry.
    """

    arithmetic: Arithmetic
    sizes: dict[str, int]
    is_lenient: bool = False
    feature: str = "phi"

    def given(self, matrix: str, lead: tuple[int, ...] = ()) -> Tensor:
        """Return Q, K or V, with leading axes (sequences, heads) if any."""
        rows = self.sizes["n" if matrix == "Q" else "m"]
        columns = self.sizes["e" if matrix == "V" else "d"]
        pad = (0,) * (2 - len(lead))

        def entry(*place: int) -> Any:
            return self.arithmetic.given(matrix, *pad, *place)

        return Tensor.build((*lead, rows, columns), entry)

    def scalar(self, value: Fraction | int) -> Tensor:
        """Return a constant."""
        return Tensor.scalar(self.arithmetic.const(value))

    def symbol(self, *name: object) -> Tensor:
        """Return a free number."""
        return Tensor.scalar(self.arithmetic.symbol(*name))

    def size_name(self, size: int) -> str:
        """Return the letter of a size, as messages show it."""
        shown = {"e": "d_v", "r": "r"}
        for letter, value in self.sizes.items():
            if value == size:
                return shown.get(letter, letter)
        return str(size)

    def shape_name(self, shape: tuple[int, ...]) -> str:
        """Return a shape in letters: `n x d`."""
        return " x ".join(self.size_name(size) for size in shape) if shape else "a number"

    def features(self, x: Tensor, letter: str = "phi") -> Tensor:
        """Return the feature map of each query or key that an array holds."""
        if self.feature != "phi":
            return x.map(self.concrete)
        width = self.sizes["d"]
        if x.ndim and x.shape[-1] == width:
            axis = -1
        elif x.ndim > 1 and x.shape[-2] == width:
            axis = -2
        else:
            return x.map(lambda value: self.arithmetic.opaque(letter, value))
        moved = x.swapped(axis, -1)
        data: list[Any] = []
        for start in range(0, len(moved.data), width):
            row = moved.data[start : start + width]
            data.extend(self._feature(letter, i, row) for i in range(self.sizes["r"]))
        mapped = Tensor((*moved.shape[:-1], self.sizes["r"]), data)
        return mapped.swapped(axis, -1)

    def _feature(self, letter: str, number: int, row: list[Any]) -> Any:
        if isinstance(self.arithmetic, RealArithmetic):
            return self.arithmetic.opaque(letter, row[number])
        return self.arithmetic.opaque(f"{letter} {number}", *row)

    def concrete(self, x: Any) -> Any:
        """Return the feature map of one entry where it is a function that the input names."""
        value = self.entrywise(self.feature, x)
        return value + self.arithmetic.const(1) if self.feature in {"elu", "celu"} else value

    def entrywise(self, name: str, x: Any) -> Any:
        """Return a named function of one entry."""
        if name == "exp":
            return self.arithmetic.exp(x)
        if name == "square":
            return x * x
        return self.arithmetic.opaque(name, x)


STRICT = {"n": 2, "m": 3, "d": 5, "e": 4, "r": 6}
CAUSAL = {"n": 4, "m": 4, "d": 3, "e": 2, "r": 5}
LONG = {"n": 6, "m": 6}
EQUAL = dict.fromkeys("nmder", 3)
SMALL = dict.fromkeys("nme", 3) | dict.fromkeys("dr", 2)


def worlds(*, is_causal: bool, feature: str, is_long: bool = False) -> tuple[World, World]:
    """Return the strict world and the lenient one; a long one has several chunks of tokens."""
    sizes = dict(CAUSAL if is_causal else STRICT)
    if is_long and is_causal:
        sizes |= LONG
    if feature != "phi":
        sizes["r"] = sizes["d"]
    return (
        World(PrimeArithmetic(), sizes, feature=feature),
        World(PrimeArithmetic(), dict(EQUAL), is_lenient=True, feature=feature),
    )


def readable_world(matrices: dict[str, tuple[tuple[int, ...], ...]], feature: str) -> World:
    """Return the world of counterexamples with these inputs."""
    return World(RealArithmetic(matrices), dict(SMALL), feature=feature)
