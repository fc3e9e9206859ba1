"""Functions on arrays by the names that papers, torch, NumPy and JAX give them."""

from typing import TYPE_CHECKING

import numpy as np

from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import labels_of, variable_key
from rlprep.formula.tree import Big, Bin, Call, Cases, Name, Node, Tuple, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.arrays import Array, Arrays, Env

ELEMENTWISE = {
    "exp": np.exp, "log": np.log, "ln": np.log, "sqrt": np.sqrt, "abs": np.abs, "square": np.square,
    "relu": lambda x: np.maximum(x, 0), "ReLU": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "ELU": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.log1p(np.exp(x)), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "rsqrt": lambda x: 1 / np.sqrt(x), "float": lambda x: x, "int": lambda x: x,
    "reciprocal": lambda x: 1 / x, "neg": np.negative, "tensor": lambda x: x, "array": lambda x: x,
    "contiguous": lambda x: x, "dropout": lambda x: x, "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh, "cos": np.cos, "sin": np.sin, "detach": lambda x: x, "asarray": lambda x: x,
}  # fmt: skip
MATMULS = {"matmul", "bmm", "mm", "dot", "inner", "mv", "vdot"}


def apply(
    arrays: "Arrays", node: Call, name: str, env: "Env", position: int
) -> "Array | float | None":
    """Return the value of a call, None when the name is no function known here."""
    args = node.args

    def value(number: int = 0) -> "Array":
        if number >= len(args):
            raise Unreadable(f"{name} needs {number + 1} arguments", node.span)
        return arrays.evaluate(args[number], env, position)

    base = node.fn.name
    if not args and not base.startswith("'"):
        raise Unreadable(f"{name} needs an argument", node.span)
    if base.lower() in {"softmax", "rowsoftmax", "softmax1d"}:
        return _softmax(arrays, node, env, position)
    if name in ELEMENTWISE or base in ELEMENTWISE:
        return ELEMENTWISE[name if name in ELEMENTWISE else base](value())
    if name == "inner" and len(args) == 2 and arrays.room.layout != "code":
        return _inner(value(), value(1))
    if name == "sigma":
        raise Undecidable("sigma may be softmax or the logistic function: say which")
    if name in MATMULS:
        left, right = value(), value(1)
        if left.ndim == 2 and left.shape[1] == 1 and right.shape == left.shape:
            return (left.T @ right).reshape(())
        return arrays.matmul(left, right) if arrays.room.layout == "code" else (
            arrays.product(left, right))  # fmt: skip
    if name in {"transpose", "swapaxes", "permute", "t", "swapdims", "T", "mT", "moveaxis"}:
        return _transpose(arrays, node, value(), env)
    if name in {"sum", "mean", "cumsum", "max", "amax", "logsumexp", "prod", "norm"}:
        return _reduced(arrays, node, name, env, position)
    if name in {"unsqueeze", "expand_dims"}:
        axis = _axes(node, 1, env)
        return np.expand_dims(value(), axis[0] if axis else -1)
    if name == "squeeze":
        axis = _axes(node, 1, env)
        return np.squeeze(value(), axis[0] if axis else None)
    if name in {"outer", "ger"}:
        return np.outer(value(), value(1))
    if name == "einsum":
        return _einsum(arrays, node, env, position)
    if name in {"diag", "Diag", "diagonal", "diag_embed"}:
        return _diag(value())
    if name in {"inv", "inverse", "pinv"}:
        return np.linalg.inv(value())
    if name in {"solve", "cg", "conjugate_gradient", "conjugate_gradients", "lstsq", "cho_solve",
                "conjugate_grad", "conj_grad"}:  # fmt: skip
        return np.linalg.solve(_operator(arrays, args[0], env, position), value(1))
    if name in {"ones", "ones_like"}:
        return np.ones((arrays.room.matrices["K"].shape[-2], 1))
    if name in {"size", "len", "dim"} and args:
        axis = _axes(node, 1, env)
        shape = value().shape
        return float(shape[axis[0]] if axis else shape[0])
    if name in {"pow", "power"}:
        return value() ** float(value(1))
    if name in {"mul", "multiply"}:
        return value() * value(1)
    if name in {"div", "divide", "true_divide"}:
        return arrays.quotient(value(), value(1))
    if name in {"add", "subtract", "sub"}:
        return value() + value(1) if name == "add" else value() - value(1)
    if name in {"maximum"}:
        return np.maximum(value(), value(1))
    if name in {"clamp", "clip"}:
        return _clamped(arrays, node, env, position)
    if name == "where" and len(args) == 3:
        return arrays.evaluate(
            Cases(node.span, ((args[1], args[0]), (args[2], None))), env, position
        )
    if name in {"tril", "triu"}:
        return np.tril(value()) if name == "tril" else np.triu(value())
    if name == "scaled_dot_product_attention":
        return _attention(arrays, node, env, position)
    if name in _products(arrays):
        return _operator(arrays, node.fn, env, position) @ value()
    if name == "inner" and len(args) == 1 and isinstance(args[0], Tuple):
        pair = args[0].items
        return _inner(*(arrays.evaluate(item, env, position) for item in pair))
    return None


