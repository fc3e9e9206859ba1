"""Arrays of exact numbers, of any number of axes; every operation checks its shapes.

Entries are residues or plain numbers: whatever adds, multiplies and divides. A shape that does not
fit is a `ShapeError` whose message names the sizes by their letters, never a silent broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import product
from math import prod
from operator import add, mul
from typing import Any

from rlprep.formula.errors import Undecidable, Undefined

MAX_ENTRIES = 20_000


class ShapeError(Undefined):
    """Two shapes do not fit together."""


class LayoutError(ShapeError):
    """An input has other axes than the layout that is tried: no fault of the formula."""


class Tensor:
    """An array: its shape, and its entries in row-major order."""

    __slots__ = ("data", "shape")

    def __init__(self, shape: tuple[int, ...], data: list[Any]) -> None:
        if len(data) > MAX_ENTRIES:
            raise Undecidable("an array has too many entries")
        self.shape = shape
        self.data = data

    @classmethod
    def scalar(cls, value: Any) -> Tensor:
        """Return one number."""
        return cls((), [value])

    @classmethod
    def build(cls, shape: tuple[int, ...], entry: Callable[..., Any]) -> Tensor:
        """Return the array whose entries are `entry(*place)`."""
        return cls(shape, [entry(*place) for place in product(*map(range, shape))])

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def item(self) -> Any:
        """The entry of an array that has one.

        Raises:
            ShapeError: it has several, or none.
        """
        if len(self.data) != 1:
            raise ShapeError("an array stands where one number is needed")
        return self.data[0]

    def strides(self) -> tuple[int, ...]:
        """Return how far apart neighbours along each axis are."""
        return tuple(prod(self.shape[axis + 1 :]) for axis in range(self.ndim))

    def axis(self, number: int) -> int:
        """Return an axis counted from the front.

        Raises:
            ShapeError: there is no such axis.
        """
        if not -self.ndim <= number < self.ndim:
            raise ShapeError(f"there is no axis {number} in an array of {self.ndim} axes")
        return number % self.ndim

    def map(self, function: Callable[[Any], Any]) -> Tensor:
        """Return the array with a function applied to every entry."""
        return Tensor(self.shape, [function(x) for x in self.data])

    def permuted(self, axes: Sequence[int]) -> Tensor:
        """Return the array with its axes in another order."""
        order = [self.axis(a) for a in axes]
        if sorted(order) != list(range(self.ndim)):
            raise ShapeError(f"{list(axes)} is no order of {self.ndim} axes")
        strides = self.strides()
        shape = tuple(self.shape[a] for a in order)
        places = product(*(range(0, self.shape[a] * strides[a], strides[a]) for a in order))
        return Tensor(shape, [self.data[sum(place)] for place in places])

    def swapped(self, first: int, second: int) -> Tensor:
        """Return the array with two axes exchanged."""
        axes = list(range(self.ndim))
        a, b = self.axis(first), self.axis(second)
        axes[a], axes[b] = axes[b], axes[a]
        return self.permuted(axes)

    def reshaped(self, shape: tuple[int, ...]) -> Tensor:
        """Return the same entries in another shape of the same size."""
        if prod(shape) != len(self.data):
            raise ShapeError("the number of entries changes")
        return Tensor(shape, self.data)

    def expanded(self, axis: int) -> Tensor:
        """Return the array with a new axis of length 1."""
        place = axis if axis >= 0 else self.ndim + 1 + axis
        if not 0 <= place <= self.ndim:
            raise ShapeError(f"there is no place {axis} for a new axis")
        return Tensor((*self.shape[:place], 1, *self.shape[place:]), self.data)

    def picked(self, axis: int, number: int) -> Tensor:
        """Return the slice at one place of an axis."""
        axis = self.axis(axis)
        size = self.shape[axis]
        if not 0 <= number < size:
            raise Undefined("an index lies outside")
        step = self.strides()[axis]
        block = step * size
        data = [
            self.data[start + number * step + i]
            for start in range(0, len(self.data), block)
            for i in range(step)
        ]
        return Tensor((*self.shape[:axis], *self.shape[axis + 1 :]), data)

    def along(self, axis: int) -> Iterator[Tensor]:
        """Yield the slices along an axis."""
        for number in range(self.shape[self.axis(axis)]):
            yield self.picked(axis, number)

    def reduced(
        self, axis: int, function: Callable[[list[Any]], Any], *, keep: bool = False
    ) -> Tensor:
        """Return the array with an axis folded by a function of its entries."""
        axis = self.axis(axis)
        moved = self.permuted([*(a for a in range(self.ndim) if a != axis), axis])
        size = self.shape[axis]
        shape = [s for a, s in enumerate(self.shape) if a != axis]
        if keep:
            shape.insert(axis, 1)
        rows = [moved.data[i : i + size] for i in range(0, len(moved.data), size)]
        return Tensor(tuple(shape), [function(row) for row in rows])

    def summed(self, axis: int, *, keep: bool = False) -> Tensor:
        """Return the sums along an axis."""
        return self.reduced(axis, total, keep=keep)

    def scanned(self, axis: int) -> Tensor:
        """Return the running sums along an axis."""
        parts: list[Tensor] = []
        for part in self.along(axis):
            parts.append(combined(add, parts[-1], part) if parts else part)
        return stacked(parts, self.axis(axis))


def divide(x: Any, y: Any) -> Any:
    """Return a quotient.

    Raises:
        Undefined: the divisor is zero.
    """
    try:
        return x / y
    except ZeroDivisionError:
        raise Undefined("a division by zero") from None


def total(values: list[Any]) -> Any:
    """Return the sum of at least one number."""
    return reduce(add, values)


def stacked(parts: list[Tensor], axis: int = 0) -> Tensor:
    """Return arrays of one shape joined along a new axis."""
    if len({part.shape for part in parts}) != 1:
        raise ShapeError("arrays of several shapes can't be stacked")
    whole = Tensor((len(parts), *parts[0].shape), [x for part in parts for x in part.data])
    order = list(range(1, whole.ndim))
    order.insert(axis, 0)
    return whole.permuted(order)


def combined(function: Callable[[Any, Any], Any], a: Tensor, b: Tensor) -> Tensor:
    """Return an operation entry by entry, with NumPy's rule for axes of length 1."""
    if a.shape == b.shape:
        return Tensor(a.shape, [function(x, y) for x, y in zip(a.data, b.data, strict=True)])
    if not a.shape:
        return b.map(lambda y: function(a.data[0], y))
    if not b.shape:
        return a.map(lambda x: function(x, b.data[0]))
    shape = broadcast_shape(a.shape, b.shape)
    left, right = spread(a, shape), spread(b, shape)
    return combined(function, left, right)


