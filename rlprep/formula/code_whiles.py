"""Loops that count by hand as loops over a range: `i = 0`, `while i < n: ...; i += 1`.

Only where nothing else can show: the counter is set right before and raised last of all by a step,
neither it nor the bound changes otherwise, no turn ends early, and nobody asks the counter later.
"""

import ast
from collections.abc import Sequence


def counted_loops(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements with such `while` loops, inner ones too, as `for` loops."""
    found: list[ast.stmt] = []
    for number, statement in enumerate(statements):
        if isinstance(statement, ast.For | ast.While | ast.FunctionDef | ast.With | ast.If):
            statement.body = counted_loops(statement.body)
        loop = None
        if isinstance(statement, ast.While):
            loop = _loop(found, statement, statements[number + 1 :])
        if loop is not None:
            start, loop_statement = loop
            found.remove(start)
            statement = loop_statement
        found.append(statement)
    return found


def _loop(
    before: list[ast.stmt], statement: ast.While, after: list[ast.stmt]
) -> tuple[ast.stmt, ast.For] | None:
    """Return where the counter starts and the loop; None for a loop that is not counted so."""
    match statement:
        case ast.While(
            test=ast.Compare(
                left=ast.Name(id=counter), ops=[ast.Lt() | ast.LtE() as op], comparators=[bound]
            ),
            body=[*body, ast.AugAssign(ast.Name(id=raised), ast.Add(), step)],
            orelse=[],
        ) if raised == counter and body:
            pass
        case _:
            return None
    start = next((s for s in reversed(before) if counter in _names([s], set_only=True)), None)
    if not isinstance(start, ast.Assign) or len(start.targets) != 1:
        return None
    between = before[before.index(start) + 1 :]
    changed = _names(body, set_only=True)
    is_plain = (
        isinstance(start.targets[0], ast.Name)
        and counter not in changed
        and not (_names([bound, step, start.value]) & (changed | _names(between, set_only=True)))
        and counter not in _names([*between, *after, bound, step, start.value])
        and not any(isinstance(n, ast.Break | ast.Continue | ast.Return | ast.Yield)
                    for s in body for n in ast.walk(s))
    )  # fmt: skip
    if not is_plain:
        return None
    one = isinstance(step, ast.Constant) and step.value == 1
    if isinstance(op, ast.LtE):
        bound = ast.copy_location(ast.BinOp(bound, ast.Add(), ast.Constant(1)), bound)
    is_zero = isinstance(start.value, ast.Constant) and start.value.value == 0
    limits = [bound] if one and is_zero else [start.value, bound, *([] if one else [step])]
    run = ast.Call(ast.Name("range", ast.Load()), limits, [])
    loop = ast.For(ast.Name(counter, ast.Store()), run, body, [])
    for node in ast.walk(loop):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, statement)
    return start, loop


def _names(nodes: Sequence[ast.AST], *, set_only: bool = False) -> set[str]:
    """Return the names that occur, or those that are given something new."""
    return {
        n.id for node in nodes for n in ast.walk(node)
        if isinstance(n, ast.Name) and (not set_only or isinstance(n.ctx, ast.Store))
    }  # fmt: skip
