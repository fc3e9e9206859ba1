"""Lists in Python's syntax: what is joined one after the other, and what is turned round."""

import ast


def joined_parts(node: ast.expr) -> list[ast.expr]:
    """Return the parts of `a + [b]`, `[*a, b]` or `np.r_[a, b]`; none for another expression.

    A list beside a plus is joined to what stands there, which is a list too.
    """
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.List(elts=items) as right) if items:
            return [left, right]
        case ast.BinOp(left=ast.List(elts=items) as left, op=ast.Add(), right=right) if items:
            return [left, right]
        case ast.List(elts=items) if any(isinstance(item, ast.Starred) for item in items):
            return [
                item.value
                if isinstance(item, ast.Starred)
                else ast.copy_location(ast.List([item], ast.Load()), item)
                for item in items
            ]
        case ast.Subscript(value=ast.Attribute(attr="r_"), slice=ast.Tuple(elts=items)):
            return items
    return []


def is_backwards(index: ast.expr) -> bool:
    """Whether an index is `[::-1]`."""
    match index:
        case ast.Slice(lower=None, upper=None, step=ast.UnaryOp(ast.USub(), ast.Constant(value=1))):
            return True
    return False


def counted(loop: ast.For) -> ast.For:
    """Return a loop over things that it never looks at, `for _ in ("k", "v")`, as one over numbers.

    The statement is changed in place.
    """
    match loop:
        case ast.For(target=ast.Name(id=name), iter=ast.Tuple(elts=items) | ast.List(elts=items)):
            is_used = any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
                          for statement in loop.body for n in ast.walk(statement))  # fmt: skip
            if items and not is_used:
                number = ast.copy_location(ast.Constant(len(items)), loop.iter)
                function = ast.copy_location(ast.Name("range", ast.Load()), loop.iter)
                loop.iter = ast.copy_location(ast.Call(function, [number], []), loop.iter)
    return loop


def entry_of_part(value: ast.expr, index: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return x and i + a for `x[a:][i]`, None for another entry or one that counts from an end."""
    match value, index:
        case _, ast.Slice() | ast.Tuple() | ast.UnaryOp():
            return None
        case ast.Subscript(value=whole, slice=ast.Slice(lower=None, step=None)), _:
            return whole, index
        case ast.Subscript(value=whole, slice=ast.Slice(lower=ast.expr() as first, step=None)), _:
            if isinstance(first, ast.UnaryOp):
                return None
            return whole, ast.copy_location(ast.BinOp(index, ast.Add(), first), index)
    return None
