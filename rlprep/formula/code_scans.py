"""Scans as the loops that they are: `lax.scan(step, carry, xs)` and `accumulate(xs, function)`.

Each turn takes the next elements, gives an output, and hands on what it carries. Written as a `for`
statement a scan is read like any other loop.
"""

import ast
from copy import deepcopy
from typing import Any

from rlprep.formula.code_branches import written_out
from rlprep.formula.code_lists import is_backwards

PLACE, TURN = "place_of_turn", "number_of_turn"


def looped(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements in which scans are loops; one that can't be read so is left as it is."""
    steps = {s.name: s for s in statements if isinstance(s, ast.FunctionDef)}
    found: list[ast.stmt] = []
    used: set[str] = set()
    for statement in statements:
        lines, place = None, statement
        match statement:
            case ast.FunctionDef(body=body):
                statement.body = looped(body)
            case ast.Assign(
                targets=[ast.Tuple(elts=[_, ast.Name(id=output)])],
                value=ast.Call(func=function, args=[ast.Name(id=name), start, data, *_]) as call,
            ) if _word(function) == "scan" and name in steps:
                lines = _scan(steps[name], output, start, data, is_backward=_is_reversed(call))
                used |= {name} if lines else set()
                place = steps[name]
            case ast.Assign(targets=[ast.Name(id=output)], value=value):
                lines = _accumulated(output, value)
        if lines is None:
            found.append(statement)
            continue
        for line in lines:  # what a turn does stands where the step is written
            for node in ast.walk(line):
                ast.copy_location(node, place if isinstance(line, ast.For) else statement)
        found.extend(lines)
    return [s for s in found if not (isinstance(s, ast.FunctionDef) and s.name in used)]


def _is_reversed(call: ast.Call) -> bool:
    said = [k.value for k in call.keywords if k.arg == "reverse"] + call.args[4:5]
    return any(isinstance(value, ast.Constant) and value.value is True for value in said)


def _scan(
    step: ast.FunctionDef, output: str, start: ast.expr, data: ast.expr, *, is_backward: bool
) -> list[ast.stmt] | None:
    """Return the loop of `_, output = scan(step, start, data)`; None where it is not understood."""
    match step:
        case ast.FunctionDef(
            args=ast.arguments(args=[ast.arg(arg=carry), ast.arg(arg=item)]),
            body=[*body, ast.Return(value=ast.Tuple(elts=[carried, given]))],
        ):
            pass
        case _:
            return None
    names, elements = [carry], [item]
    rest: list[ast.stmt] = []
    for line in body:
        match line:
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Name(id=whole)) if whole in {
                carry,
                item,
            } and all(isinstance(part, ast.Name) for part in parts):
                unpacked = [part.id for part in parts if isinstance(part, ast.Name)]
                names, elements = (unpacked, elements) if whole == carry else (names, unpacked)
            case ast.Assign():
                rest.append(line)
            case _:
                return None
    starts, news, arrays = (
        [value] if len(wanted) == 1 else _items(value)
        for value, wanted in ((start, names), (carried, names), (data, elements))
    )
    if not len(names) == len(starts) == len(news) or len(elements) != len(arrays):
        return None
    own = _Renamed({
        name: f"{name}_i" for name, array in zip(elements, arrays, strict=True)
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(array))
    })  # fmt: skip
    if own.names:  # an element that is called as its array is
        rest, news = [own.of(line) for line in rest], [own.of(value) for value in news]
        given, elements = own.of(given), [own.names.get(name, name) for name in elements]
    fields = _Fields(item)
    if elements == [item]:  # transition.reward is an entry of the array of that name
        rest = [fields.visit(deepcopy(line)) for line in rest]
    whole = arrays[0] if elements != [item] or not fields.names else ast.Name(fields.names[0])
    head = [f"{name} = {ast.unparse(value)}" for name, value in zip(names, starts, strict=True)]
    turn = [] if fields.names else [
        f"{name} = ({ast.unparse(array)})[{PLACE}]"
        for name, array in zip(elements, arrays, strict=True)
    ]  # fmt: skip
    turn += [ast.unparse(line) for line in rest]
    turn.append(f"{output}[{PLACE}] = {ast.unparse(fields.visit(deepcopy(given)))}")
    turn += [f"new_{name} = {ast.unparse(fields.visit(deepcopy(value)))}"
             for name, value in zip(names, news, strict=True)]  # fmt: skip
    turn += [f"{name} = new_{name}" for name in names]
    run = _run(whole)
    each = f"for {PLACE} in {f'reversed({run})' if is_backward else run}:"
    return ast.parse("\n".join([*head, each, *_indented(turn)])).body


class _Renamed(ast.NodeTransformer):
    """Writes other names for some."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def of(self, node: Any) -> Any:
        """Return a copy of a node with the other names."""
        return self.visit(deepcopy(node))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


class _Fields(ast.NodeTransformer):
    """Writes `x.reward` of a loop's element x as an entry of the array reward."""

    def __init__(self, item: str) -> None:
        self.item = item
        self.names: list[str] = []

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == self.item:
            self.names.append(f"traj_{node.attr}")
            return ast.Subscript(ast.Name(self.names[-1]), ast.Name(PLACE), ast.Load())
        self.generic_visit(node)
        return node


def _accumulated(output: str, value: ast.expr) -> list[ast.stmt] | None:
    """Return the loop of `list(accumulate(reversed(xs), lambda total, x: ...))[::-1]`."""
    value, is_turned = _unturned(value)
    match value:
        case ast.Call(
            func=function,
            args=[data, ast.Lambda(args=ast.arguments(args=[total, item]), body=body)],
            keywords=[],
        ) if _word(function) == "accumulate":
            pass
        case _:
            return None
    array, is_backward = _unturned(data)
    if not isinstance(array, ast.Name | ast.Attribute):
        return None
    entry = ast.Subscript(array, ast.Name(PLACE), ast.Load())
    step = written_out(body, {item.arg: entry})
    place = PLACE if is_backward == is_turned else f"len({ast.unparse(array)}) - 1 - {PLACE}"
    turn = [
        f"{total.arg} = {ast.unparse(entry)} if {TURN} == 0 else {ast.unparse(step)}",
        f"{output}[{place}] = {total.arg}",
    ]
    run = _run(array)
    each = f"for {TURN}, {PLACE} in zip({run}, {f'reversed({run})' if is_backward else run}):"
    return ast.parse("\n".join([each, *_indented(turn)])).body


def _unturned(value: ast.expr) -> tuple[ast.expr, bool]:
    """Return what is turned round by `reversed` or `[::-1]`, and whether it is."""
    is_turned = False
    while True:
        match value:
            case ast.Call(func=ast.Name(id="list" | "tuple"), args=[inner]):
                value = inner
            case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
                value, is_turned = inner, not is_turned
            case ast.Call(func=ast.Attribute(attr="flip" | "flipud" | "array"), args=[inner]):
                match value.func:
                    case ast.Attribute(attr="array"):
                        value = inner
                    case _:
                        value, is_turned = inner, not is_turned
            case ast.Subscript(value=inner, slice=index) if is_backwards(index):
                value, is_turned = inner, not is_turned
            case _:
                return value, is_turned


def _run(array: ast.expr) -> str:
    return f"range(len({ast.unparse(array)}))"


def _indented(lines: list[str]) -> list[str]:
    return ["    " + part for line in lines for part in line.split("\n")]


def _items(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple | ast.List) else [value]


def _word(function: ast.expr) -> str:
    match function:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
    return ""