def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of an operation between two shapes.

    Raises:
        ShapeError: they don't fit.
    """
    ndim = max(len(a), len(b))
    wide = [(1,) * (ndim - len(s)) + s for s in (a, b)]
    if any(x != y and 1 not in (x, y) for x, y in zip(*wide, strict=True)):
        raise ShapePairError(a, b)
    return tuple(max(x, y) for x, y in zip(*wide, strict=True))


class ShapePairError(ShapeError):
    """Two particular shapes do not fit together."""

    def __init__(self, a: tuple[int, ...], b: tuple[int, ...], what: str = "meets") -> None:
        super().__init__(f"{a} {what} {b}")
        self.a, self.b, self.what = a, b, what


def spread(a: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return an array repeated along its axes of length 1 to a shape that it fits."""
    padded = a.reshaped((1,) * (len(shape) - a.ndim) + a.shape)
    strides = padded.strides()
    fits = a.ndim <= len(shape) and all(
        x in (1, y) for x, y in zip(padded.shape, shape, strict=True)
    )
    if not fits:
        raise ShapePairError(a.shape, shape)
    steps = [s if size > 1 else 0 for s, size in zip(strides, padded.shape, strict=True)]
    places = product(*(range(size) for size in shape))
    return Tensor(
        shape,
        [a.data[sum(p * s for p, s in zip(place, steps, strict=True))] for place in places],
    )


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Return the matrix product, with NumPy's rules for vectors and leading axes."""
    if not a.ndim or not b.ndim:
        raise ShapeError("a matrix product with a single number")
    if a.ndim == b.ndim == 1:
        if a.shape != b.shape:
            raise ShapePairError(a.shape, b.shape, "times")
        return combined(mul, a, b).summed(0)
    if a.ndim == 1:
        return _dropped(matmul(a.expanded(0), b), -2)
    if b.ndim == 1:
        return _dropped(matmul(a, b.expanded(1)), -1)
    if a.shape[-1] != b.shape[-2]:
        raise ShapePairError(a.shape, b.shape, "times")
    lead = broadcast_shape(a.shape[:-2], b.shape[:-2])
    left = spread(a, (*lead, *a.shape[-2:]))
    right = spread(b.swapped(-1, -2), (*lead, b.shape[-1], b.shape[-2]))
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    data: list[Any] = []
    for block in range(prod(lead)):
        for i in range(rows):
            start = (block * rows + i) * inner
            row = left.data[start : start + inner]
            for j in range(columns):
                other = (block * columns + j) * inner
                column = right.data[other : other + inner]
                data.append(total([x * y for x, y in zip(row, column, strict=True)]))
    return Tensor((*lead, rows, columns), data)


