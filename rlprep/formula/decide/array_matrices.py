"""Matrices over the times of a trajectory: triangles, diagonals, outer products, inverses."""

from collections.abc import Callable
from operator import add, mul

from rlprep.formula.decide.array_entries import ONE, ZERO, Entry
from rlprep.formula.decide.tensor import Tensor, combined, inverse, matmul
from rlprep.formula.errors import Undecidable

Function = Callable[..., Tensor]


def _whole(value: Tensor | None) -> int:
    return value.item.whole if value is not None else 0


def _triangle(*, is_upper: bool) -> Function:
    def triangle(x: Tensor, k: Tensor | None = None, *, diagonal: Tensor | None = None) -> Tensor:
        k = k if k is not None else diagonal
        shift = _whole(k)
        if x.ndim != 2:
            raise Undecidable("a triangle of something that is no matrix")

        def entry(i: int, j: int) -> Entry:
            return x.data[i * x.shape[1] + j] if (j - i >= shift if is_upper else j - i <= shift) \
                else ZERO  # fmt: skip

        return Tensor.build(x.shape, entry)

    return triangle


def eye(n: Tensor, m: Tensor | None = None, *, k: Tensor | None = None) -> Tensor:
    """`eye(n, k=1)`: ones on a diagonal."""
    shift = _whole(k)
    shape = _whole(n), _whole(m if m is not None else n)
    return Tensor.build(shape, lambda i, j: ONE if j - i == shift else ZERO)


def diagonal(x: Tensor, k: Tensor | None = None, *, diagonal: Tensor | None = None) -> Tensor:
    """`diag` of a vector: the matrix that bears it on a diagonal."""
    k = k if k is not None else diagonal
    shift = _whole(k)
    if x.ndim != 1:
        raise Undecidable("the diagonal of a matrix")
    size = x.shape[0] + abs(shift)

    def entry(i: int, j: int) -> Entry:
        return x.data[min(i, j)] if j - i == shift else ZERO

    return Tensor.build((size, size), entry)


def toeplitz(column: Tensor, row: Tensor | None = None) -> Tensor:
    """`toeplitz(c, r)`: constant along the diagonals, c down the first column, r along the row."""
    row = column if row is None else row
    if column.ndim > 1 or row.ndim > 1:
        raise Undecidable("a matrix where a column is needed")
    shape = len(column.data), len(row.data)
    return Tensor.build(shape, lambda i, j: column.data[i - j] if i >= j else row.data[j - i])


def _outer(step: Callable[[Entry, Entry], Entry]) -> Function:
    def outer(a: Tensor, b: Tensor) -> Tensor:
        if a.ndim != 1 or b.ndim != 1:
            raise Undecidable("an outer product of matrices")
        return combined(step, a.expanded(1), b.expanded(0))

    return outer


def inverted(a: Tensor) -> Tensor:
    """`inv`."""
    return inverse(a, ONE, ZERO)


def solved(a: Tensor, b: Tensor) -> Tensor:
    """`solve(a, b)`: the x with a x = b."""
    return matmul(inverted(a), b)


def solved_triangular(a: Tensor, b: Tensor, *, lower: Tensor | None = None) -> Tensor:
    """`solve_triangular(a, b)`: only the upper triangle of a is looked at, or the lower."""
    triangle = _triangle(is_upper=not _whole(lower))
    return solved(triangle(a), b)


MATRICES: dict[str, Function] = {
    "triu": _triangle(is_upper=True), "tril": _triangle(is_upper=False), "eye": eye,
    "identity": eye, "diag": diagonal, "toeplitz": toeplitz, "outer": _outer(mul),
    "multiply_outer": _outer(mul), "subtract_outer": _outer(lambda a, b: a - b),
    "add_outer": _outer(add), "inv": inverted, "inverse": inverted, "solve": solved,
    "solve_triangular": solved_triangular, "matmul": matmul, "dot": matmul, "mv": matmul,
    "mm": matmul, "vdot": matmul, "inner": matmul,
}  # fmt: skip
"""Functions by the names that code gives them."""
