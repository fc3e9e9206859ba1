"""Functions of the entries of arrays: softmax, sums, products, exponentials."""

from __future__ import annotations

import re
from operator import add, mul
from typing import TYPE_CHECKING, Any

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.tensor import (
    ShapeError,
    Tensor,
    combined,
    divide,
    einsum,
    inverse,
    matmul,
)
from rlprep.formula.decide.token_arguments import arguments, axis_of, keeps, single
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import words_in
from rlprep.formula.tree import Big, Bin, Call, Name, Neg, Node, Num

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices
    from rlprep.formula.decide.token_definitions import Scope


def _softmax(of: Matrices, node: Call, scope: Scope) -> Tensor:
    (first,) = arguments(node, 1)
    words = [word for sub in node.fn.subs for word in words_in(sub)]
    letter = next((w for w in words if w in names.INDEX_LETTERS), None)
    inner = of.value(first, scope) if letter is None or letter not in scope else None
    if inner is None or not inner.shape:
        from rlprep.formula.decide.token_sums import shares

        key = letter or _innermost(scope)
        return shares(of, first, key, scope)
    axis = axis_of(of, node, 1)
    if axis is None:
        axis = 0 if {"col", "cols", "column", "columns", "i"} & set(words) else -1
        if not of.is_code and inner.shape[-1] == 1:
            axis = 0
    return softmax(of, inner, axis)


def _innermost(scope: Scope) -> str:
    letters = [key for key, value in scope.items() if isinstance(value, int)]
    if not letters:
        raise Undecidable("a softmax of a single number")
    return letters[-1]


def softmax(of: Matrices, x: Tensor, axis: int) -> Tensor:
    """Return the softmax along an axis."""
    weights = x.map(of.world.arithmetic.exp)
    return combined(divide, weights, weights.summed(axis, keep=True))


