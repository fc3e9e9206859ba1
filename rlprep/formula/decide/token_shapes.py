"""Functions that move, make or mask the entries of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlprep.formula.decide.matrix_rules import Ones
from rlprep.formula.decide.tensor import ShapeError, Tensor, combined, spread, stacked
from rlprep.formula.decide.token_arguments import arguments, axis_of, integers, single
from rlprep.formula.errors import Undecidable
from rlprep.formula.tree import Call, Chain, Num, Tuple

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices
    from rlprep.formula.decide.token_definitions import Scope


def _transpose(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = single(of, node, scope)
    rest = [int(x) for arg in node.args[1:] for x in integers(arg)]
    if not rest:
        return inner.permuted(range(inner.ndim)[::-1]) if inner.ndim else inner
    if (len(rest) == 2 and inner.ndim != 2) or (len(rest) == 2 and node.fn.name != "permute"):
        return inner.swapped(rest[0], rest[1])
    return inner.permuted(rest)


def _unsqueeze(of: Matrices, node: Call, scope: Scope) -> Tensor:
    axis = axis_of(of, node, 1)
    if axis is None:
        raise Undecidable("a new axis without a place")
    return single(of, node, scope).expanded(axis)


def _squeeze(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner, axis = single(of, node, scope), axis_of(of, node, 1)
    axes = [axis] if axis is not None else [a for a, s in enumerate(inner.shape) if s == 1]
    shape = list(inner.shape)
    for number in sorted((inner.axis(a) for a in axes), reverse=True):
        if shape[number] == 1:
            del shape[number]
    return inner.reshaped(tuple(shape))


def _diagonal(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = single(of, node, scope)
    data = inner.data
    if inner.ndim == 2 and 1 not in inner.shape:
        size = min(inner.shape)
        shape = (size,) if of.is_code else (size, 1)
        return Tensor(shape, [data[i * inner.shape[1] + i] for i in range(size)])
    zero, size = of.world.scalar(0).item, len(data)
    return Tensor.build((size, size), lambda i, j: data[i] if i == j else zero)


def _triangle(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = single(of, node, scope)
    if inner.ndim < 2:
        inner = spread(inner, (of.world.sizes["n"], of.world.sizes["m"]))
    shift = next((x for x in (node.keyword("diagonal", "k"), *node.args[1:]) if x), None)
    offset = integers(shift)[0] if shift is not None else 0
    zero = of.world.scalar(0).item
    rows, columns = inner.shape[-2:]
    is_lower = node.fn.name != "triu"

    def kept(place: int) -> bool:
        i, j = place // columns % rows, place % columns
        return j <= i + offset if is_lower else j >= i + offset

    data = [x if kept(place) else zero for place, x in enumerate(inner.data)]
    return of.marked(Tensor(inner.shape, data))


def _masked_fill(of: Matrices, node: Call, scope: Scope) -> Tensor:
    given, hidden, filler = arguments(node, 3)
    inner, mask = of.value(given, scope), of.value(hidden, scope)
    if not (isinstance(filler, Num) and filler.value == 0):
        raise Undecidable("a mask filled with something other than 0")
    zero = of.world.scalar(0).item
    return combined(lambda x, hidden: x if hidden == zero else zero, inner,
                    spread(mask, inner.shape))  # fmt: skip


def _zeros(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return of.world.scalar(0)


def _ones(of: Matrices, node: Call, scope: Scope) -> Tensor:
    r"""`ones(n, 1)` in code; in mathematics `\mathbb{1}(j \le i)`, or a vector before brackets."""
    if not of.is_code:
        (first,) = arguments(node, 1)
        if isinstance(first, Chain):
            return of.world.scalar(int(of.holds(first, scope)))
        is_row = of.spelt(node.fn).transposed
        found = of.product(Ones(is_row=is_row), of.value(first, scope), "*")
        return of.transposed(found) if is_row else found  # the call is turned as its name is
    sizes = [of.extent(x, scope) for arg in node.args
             for x in (arg.items if isinstance(arg, Tuple) else (arg,))]  # fmt: skip
    return spread(of.world.scalar(1), tuple(sizes))


def _size(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """`q.size(-1)`: a width or a length, as a free number."""
    axis = axis_of(of, node, 1)
    if axis is None:
        raise Undecidable("a shape is used as a number")
    return of.measure(single(of, node, scope), axis)


def _length(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return of.measure(single(of, node, scope), 0)


def _stack(of: Matrices, node: Call, scope: Scope) -> Tensor:
    (first,) = arguments(node, 1)
    return of.value(first, scope)


def _joined(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """Arrays one behind the other: `hstack`, `concatenate`, `cat`, `column_stack`, `vstack`."""
    (first,) = arguments(node, 1)
    if not isinstance(first, Tuple):
        return of.value(first, scope)
    name, parts = of.spelt(node.fn).key, [of.value(item, scope) for item in first.items]
    if name == "column_stack":
        parts = [part.expanded(1) if part.ndim == 1 else part for part in parts]
    axis = axis_of(of, node, 1)
    if axis is None:
        axis = 1 if name in {"hstack", "column_stack"} and parts[0].ndim > 1 else 0
    if not all(part.ndim for part in parts):
        raise Undecidable("an array of unknown size is joined to another")
    if len({part.ndim for part in parts}) != 1:
        raise ShapeError("arrays of different numbers of axes are joined")
    axis = parts[0].axis(axis)
    slices = [piece for part in parts for piece in part.along(axis)]
    return stacked(slices, axis)


def _ones_like(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return spread(of.world.scalar(1), single(of, node, scope).shape)


SHAPES: dict[str, Any] = {
    "transpose": _transpose, "permute": _transpose, "swapaxes": _transpose, "t": _transpose,
    "unsqueeze": _unsqueeze, "expand_dims": _unsqueeze, "squeeze": _squeeze, "diag": _diagonal,
    "diag_embed": _diagonal, "tril": _triangle, "triu": _triangle, "causal": _triangle,
    "masked_fill": _masked_fill, "zeros": _zeros, "zeros_like": _zeros, "new_zeros": _zeros,
    "empty": _zeros, "empty_like": _zeros, "ones": _ones, "size": _size, "shape": _size,
    "len": _length, "stack": _stack, "cat": _joined,
    "concat": _joined, "concatenate": _joined, "hstack": _joined, "vstack": _joined,
    "column_stack": _joined, "ones_like": _ones_like,
}  # fmt: skip
