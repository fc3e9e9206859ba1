"""Calls that hand on the same values as another type."""

import ast
from collections.abc import Container

CASTS = {"asarray", "array", "as_tensor", "tensor", "from_numpy", "asanyarray", "float32",
         "float64", "FloatTensor", "convert_to_tensor", "ascontiguousarray", "Tensor",
         "cast"}  # fmt: skip


def recast(node: ast.Call, libraries: Container[str]) -> ast.expr | None:
    """Return what a call hands on as another type of the same values: `np.asarray(x)`."""
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str())]):
            return None  # infinity
        case ast.Call(func=ast.Name(id="float"), args=[inner]):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id=root), attr=word), args=[inner, *_]) if (
            root in libraries and word in CASTS
        ):
            pass
        case _:
            return None
    literal = ast.List | ast.Tuple | ast.ListComp | ast.GeneratorExp
    return None if isinstance(inner, literal) else inner
