"""The functions of attention formulas, in mathematics and in torch, NumPy or JAX."""

from __future__ import annotations

from fractions import Fraction
from operator import mul
from typing import TYPE_CHECKING, Any

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import FEATURES
from rlprep.formula.decide.tensor import (
    ShapeError,
    Tensor,
    combined,
    divide,
    einsum,
    inverse,
    matmul,
    spread,
    stacked,
)
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import words_in
from rlprep.formula.tree import Big, Bin, Call, Name, Neg, Node, Num, Tuple

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices, Scope

MAPS = {"phi", "Phi", "varphi", "feature_map", "feature", "kernel_feature", "fmap", "kernel_fn",
        "psi", "Psi", "phi_fn", "featuremap", "kernel_function", "feat", "kernel"}  # fmt: skip
SAME = {"dropout", "Dropout", "attn_dropout", "identity", "array", "asarray", "tensor", "expand",
        "expand_as", "broadcast_to", "clamp", "clip", "clamp_min", "stopgrad", "attn_drop",
        "append", "list", "squeeze_", "relayout", "maximum", "drop"}  # fmt: skip


def call(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """Return the value of a call."""
    spelt = names.spelling(node.fn, is_code=of.is_code)
    if found := of.definitions(spelt.key):
        return _user_function(of, node, found[-1], scope)
    if node.fn.name in MAPS or spelt.key in MAPS:
        return _after(of, spelt, of.world.features(_single(of, node, scope)), scope)
    handler = HANDLERS.get(spelt.key) or HANDLERS.get(node.fn.name)
    if handler is not None:
        return _after(of, spelt, handler(of, node, scope), scope)
    if node.fn.name in FEATURES:
        inner = _single(of, node, scope)
        return _after(of, spelt, inner.map(lambda x: of.world.entrywise(node.fn.name, x)), scope)
    if spelt.key in SAME or node.fn.name in SAME:
        return _kept(of, node, scope)
    raise Undecidable(f"it is not known what '{node.fn.name}' does")


def _after(of: Matrices, spelt: names.Spelling, result: Tensor, scope: Scope) -> Tensor:
    """Apply what stands on the function's name: `\\exp^2`, `\\phi^\\top(K)`."""
    for power in spelt.powers:
        result = of.powered(result, power, scope)
    return of.transposed(result) if spelt.transposed else result


def _single(of: Matrices, node: Call, scope: Scope) -> Tensor:
    if not node.args:
        raise Undecidable(f"'{node.fn.name}' of nothing")
    return of.value(node.args[0], scope)


def _kept(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """A call that changes nothing that matters here."""
    if "drop" in node.fn.name.lower():
        of.remarks.add("dropout is read as switched off")
    if node.fn.name in {"clamp", "clip", "clamp_min", "maximum"}:
        of.remarks.add("the bound that keeps a denominator from 0 is ignored")
        given = [x for x in (*node.args[1:], node.keyword("min"), node.keyword("max")) if x]
        if any(not (isinstance(x, Num) and x.value <= Fraction(1, 1000)) and not (
            isinstance(x, Name) and x.name in names.TINY) for x in given):  # fmt: skip
            raise Undecidable(f"'{node.fn.name}' has no meaning here")
    return of.value(node.args[-1 if node.fn.name == "append" else 0], scope)


def _user_function(
    of: Matrices, node: Call, found: tuple[int, Any], scope: Scope
) -> Tensor:
    """A function that the input defines: `\\phi(x) = \\mathrm{elu}(x) + 1`."""
    number, entry = found
    target = entry.target
    if not isinstance(target, Call):
        raise Undecidable(f"'{node.fn.name}' is no function here")
    inner: Scope = {}
    for parameter, argument in zip(target.args, node.args, strict=False):
        if not isinstance(parameter, Name):
            raise Undecidable("an unusual parameter of a function")
        inner[names.spelling(parameter, is_code=of.is_code).key] = of.value(argument, scope)
        for letter in names.spelling(parameter, is_code=of.is_code).indices:
            if isinstance(letter, Name) and isinstance(value := scope.get(letter.name), int):
                inner[letter.name] = value
    return of.entry_value(number, entry, inner)


def axis_of(of: Matrices, node: Call, position: int) -> int | None:
    """Return the axis that a call names, None where it names none."""
    given = node.keyword("dim", "axis")
    if given is None and len(node.args) > position:
        given = node.args[position]
    match given:
        case Num(value=value):
            return int(value)
        case Neg(x=Num(value=value)):
            return -int(value)
        case None:
            return None
        case Name(name="None"):
            return None
    raise Undecidable("an axis that is not known")


def _keeps(node: Call) -> bool:
    kept = node.keyword("keepdim", "keepdims")
    return isinstance(kept, Num) and kept.value != 0


def _softmax(of: Matrices, node: Call, scope: Scope) -> Tensor:
    words = [word for sub in node.fn.subs for word in words_in(sub)]
    letter = next((w for w in words if w in names.INDEX_LETTERS), None)
    inner = of.value(node.args[0], scope) if letter is None or letter not in scope else None
    if inner is None or not inner.shape:
        from rlprep.formula.decide.token_sums import shares

        key = letter or _innermost(scope)
        return shares(of, node.args[0], key, scope)
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
    inner = of.value(node.args[0], scope).map(of.world.arithmetic.exp)
    axis = axis_of(of, node, 1)
    whole = inner.summed(-1 if axis is None else axis, keep=_keeps(node) or not of.is_code)
    return whole.map(of.world.arithmetic.log)


def _sum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    if isinstance(node.args[0], Big):
        return of.big(node.args[0], scope)
    inner, axis = _single(of, node, scope), axis_of(of, node, 1)
    if axis is None:
        return Tensor.scalar(inner.reshaped((len(inner.data),)).summed(0).item)
    keep = _keeps(node) or not of.is_code
    return inner.summed(axis, keep=keep)


def _mean(of: Matrices, node: Call, scope: Scope) -> Tensor:
    result = _sum(of, node, scope)
    return combined(divide, result, of.world.symbol("length"))


def _row_sums(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return _single(of, node, scope).summed(-1, keep=True)


def _cumsum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    axis = axis_of(of, node, 1)
    return _single(of, node, scope).scanned(0 if axis is None else axis)


def _maximum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner, axis = _single(of, node, scope), axis_of(of, node, 1)
    if axis is None:
        return Tensor.scalar(of.world.arithmetic.maximum(inner.data))
    return inner.reduced(axis, of.world.arithmetic.maximum, keep=_keeps(node))


def _entrywise(name: str) -> Any:  # noqa: ANN401
    def handler(of: Matrices, node: Call, scope: Scope) -> Tensor:
        return _single(of, node, scope).map(getattr(of.world.arithmetic, name))

    return handler


def _rsqrt(of: Matrices, node: Call, scope: Scope) -> Tensor:
    root = _single(of, node, scope).map(of.world.arithmetic.sqrt)
    return combined(divide, of.world.scalar(1), root)


def _transpose(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = _single(of, node, scope)
    rest = [int(x) for arg in node.args[1:] for x in integers(arg)]
    if not rest:
        return inner.permuted(range(inner.ndim)[::-1]) if inner.ndim else inner
    if len(rest) == 2 and inner.ndim != 2 or (len(rest) == 2 and node.fn.name != "permute"):
        return inner.swapped(rest[0], rest[1])
    return inner.permuted(rest)


def integers(node: Node) -> list[int]:
    """Return the whole numbers of a list of axes."""
    match node:
        case Num(value=value):
            return [int(value)]
        case Neg(x=Num(value=value)):
            return [-int(value)]
        case Tuple(items=items):
            return [x for item in items for x in integers(item)]
    raise Undecidable("an axis that is not known")


def _unsqueeze(of: Matrices, node: Call, scope: Scope) -> Tensor:
    axis = axis_of(of, node, 1)
    return _single(of, node, scope).expanded(-1 if axis is None else axis)


def _squeeze(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner, axis = _single(of, node, scope), axis_of(of, node, 1)
    axes = [axis] if axis is not None else [a for a, s in enumerate(inner.shape) if s == 1]
    shape = list(inner.shape)
    for number in sorted((inner.axis(a) for a in axes), reverse=True):
        if shape[number] == 1:
            del shape[number]
    return inner.reshaped(tuple(shape))


def _matmul(of: Matrices, node: Call, scope: Scope) -> Tensor:
    a, b = (of.value(arg, scope) for arg in node.args[:2])
    turned = [node.keyword(f"transpose_{x}", f"adjoint_{x}") for x in "ab"]  # TensorFlow
    a, b = (x.swapped(-1, -2) if isinstance(t, Num) and t.value else x
            for x, t in zip((a, b), turned, strict=True))  # fmt: skip
    return of.product(a, b, "@")


def _inner(of: Matrices, node: Call, scope: Scope) -> Tensor:
    a, b = (of.value(arg, scope) for arg in node.args[:2])
    if len(a.data) != len(b.data) or max(a.ndim, b.ndim) > 1 + (not of.is_code):
        raise ShapeError("a dot product of vectors of different widths")
    flat = [x.reshaped((len(x.data),)) for x in (a, b)]
    return combined(mul, *flat).summed(0)


def _outer(of: Matrices, node: Call, scope: Scope) -> Tensor:
    a, b = (of.value(arg, scope) for arg in node.args[:2])
    if of.is_code and (a.ndim != 1 or b.ndim != 1):
        raise ShapeError("an outer product of arrays that are no vectors")
    return matmul(a.reshaped((len(a.data), 1)), b.reshaped((1, len(b.data))))


def _einsum(of: Matrices, node: Call, scope: Scope) -> Tensor:
    first, *rest = node.args
    pattern = first.fn.name.strip("'").replace(" ", "") if isinstance(first, Call) else ""
    operands = [of.value(arg, scope) for arg in rest]
    inputs, arrow, output = pattern.partition("->")
    parts = inputs.split(",")
    if not arrow or len(parts) != len(operands):
        raise Undecidable("this einsum is not understood")
    leading = max((x.ndim - len(p.replace("...", "")) for p, x in zip(parts, operands, strict=True)),
                  default=0)  # fmt: skip
    rest = "ABCD"[: max(leading, 0)]
    parts = [p.replace("...", rest) for p in parts]
    return einsum(parts, output.replace("...", rest), operands)


def _diagonal(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = _single(of, node, scope)
    data = inner.data
    if inner.ndim == 2 and 1 not in inner.shape:
        size = min(inner.shape)
        return Tensor((size,), [data[i * inner.shape[1] + i] for i in range(size)])
    zero, size = of.world.scalar(0).item, len(data)
    return Tensor.build((size, size), lambda i, j: data[i] if i == j else zero)


def _invert(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = _single(of, node, scope)
    return inverse(inner, of.world.scalar(1).item, of.world.scalar(0).item)


def _reciprocal(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return combined(divide, of.world.scalar(1), _single(of, node, scope))


def _triangle(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner = _single(of, node, scope)
    if isinstance(inner.shape, tuple) and inner.ndim < 2:
        inner = spread(inner, (of.world.sizes["n"], of.world.sizes["m"]))
    shift = next((x for x in (node.keyword("diagonal", "k"), *node.args[1:]) if x), None)
    offset = integers(shift)[0] if shift is not None else 0
    zero = of.world.scalar(0).item
    rows, columns = inner.shape[-2:]
    is_lower = node.fn.name != "triu"

    def kept(place: int) -> bool:
        i, j = place // columns % rows, place % columns
        return j <= i + offset if is_lower else j >= i + offset

    return Tensor(inner.shape, [x if kept(p) else zero for p, x in enumerate(inner.data)])


def _masked_fill(of: Matrices, node: Call, scope: Scope) -> Tensor:
    inner, mask = of.value(node.args[0], scope), of.value(node.args[1], scope)
    filler = node.args[2]
    if not (isinstance(filler, Num) and filler.value == 0):
        raise Undecidable("a mask filled with something other than 0")
    zero = of.world.scalar(0).item
    return combined(lambda x, hidden: x if hidden == zero else zero, inner,
                    spread(mask, inner.shape))  # fmt: skip


def _attention(of: Matrices, node: Call, scope: Scope) -> Tensor:
    q, k, v = (of.value(arg, scope) for arg in node.args[:3])
    masked = [node.keyword("attn_mask"), node.keyword("is_causal"), *node.args[3:4]]
    if any(m is not None and not _is_off(m) for m in masked):
        raise Undecidable("a mask inside scaled_dot_product_attention")
    scores = of.product(q, k.swapped(-1, -2), "@")
    scale = node.keyword("scale")
    if scale is not None and not _is_off(scale):
        scores = combined(mul, scores, of.value(scale, scope))
    else:
        root = of.world.symbol("width").map(of.world.arithmetic.sqrt)
        scores = combined(divide, scores, root)
    return of.product(softmax(of, scores, -1), v, "@")


def _is_off(node: Node) -> bool:
    match node:
        case Num(value=value):
            return value == 0
        case Name(name=name):
            return name in {"None", "False"}
    return False


def _zeros(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return of.world.scalar(0)


def _ones(of: Matrices, node: Call, scope: Scope) -> Tensor:
    sizes = [of.extent(x, scope) for arg in node.args
             for x in (arg.items if isinstance(arg, Tuple) else (arg,))]  # fmt: skip
    return spread(of.world.scalar(1), tuple(sizes))


def _operator(op: str) -> Any:  # noqa: ANN401
    def handler(of: Matrices, node: Call, scope: Scope) -> Tensor:
        left, right = node.args[:2]
        return of.value(Bin(node.span, op, left, right), scope)

    return handler


def _size(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """`q.size(-1)`: a width or a length, as a free number."""
    axis = axis_of(of, node, 1)
    if axis is None:
        raise Undecidable("a shape is used as a number")
    return of.measure(of.value(node.args[0], scope), axis)


def _length(of: Matrices, node: Call, scope: Scope) -> Tensor:
    return of.measure(_single(of, node, scope), 0)


def _stack(of: Matrices, node: Call, scope: Scope) -> Tensor:
    from rlprep.formula.decide.token_sums import places

    match node.args[0]:
        case Big(var=Name(name=key)) as loop:
            parts = [of.value(loop.body, {**scope, key: place})
                     for place in places(of, loop, key, scope)]  # fmt: skip
            return stacked(parts)
    return of.value(node.args[0], scope)


HANDLERS: dict[str, Any] = {
    "softmax": _softmax, "Softmax": _softmax, "SoftMax": _softmax, "log_softmax": _log_softmax,
    "logsumexp": _logsumexp, "sum": _sum, "mean": _mean, "average": _mean, "rowsum": _row_sums,
    "rowSum": _row_sums, "row_sum": _row_sums, "cumsum": _cumsum, "max": _maximum,
    "amax": _maximum, "exp": _entrywise("exp"), "log": _entrywise("log"), "ln": _entrywise("log"),
    "sqrt": _entrywise("sqrt"), "rsqrt": _rsqrt, "transpose": _transpose, "permute": _transpose,
    "swapaxes": _transpose, "t": _transpose, "unsqueeze": _unsqueeze, "expand_dims": _unsqueeze,
    "squeeze": _squeeze, "matmul": _matmul, "bmm": _matmul, "mm": _matmul, "mv": _matmul,
    "dot": _matmul, "inner": _inner, "vdot": _inner, "outer": _outer, "ger": _outer,
    "einsum": _einsum, "diag": _diagonal, "diag_embed": _diagonal, "inv": _invert,
    "inverse": _invert, "reciprocal": _reciprocal, "tril": _triangle, "triu": _triangle,
    "causal": _triangle, "masked_fill": _masked_fill, "zeros": _zeros, "zeros_like": _zeros,
    "new_zeros": _zeros, "empty": _zeros, "empty_like": _zeros, "ones": _ones, "size": _size,
    "shape": _size, "len": _length, "div": _operator("/"), "divide": _operator("/"),
    "mul": _operator("*"), "multiply": _operator("*"), "add": _operator("+"),
    "sub": _operator("-"), "subtract": _operator("-"), "pow": _operator("^"),
    "power": _operator("^"), "true_divide": _operator("/"), "stack": _stack, "cat": _stack,
    "scaled_dot_product_attention": _attention, "sdpa": _attention, "SDPA": _attention,
}  # fmt: skip
