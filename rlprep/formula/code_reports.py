"""Statements of code that leave the formula as it is: reports, and the training that follows."""

import ast

from rlprep.formula.code_names import SAME

TRAINING = {"backward", "zero_grad", "step"}
"""What follows a loss: `loss.backward()`, `optimizer.step()`."""


def without_reports(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of a piece of code without its reports.

    A `print` at the end shows the result: its one value stays, as an expression.
    """
    kept = [_inner(node) for node in body if not _is_report(node)]
    last = body[-1] if body else None
    match last:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=args)):
            shown = [x for x in args if not isinstance(x, ast.Constant | ast.JoinedStr)]
            is_plain = len(shown) == 1 and not any(isinstance(x, ast.Starred) for x in args)
            if is_plain and not (kept and _is_set(shown[0], kept[-1])):
                kept.append(ast.copy_location(ast.Expr(shown[0]), last))
    return kept


def _is_set(shown: ast.expr, last: ast.stmt) -> bool:
    """Whether what is shown is only the name that the last statement sets: `loss.item()`."""
    match shown:
        case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr=attr), args=[]) if (
            attr in SAME
        ):
            shown = name
    return isinstance(shown, ast.Name) and any(
        isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id == shown.id
        for n in ast.walk(last)
    )


def _is_report(node: ast.stmt) -> bool:
    match node:
        case ast.Assert() | ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(), attr=attr))):
            return attr in TRAINING
    return False


def _inner(node: ast.stmt) -> ast.stmt:
    """Return a statement with the reports of its blocks left out, where something remains."""
    if isinstance(node, ast.FunctionDef | ast.For | ast.With | ast.If):
        rest = [_inner(each) for each in node.body if not _is_report(each)]
        node.body = rest or node.body
    return node
