"""Branches of code made straight: `if c: x = a else: x = b` says that x is a where c holds, else b.

Whoever reads statements in order then needs to know conditional values only. A function that
returns early returns a conditional value, with the names that it gives on the way written out.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy

from rlprep.formula.code_lists import counted, filling


def straightened(
    statements: list[ast.stmt], called: frozenset[str] = frozenset()
) -> list[ast.stmt]:
    """Return statements without branches; one that can't be made straight is left as it stands.

    Args:
        statements: the statements of a block.
        called: functions that the code calls, which become one value where that can be.
    """
    found: list[ast.stmt] = []
    for statement in map(filling, statements):
        match statement:
            case ast.If() if not _only_adds(statement):
                found.extend(_assignments([statement]) or [statement])
                continue
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values) and _is_crossed(names, values):
                found.extend(_at_once(names, values))
                continue
            case ast.FunctionDef(name=name, body=body) if name in called or any(
                isinstance(s, ast.If) for s in body
            ):
                value = _returned(body, {})
                statement.body = straightened(body) if value is None else [value]
            case ast.For():
                statement.body = straightened(counted(statement).body)
            case ast.FunctionDef(body=body) | ast.With(body=body):
                statement.body = straightened(body)
        found.append(statement)
    return found


def called_functions(tree: ast.AST) -> frozenset[str]:
    """Return the functions that code defines and calls, but for those that call themselves."""
    own = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    calls = [
        node.func.id for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and not all(isinstance(arg, ast.Constant) for arg in node.args)  # an example
    ]  # fmt: skip
    inner = {
        name for name, node in own.items()
        if any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name
               for n in ast.walk(node))
    }  # fmt: skip
    return frozenset(own.keys() & set(calls) - inner)


def _is_crossed(names: list[ast.expr], values: list[ast.expr]) -> bool:
    """Whether a value of `a, b = b, a` uses a name that stands before it on the left."""
    return any(
        _names([_base(name) for name in names[:number]]) & _names([value])
        for number, value in enumerate(values)
    )


def _at_once(names: list[ast.expr], values: list[ast.expr]) -> Iterator[ast.stmt]:
    """Yield assignments in which all values are taken before a name changes."""
    held = [ast.copy_location(ast.Name(f"new_{number}", ast.Load()), value)
            for number, value in enumerate(values)]  # fmt: skip
    yield from map(_assigned, held, values)
    yield from map(_assigned, names, held)


def _only_adds(branch: ast.If) -> bool:
    """Whether a branch only adds to sums, which need no other branch: `x += e` under an `if`."""
    return not branch.orelse and all(isinstance(s, ast.AugAssign) for s in branch.body)


def _assignments(statements: list[ast.stmt]) -> list[ast.stmt] | None:
    """Return the plain assignments that statements amount to; None where they do more."""
    found: list[ast.stmt] = []
    for statement in statements:
        match statement:
            case ast.Pass():
                pass
            case ast.Assign(targets=[ast.Name() | ast.Subscript()]):
                found.append(statement)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values) and not _names(names) & _names(values):
                found.extend(map(_assigned, names, values))
            case ast.Assign(targets=[*others, ast.Name() | ast.Subscript() as last], value=value):
                found.append(_assigned(last, value))
                found.extend(_assigned(other, last) for other in reversed(others))
            case ast.AugAssign(target=target, op=op, value=value):
                total = ast.copy_location(ast.BinOp(target, op, value), statement)
                found.append(_assigned(target, total))
            case ast.If(test=test, body=body, orelse=orelse):
                inner = _joined(test, _assignments(body), _assignments(orelse))
                if inner is None:
                    return None
                found.extend(inner)
            case _:
                return None
    return found


def _joined(
    test: ast.expr, then: list[ast.stmt] | None, other: list[ast.stmt] | None
) -> list[ast.stmt] | None:
    """Return two branches as one: each variable keeps its value where its branch isn't taken."""
    if then is None or other is None:
        return None
    mine, theirs = list(_pairs(then)), list(_pairs(other))
    if _names([_base(target) for target, _ in (*mine, *theirs)]) & _names([test]):
        return None  # a branch that changes what the condition asks
    if [ast.dump(target) for target, _ in mine] == [ast.dump(target) for target, _ in theirs]:
        return [_assigned(t, _choice(test, a, b))
                for (t, a), (_, b) in zip(mine, theirs, strict=True)]  # fmt: skip
    kept = [_assigned(target, _choice(test, value, target)) for target, value in mine]
    return kept + [_assigned(target, _choice(test, target, value)) for target, value in theirs]


def _base(target: ast.expr) -> ast.expr:
    """Return the variable that an assignment changes: adv of `adv[t] = ...`."""
    return _base(target.value) if isinstance(target, ast.Subscript) else target


def _pairs(statements: list[ast.stmt]) -> Iterator[tuple[ast.expr, ast.expr]]:
    for statement in statements:
        assert isinstance(statement, ast.Assign)
        yield statement.targets[0], statement.value


def _returned(statements: list[ast.stmt], known: dict[str, ast.expr]) -> ast.Return | None:
    """Return what a function returns as one value; None where more than that happens."""
    known = dict(known)
    for number, statement in enumerate(statements):
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not _binds(value):
                known[name] = written_out(value, known)
            case ast.Return(value=ast.expr() as value) if not (known and _binds(value)):
                return ast.copy_location(ast.Return(written_out(value, known)), statement)
            case ast.If(test=test, body=body, orelse=orelse):
                rest = statements[number + 1 :]
                then, other = _returned([*body, *rest], known), _returned([*orelse, *rest], known)
                if then is None or other is None or then.value is None or other.value is None:
                    return None
                value = _choice(written_out(test, known), then.value, other.value)
                return ast.copy_location(ast.Return(value), statement)
            case _:
                return None
    return None


class _Writing(ast.NodeTransformer):
    def __init__(self, known: dict[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node)


def written_out(value: ast.expr, known: dict[str, ast.expr]) -> ast.expr:
    """Return an expression with the names in it that are known written out."""
    return _Writing(known).visit(deepcopy(value))


def _binds(value: ast.expr) -> bool:
    """Whether an expression gives names of its own, which could hide those around it."""
    own = ast.comprehension | ast.Lambda | ast.NamedExpr
    return any(isinstance(node, own) for node in ast.walk(value))


def _choice(test: ast.expr, then: ast.expr, other: ast.expr) -> ast.expr:
    return ast.copy_location(ast.IfExp(test, then, other), then)


def _assigned(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.copy_location(ast.Assign([target], value), target)


def _names(nodes: list[ast.expr]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