def _inner(left: "Array", right: "Array") -> "Array":
    """The inner product of two vectors, or of a vector with every column of a matrix."""
    if left.shape == right.shape:
        return np.asarray((left * right).sum())
    return left.T @ right


def _products(arrays: "Arrays") -> set[str]:
    """Return the names of Fisher-vector products, where there is a Fisher matrix."""
    if "H" not in arrays.room.vectors:
        return set()
    return {"Fvp", "fvp", "hvp", "Hvp", "Hx", "fisher_vector_product", "Fx", "Avp", "F", "H", "A",
            "hessian_vector_product", "mvp", "Ax", "fisher_product", "FVP", "HVP", "f_Ax",
            "get_Ax", "compute_fvp"}  # fmt: skip


def _operator(arrays: "Arrays", node: Node, env: "Env", position: int) -> "Array":
    """Return the matrix that a name of a matrix or of its product with a vector stands for."""
    if isinstance(node, Name) and "H" in arrays.room.vectors:
        name = "_".join((node.name, *labels_of(node)))
        if name in _products(arrays):
            return arrays.room.vectors["H"]
    return arrays.evaluate(node, env, position)


def _axes(node: Call, start: int, env: "Env") -> list[int]:
    """Return the whole-number arguments from `start` on, and those called dim or axis."""
    found = [maybe_integer(a, {}) for a in node.args[start:]]
    named = node.keyword("dim", "axis")
    if named is not None:
        items = named.items if isinstance(named, Tuple) else (named,)
        found += [maybe_integer(i, {}) for i in items]
    del env
    return [f for f in found if f is not None]


def _softmax(arrays: "Arrays", node: Call, env: "Env", position: int) -> "Array | float":
    from rlprep.formula.decide.arrays import softmax

    labels = set(labels_of(node.fn))
    indices = [k for s in node.fn.subs if (k := variable_key(s)) is not None]
    bound = dict(arrays.sums)
    value = arrays.evaluate(node.args[0], env, position)
    if value.size == 1 and arrays.room.layout != "code":
        key = next((k for k in indices if k in bound), arrays.sums[-1][0] if arrays.sums else None)
        if key is None:
            free = {variable_key(i) for n in walk(node.args[0]) if isinstance(n, Name)
                    for i in n.subs}  # fmt: skip
            key = next((k for k in indices if k in env and k in free), None)
        if key is None:
            raise Undecidable("a softmax of one number")
        span = bound.get(key, range(1, arrays.room.matrices["K"].shape[-2] + 1))
        scores = [float(arrays.evaluate(node.args[0], {**env, key: j}, position).reshape(()))
                  for j in span]  # fmt: skip
        return float(softmax(np.array(scores), 0)[list(span).index(env[key])])
    axes = _axes(node, 1, env)
    if any(w.startswith("col") for w in labels) or base_is_column(node.fn):
        axes = [-2]
    return softmax(value, axes[0] if axes else -1)


def base_is_column(name: Name) -> bool:
    """Whether a softmax is called column-wise by its name."""
    return "col" in name.name.lower()


