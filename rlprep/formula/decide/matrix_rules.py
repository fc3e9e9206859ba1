"""What sums, products and quotients of matrices mean in mathematics, decided by their shapes.

Everything is a matrix or a number. A vector is a column or a row; a quotient by a column divides
each row by its own entry; a vector of ones takes the length that it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul
from typing import Any

from rlprep.formula.decide.attention_world import World
from rlprep.formula.decide.tensor import (
    ShapeError,
    ShapePairError,
    Tensor,
    combined,
    divide,
    matmul,
    total,
)
from rlprep.formula.errors import Undecidable

LEFT_OVER = "a vector of ones of unknown length is left over"


class Ones(Tensor):
    """A vector of ones whose length is settled by what it meets, unless the input says it."""

    __slots__ = ("is_row", "size")

    def __init__(self, *, is_row: bool, size: int | None = None) -> None:
        self.shape = ()
        self.is_row = is_row
        self.size = size

    def __getattr__(self, name: str) -> Any:
        """Refuse the entries: nobody knows how many there are."""
        if name == "data":
            raise Undecidable(LEFT_OVER)
        raise AttributeError(name)


class Mask(Tensor):
    """A matrix of zeros and ones: its products with equal shapes are entry by entry."""

    __slots__ = ()

    @classmethod
    def of(cls, plain: Tensor) -> Mask:
        """Return a matrix marked as a mask."""
        return cls(plain.shape, plain.data)


@dataclass(frozen=True, slots=True)
class Convention:
    """What an input leaves open.

    Attributes:
        rows: whether `q_i` is a row and not a column.
        layout: the axes of bare `q`, `k`, `v` in code: b, h (leading), n (tokens), d (width).
        scale: what an undefined `scale` is: "inverse" 1 / sqrt(d), "root" sqrt(d).
        stars: whether `*` is the matrix product in code.
        query: whether a plain `q` beside the matrices K and V is the vector of one query.
    """

    rows: bool = False
    layout: str = "nd"
    scale: str = "inverse"
    stars: bool = False
    query: bool = False


def _refuse_other_arrays(*arrays: Tensor) -> None:
    """Refuse arrays that are neither numbers nor matrices: functions of code leave such."""
    if any(a.ndim not in {0, 2} for a in arrays):
        raise ShapeError("an array that is no matrix")


class Rules:
    """The operations on the values of one world under one convention."""

    def __init__(self, world: World, convention: Convention) -> None:
        self.world = world
        self.convention = convention
        self.remarks: set[str] = set()

    def plus(self, a: Tensor, b: Tensor) -> Tensor:
        """A sum; a number is added to every entry."""
        if isinstance(a, Mask) or isinstance(b, Mask):
            raise Undecidable("a mask is added, where the formula has none")
        if a.ndim == b.ndim == 2 and a.shape[0] == b.shape[0] and 1 in (a.shape[1], b.shape[1]):
            return combined(add, a, b)  # a number for each row
        if a.shape and b.shape and a.shape != b.shape:
            if self.world.is_lenient and len(a.data) == len(b.data):
                return combined(add, a, Tensor(a.shape, b.data))
            raise ShapePairError(a.shape, b.shape, "plus")
        return combined(add, a, b)

    def product(self, a: Tensor, b: Tensor, op: str) -> Tensor:
        """A product: of numbers, of a number and a matrix, of matrices."""
        _refuse_other_arrays(a, b)
        if isinstance(a, Ones) or isinstance(b, Ones):
            return self._product_with_ones(a, b)
        if not a.shape or not b.shape:
            return self._scaled(a, b)
        if op == "odot" and a.ndim == b.ndim == 2:
            return combined(mul, Tensor(a.shape, a.data), Tensor(b.shape, b.data))
        if isinstance(a, Mask) or isinstance(b, Mask):
            return self._masked(a, b)
        if op == "otimes":
            if 1 not in a.shape or 1 not in b.shape:
                raise Undecidable("an outer product of something that is no vector")
            return matmul(a.reshaped((len(a.data), 1)), b.reshaped((1, len(b.data))))
        if a.shape[1] == b.shape[0]:
            return self._collapsed(matmul(a, b))
        if a.shape == b.shape and 1 in a.shape:
            return Tensor.scalar(total([x * y for x, y in zip(a.data, b.data, strict=True)]))
        if self.world.is_lenient and 1 in (*a.shape, *b.shape):
            turned = a.swapped(0, 1) if 1 in a.shape else a
            return self._collapsed(matmul(turned, b if 1 in a.shape else b.swapped(0, 1)))
        raise ShapePairError(a.shape, b.shape, "times")

    def _scaled(self, a: Tensor, b: Tensor) -> Tensor:
        zero = self.world.scalar(0)
        if (a.data == zero.data and not a.shape) or (b.data == zero.data and not b.shape):
            return zero  # a state before the first position
        return combined(mul, a, b)

    def _masked(self, a: Tensor, b: Tensor) -> Tensor:
        if a.shape == b.shape:
            return combined(mul, Tensor(a.shape, a.data), Tensor(b.shape, b.data))
        return self._collapsed(matmul(a, b)) if a.shape[1] == b.shape[0] else combined(mul, a, b)

    def _product_with_ones(self, a: Tensor, b: Tensor) -> Tensor:
        if isinstance(b, Ones):
            if not a.shape:
                raise Undecidable(LEFT_OVER)
            if b.is_row:
                if a.shape[1] != 1:
                    raise ShapeError("a row of ones stands to the right of a matrix")
                return a  # repeated columns: a quotient by them divides each row
            if b.size not in {None, a.shape[1]}:
                raise ShapePairError(a.shape, (b.size or 0, 1), "times")
            return self._collapsed(a.summed(1, keep=True))
        if isinstance(a, Ones) and b.shape:
            if a.is_row:
                if a.size not in {None, b.shape[0]}:
                    raise ShapePairError((1, a.size or 0), b.shape, "times")
                return self._collapsed(b.summed(0, keep=True))
            if b.shape[0] != 1:
                raise ShapeError("a column of ones stands to the left of a matrix")
            return b
        raise Undecidable(LEFT_OVER)

    def _collapsed(self, a: Tensor) -> Tensor:
        """Return a 1 x 1 matrix as a number."""
        return Tensor.scalar(a.data[0]) if a.shape == (1, 1) else a

    def quotient(self, a: Tensor, b: Tensor) -> Tensor:
        """A quotient by a number; by a column: each row by its own entry."""
        _refuse_other_arrays(a, b)
        if isinstance(b, Ones) or isinstance(a, Ones):
            raise Undecidable(LEFT_OVER)
        if not b.shape or a.shape == b.shape or (not a.shape and 1 in b.shape):
            return combined(divide, a, b)
        if a.shape and b.shape[1] == 1 and b.shape[0] == a.shape[0]:
            return combined(divide, a, b)
        if self.world.is_lenient and 1 in b.shape and a.shape:
            column = b if b.shape[1] == 1 else b.swapped(0, 1)
            row = a.shape[0] == 1
            return combined(divide, a, column.swapped(0, 1) if row else column)
        raise ShapePairError(a.shape, b.shape, "divided by")

    def root_power(self, x: Any, power: Fraction) -> Any:
        """Return a power whose exponent's denominator is 1, 2, 4 or 8."""
        arithmetic = self.world.arithmetic
        while power.denominator != 1:
            if power.denominator not in {2, 4, 8}:
                raise Undecidable("an unusual exponent")
            x, power = arithmetic.sqrt(x), power * 2
        if abs(power) > 8:
            raise Undecidable("an unusual exponent")
        result = arithmetic.const(1)
        for _ in range(abs(int(power))):
            result = result * x
        return divide(arithmetic.const(1), result) if power < 0 else result

    def square(self, x: Tensor) -> Tensor:
        """The dot product of a vector with itself."""
        if x.ndim > 1 and 1 not in x.shape:
            raise Undecidable("the norm of a matrix")
        return Tensor.scalar(total([value * value for value in x.data]))

    def normed(self, x: Tensor) -> Tensor:
        """The length of a vector: all that is known of it is its square."""
        return self.square(x).map(self.world.arithmetic.length)

    def transposed(self, a: Tensor) -> Tensor:
        """The transpose; of a number, itself."""
        if isinstance(a, Ones):
            return Ones(is_row=not a.is_row, size=a.size)
        return a.swapped(0, 1) if a.ndim == 2 else a

    def causal_mask(self) -> Tensor:
        """The matrix of ones on and below the diagonal."""
        one, zero = self.world.scalar(1).item, self.world.scalar(0).item
        shape = (self.world.sizes["n"], self.world.sizes["m"])
        self.remarks.add("the mask is read as causal: 1 where j <= i, else 0")
        return Mask.of(Tensor.build(shape, lambda i, j: one if j <= i else zero))

    def measure(self, x: Tensor, axis: int) -> Tensor:
        """Return the length of an axis as a free number."""
        size = x.shape[x.axis(axis)]
        width = self.world.sizes["d"]
        is_width = size == width if width != self.world.sizes["n"] else x.axis(axis) == x.ndim - 1
        return self.world.symbol("width" if is_width else "length")