def _log_softmax(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return _softmax(of, node, scope).map(of.world.arithmetic.log)


def _logsumexp(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = single(of, node, scope).map(of.world.arithmetic.exp)
    axis = axis_of(of, node, 1)
    whole = inner.summed(-1 if axis is None else axis, keep=keeps(node) or not of.is_code)
    return whole.map(of.world.arithmetic.log)


def _sum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    (first,) = arguments(node, 1)
    if isinstance(first, Big):
        return of.big(first, scope)
    inner, axis = single(of, node, scope), axis_of(of, node, 1)
    if axis is None and of.is_code and _is_builtin(of, node) and inner.ndim > 1:
        return inner.summed(0)
    if axis is None:
        return Tensor.scalar(inner.reshaped((len(inner.data),)).summed(0).item)
    keep = keeps(node) or not of.is_code
    return inner.summed(axis, keep=keep)


def _is_builtin(of: Matrices, node: Call) -> bool:
    """Whether Python's own `sum` is called, which adds up the rows of an array."""
    return of.program.text[slice(*node.fn.span)] == node.fn.name


def _mean(of: Matrices, node: Call, scope: Scope) -> Tensor:
    result = _sum(of, node, scope)
    return combined(divide, result, of.world.symbol("length"))


def _normalize(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """Torch's `normalize`: over the sum of features, which are positive, or over their length."""
    inner = single(of, node, scope)
    order = node.keyword("p") or next(iter(node.args[1:2]), None)
    axis = axis_of(of, node, 2)
    axis = 1 if axis is None else axis
    if order is None or (isinstance(order, Num) and order.value == 2):
        whole = combined(mul, inner, inner).summed(axis, keep=True)
        return combined(divide, inner, whole.map(of.world.arithmetic.length))
    if not (isinstance(order, Num) and order.value == 1):
        raise Undecidable("an unusual norm")
    return combined(divide, inner, inner.summed(axis, keep=True))


def _row_sums(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return single(of, node, scope).summed(-1, keep=True)


def _cumsum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    axis = axis_of(of, node, 1)
    axis = 0 if axis is None else axis
    inner = single(of, node, scope)
    running, flags = inner.scanned(axis), ("exclusive", "reverse")  # TensorFlow's and JAX's
    exclusive, reverse = (_is_on(node.keyword(flag)) for flag in flags)
    minus = inner.map(lambda x: -x)
    if reverse:  # all, less what comes before
        whole = combined(add, running.map(lambda x: -x), inner.summed(axis, keep=True))
        return whole if exclusive else combined(add, whole, inner)
    return combined(add, running, minus) if exclusive else running


def _is_on(node: Node | None) -> bool:
    return node is not None and not _is_off(node)


def _maximum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = single(of, node, scope)
    if len(node.args) == 2 and not isinstance(node.args[1], Num | Neg):
        other = of.value(node.args[1], scope)
        return combined(lambda x, y: of.world.arithmetic.maximum([x, y]), inner, other)
    axis = axis_of(of, node, 1)
    if axis is None:
        return Tensor.scalar(of.world.arithmetic.maximum(inner.data))
    return inner.reduced(axis, of.world.arithmetic.maximum, keep=keeps(node))


def _entrywise(name: str) -> Any:
    def handler(of: Matrices, node: Call, scope: Scope) -> Tensor:
        return single(of, node, scope).map(getattr(of.world.arithmetic, name))

    return handler


def _rsqrt(of: Matrices, node: Call, scope: Scope) -> Tensor:
    root = single(of, node, scope).map(of.world.arithmetic.sqrt)
    return combined(divide, of.world.scalar(1), root)


def _matmul(of: Matrices, node: Call, scope: Scope) -> Tensor:
    a, b = (of.value(arg, scope) for arg in arguments(node, 2))
    named = [node.keyword(f"transpose_{x}", f"adjoint_{x}") for x in "ab"]  # TensorFlow
    turned = [*node.args[2:4]] if len(node.args) == 4 else named
    a, b = (x.swapped(-1, -2) if isinstance(t, Num) and t.value else x
            for x, t in zip((a, b), turned, strict=True))  # fmt: skip
    return of.product(a, b, "@")


def _inner(of: Matrices, node: Call, scope: Scope) -> Tensor:
    a, b = (of.value(arg, scope) for arg in arguments(node, 2))
    if of.is_code and node.fn.name == "inner" and a.ndim == b.ndim == 2:
        return matmul(a, b.swapped(0, 1))  # of every two rows
    if len(a.data) != len(b.data) or max(a.ndim, b.ndim) > 1 + (not of.is_code):
        raise ShapeError("a dot product of vectors of different widths")
    flat = [x.reshaped((len(x.data),)) for x in (a, b)]
    return combined(mul, *flat).summed(0)


def _outer(of: Matrices, node: Call, scope: Scope) -> Tensor:
    a, b = (of.value(arg, scope) for arg in arguments(node, 2))
    if of.is_code and (a.ndim != 1 or b.ndim != 1):
        raise ShapeError("an outer product of arrays that are no vectors")
    return matmul(a.reshaped((len(a.data), 1)), b.reshaped((1, len(b.data))))


def _einsum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    (first,), rest = arguments(node, 1), node.args[1:]
    if rest and not _is_pattern(first) and _is_pattern(rest[-1]):  # einops: the pattern last
        first, rest = rest[-1], node.args[:-1]
    pattern = _lettered(first.fn.name.strip("'")) if isinstance(first, Call) else ""
    operands = [of.value(arg, scope) for arg in rest]
    inputs, arrow, output = pattern.partition("->")
    parts = inputs.split(",")
    if not arrow or len(parts) != len(operands):
        raise Undecidable("this einsum is not understood")
    own = [x.ndim - len(p.replace("...", "")) for x, p in zip(operands, parts, strict=True)]
    leading = "".join(x for x in "ABCDEFGHIJ" if x not in pattern)[: max(0, *own)]
    # an operand with fewer leading axes has the last of them
    parts = [p.replace("...", leading[len(leading) - n :]) for p, n in zip(parts, own, strict=True)]
    return einsum(parts, output.replace("...", leading), operands)


def _is_pattern(node: Node) -> bool:
    return isinstance(node, Call) and node.fn.name.startswith("'")


def _lettered(pattern: str) -> str:
    """Return a pattern with a letter for each axis; einops names them by words."""
    words = {word for word in re.findall(r"\w+", pattern) if len(word) > 1}
    if " " not in pattern.replace(", ", ",").replace(" ->", "->").replace("-> ", "->"):
        return pattern.replace(" ", "")
    free = (x for x in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if x not in pattern)
    for word in sorted(words, key=len, reverse=True):
        pattern = re.sub(rf"\b{word}\b", next(free), pattern)
    return pattern.replace(" ", "")


def _invert(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = single(of, node, scope)
    return inverse(inner, of.world.scalar(1).item, of.world.scalar(0).item)


def _reciprocal(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return combined(divide, of.world.scalar(1), single(of, node, scope))


def _attention(of: Matrices, node: Call, scope: Scope) -> Tensor:
    q, k, v = (of.value(arg, scope) for arg in arguments(node, 3))
    mask = node.keyword("attn_mask") or next(iter(node.args[3:4]), None)
    causal = node.keyword("is_causal") or next(iter(node.args[5:6]), None)
    if mask is not None and not _is_off(mask):
        raise Undecidable("a mask inside scaled_dot_product_attention")
    scores = of.product(q, k.swapped(-1, -2), "@")
    scale = node.keyword("scale")
    if scale is not None and not _is_off(scale):
        scores = combined(mul, scores, of.value(scale, scope))
    else:
        root = of.world.symbol("width").map(of.world.arithmetic.sqrt)
        scores = combined(divide, scores, root)
    weights = scores.map(of.world.arithmetic.exp)
    if causal is not None and not _is_off(causal):
        if not (isinstance(causal, Num) and causal.value == 1):
            raise Undecidable("a mask inside scaled_dot_product_attention")
        mask = of.causal_mask()
        weights = combined(mul, weights, Tensor(mask.shape, mask.data))
    return of.product(combined(divide, weights, weights.summed(-1, keep=True)), v, "@")


def _is_off(node: Node) -> bool:
    match node:
        case Num(value=value):
            return value == 0
        case Name(name=name):
            return name in {"None", "False"}
    return False


def _operator(op: str) -> Any:
    def handler(of: Matrices, node: Call, scope: Scope) -> Tensor:
        left, right = arguments(node, 2)
        return of.value(Bin(node.span, op, left, right), scope)

    return handler


FUNCTIONS: dict[str, Any] = {
    "softmax": _softmax, "Softmax": _softmax, "SoftMax": _softmax, "log_softmax": _log_softmax,
    "logsumexp": _logsumexp, "sum": _sum, "mean": _mean, "average": _mean, "normalize": _normalize,
    "rowsum": _row_sums,
    "rowSum": _row_sums, "row_sum": _row_sums, "cumsum": _cumsum, "max": _maximum,
    "amax": _maximum, "exp": _entrywise("exp"), "log": _entrywise("log"), "ln": _entrywise("log"),
    "sqrt": _entrywise("sqrt"), "rsqrt": _rsqrt, "matmul": _matmul, "bmm": _matmul, "mm": _matmul,
    "mv": _matmul, "dot": _matmul, "inner": _inner, "vdot": _inner, "outer": _outer, "ger": _outer,
    "einsum": _einsum, "inv": _invert, "inverse": _invert, "reciprocal": _reciprocal,
    "div": _operator("/"), "divide": _operator("/"), "mul": _operator("*"),
    "multiply": _operator("*"), "add": _operator("+"), "sub": _operator("-"),
    "subtract": _operator("-"), "pow": _operator("^"), "power": _operator("^"),
    "true_divide": _operator("/"), "scaled_dot_product_attention": _attention, "sdpa": _attention,
    "SDPA": _attention,
}  # fmt: skip