def _transpose(arrays: "Arrays", node: Call, value: "Array", env: "Env") -> "Array":
    axes = _axes(node, 1, env)
    if len(axes) == 1 and isinstance(node.args[-1], Tuple):
        axes = []
    if node.args[1:] and isinstance(node.args[1], Tuple):
        axes = [a for i in node.args[1].items if (a := maybe_integer(i, {})) is not None]
    if len(axes) == 2:
        return np.swapaxes(value, axes[0], axes[1])
    if len(axes) > 2:
        return np.transpose(value, axes)
    return arrays.transposed(value)


def _reduced(arrays: "Arrays", node: Call, name: str, env: "Env", position: int) -> "Array | float":
    if len(node.args) == 1 and isinstance(node.args[0], Big):
        return arrays.big(node.args[0], env, position)
    value = arrays.evaluate(node.args[0], env, position)
    axes = _axes(node, 1, env)
    axis = axes[0] if axes else None
    keep = node.keyword("keepdim", "keepdims") is not None or any(
        isinstance(a, Name) and a.name == "True" for a in node.args[1:]
    )
    if len(axes) == 2 and node.keyword("dim", "axis") is None and axes[1] == 1:
        keep = True  # sum(-1, True)
    match name:
        case "sum":
            return value.sum(axis=axis, keepdims=keep)
        case "mean":
            return value.mean(axis=axis, keepdims=keep)
        case "cumsum":
            return value.cumsum(axis=axis if axis is not None else 0)
        case "max" | "amax":
            return value.max(axis=axis, keepdims=keep)
        case "norm":
            return float(np.linalg.norm(value))
        case "logsumexp":
            return np.log(np.exp(value).sum(axis=axis, keepdims=keep))
    raise Undecidable(f"{name} has no meaning here")


def _einsum(arrays: "Arrays", node: Call, env: "Env", position: int) -> "Array":
    from rlprep.formula.decide.arrays import EINSUM, ShapeMismatch

    first = node.args[0]
    if not (isinstance(first, Call) and first.fn.name.startswith("'")):
        raise Undecidable("an einsum without a pattern")
    pattern = first.fn.name.strip("'").replace(" ", "")
    if not EINSUM.match(pattern):
        raise Unreadable("an einsum pattern that is not known", first.span)
    values = [arrays.evaluate(a, env, position) for a in node.args[1:]]
    try:
        return np.einsum(pattern, *values)
    except ValueError as error:
        raise ShapeMismatch(f"the shapes don't fit the pattern: {error}") from None


def _diag(value: "Array") -> "Array":
    if value.ndim == 2 and 1 in value.shape:
        return np.diag(value.ravel())
    return np.diag(value)


def _clamped(arrays: "Arrays", node: Call, env: "Env", position: int) -> "Array":
    """A clamp by a tiny bound keeps a denominator from 0; it is left out."""
    from rlprep.formula.tree import Num

    inner, *bounds = node.args
    low = node.keyword("min", "a_min") or (bounds[0] if bounds else None)
    if isinstance(low, Num) and 0 <= low.value < 1:
        arrays.remarks.add("the small number that keeps a denominator from 0 is left out")
        return arrays.evaluate(inner, env, position)
    raise Undecidable("a clamp that is not known here")


def _attention(arrays: "Arrays", node: Call, env: "Env", position: int) -> "Array":
    """Torch's fused attention: scaled by 1/sqrt(d), softmax over keys, causal when asked."""
    from rlprep.formula.decide.arrays import softmax

    q, k, v = (arrays.evaluate(a, env, position) for a in node.args[:3])
    scale = node.keyword("scale")
    factor = 1 / np.sqrt(q.shape[-1]) if scale is None else float(
        arrays.evaluate(scale, env, position))  # fmt: skip
    scores = arrays.matmul(q, arrays.transposed(k)) * factor
    causal = node.keyword("is_causal")
    if causal is not None and not (isinstance(causal, Bin)) and float(
        arrays.evaluate(causal, env, position)
    ):  # fmt: skip
        mask = np.tril(np.ones(scores.shape[-2:]))
        scores = np.where(mask > 0, scores, -1e30)
    if node.keyword("attn_mask") is not None and not isinstance(node.keyword("attn_mask"), Name):
        raise Undecidable("an attention mask")
    return arrays.matmul(softmax(scores, -1), v)