def _dropped(a: Tensor, axis: int) -> Tensor:
    place = a.axis(axis)
    return Tensor((*a.shape[:place], *a.shape[place + 1 :]), a.data)


def einsum(inputs: list[str], output: str, operands: list[Tensor]) -> Tensor:
    """Return Einstein's sum over the letters that are missing from the output."""
    sizes: dict[str, int] = {}
    for letters, operand in zip(inputs, operands, strict=True):
        if len(letters) != operand.ndim:
            raise ShapeError(f"'{letters}' names {len(letters)} axes of {operand.ndim}")
        for letter, size in zip(letters, operand.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ShapePairError((sizes[letter],), (size,))
    if not set(output) <= sizes.keys():
        raise ShapeError("the output of the sum names an axis that no operand has")
    summed = [letter for letter in sizes if letter not in output]
    if prod(sizes.values()) > MAX_ENTRIES:
        raise Undecidable("a sum over too many axes")
    tables = [
        (operand, letters, operand.strides())
        for letters, operand in zip(inputs, operands, strict=True)
    ]

    def term(place: dict[str, int]) -> Any:
        factors = [
            operand.data[sum(place[x] * s for x, s in zip(letters, strides, strict=True))]
            for operand, letters, strides in tables
        ]
        return reduce(lambda x, y: x * y, factors)

    def entry(*kept: int) -> Any:
        fixed = dict(zip(output, kept, strict=True))
        ranges = product(*(range(sizes[letter]) for letter in summed))
        return total([term(fixed | dict(zip(summed, p, strict=True))) for p in ranges])

    return Tensor.build(tuple(sizes[letter] for letter in output), entry)


def inverse(a: Tensor, one: Any, zero: Any) -> Tensor:
    """Return the inverse of a square matrix.

    Raises:
        ShapeError: it is not square.
        Undefined: it is singular.
    """
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise ShapeError("only a square matrix has an inverse")
    size = a.shape[0]
    rows = [
        a.data[i * size : (i + 1) * size] + [one if i == j else zero for j in range(size)]
        for i in range(size)
    ]
    for i in range(size):
        pivot = next((r for r in range(i, size) if rows[r][i] != zero), None)
        if pivot is None:
            raise Undefined("a singular matrix is inverted")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        head = rows[i][i]
        rows[i] = [divide(x, head) for x in rows[i]]
        for r in range(size):
            if r != i:
                factor = rows[r][i]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return Tensor((size, size), [x for row in rows for x in row[size:]])
