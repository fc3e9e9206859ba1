"""The loops of a piece of code: what each turn binds, which way it runs, what stands inside.

`pycode.parse` gives statements flat. Whether `G = r + gamma * G` is a return depends on whether the
loop around it runs from the last reward to the first, so whoever runs code needs its `blocks`;
whoever only adds up what a loop adds needs its `for_lines`, in whatever order it runs.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rlprep.formula.code_lists import as_comprehension
from rlprep.formula.code_statements import Statements
from rlprep.formula.errors import Unreadable
from rlprep.formula.names import flat
from rlprep.formula.pycode import opened
from rlprep.formula.tree import Call, Cases, Name, Node, Span, walk

REVERSING = {"reversed", "flip", "flipud"}
LISTING = {"list", "tuple", "tqdm", "trange", "iter"}
LOOPING = ("for ", "while ")
LENGTHENING = {"append", "appendleft", "insert"}


@dataclass(frozen=True, slots=True)
class Turns:
    """What one variable of a loop runs through.

    Attributes:
        variable: its name.
        lo: first whole number (None for 0), or the first element's index.
        hi: the whole number after the last; None for the length of the data.
        elements: the array whose elements it takes; None where it is the number itself.
        is_backward: whether it runs from the last to the first.
    """

    variable: Node
    lo: Node | None
    hi: Node | None
    elements: Node | None
    is_backward: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` statement: what its variables run through together, and its block."""

    turns: tuple[Turns, ...]
    block: "tuple[Statement, ...]"


@dataclass(frozen=True, slots=True)
class Function:
    """A function that the code calls: its name, its parameters, its block and what it returns."""

    name: Name
    parameters: tuple[Name, ...]
    block: "tuple[Statement, ...]"
    value: Node

    def own_calls(self) -> list[Call]:
        """Return the calls of itself in what it returns."""
        return [
            n for n in walk(self.value) if isinstance(n, Call) and flat(n.fn) == flat(self.name)
        ]


@dataclass(frozen=True, slots=True)
class Append:
    """`advantages.insert(0, gae)`, `advantages.append(gae)`: a list gets one more, at which end."""

    target: Name
    value: Node
    is_front: bool


@dataclass(frozen=True, slots=True)
class Turned:
    """`advantages.reverse()`: a list is turned round where it stands."""

    target: Name


Statement = Node | Loop | Function | Append | Turned


@dataclass(frozen=True, slots=True)
class ForLine:
    """A `for` statement: the characters that it covers, its variables, what it runs over."""

    span: Span
    target: Node
    over: Node


@dataclass(frozen=True, slots=True)
class Appended:
    """What a statement puts at the end of a list: a value for each turn of loops of its own.

    `turns` are pairs of a variable and what it runs over, outer loops first; none for one value.
    """

    span: Span
    name: str
    value: Node
    turns: tuple[tuple[Node, Node], ...]


def may_loop(text: str) -> bool:
    """Whether a text has the words of a loop."""
    return any(word in text for word in LOOPING)


def appended(text: str) -> list[Appended]:
    """Return the statements that lengthen lists: `x.append(v)`, `x += [v] * n`, `x.extend(...)`.

    Raises:
        Unreadable: one appends something else, or a loop runs over something unusual.
        SyntaxError: the text is not Python.
    """
    reader, tree = opened(text, frozenset())
    found: list[Appended] = []
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(ast.Name(name), "append"), args=[x])):
                found.append(Appended(reader.span(node), name, reader.expression(x), ()))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(ast.Name(name), "extend"), args=[added])
            ):
                found.append(_extended(reader, node, name, added))
            case ast.AugAssign(ast.Name(name), ast.Add(), added) if as_comprehension(
                added
            ) is not None or any(
                isinstance(part, ast.List | ast.ListComp) for part in ast.walk(added)
            ):
                found.append(_extended(reader, node, name, added))
    return found


def _extended(reader: Statements, node: ast.stmt, name: str, added: ast.expr) -> Appended:
    """Return what `name.extend(added)` puts at the end of a list."""
    if isinstance(added, ast.List) and len(added.elts) == 1:
        return Appended(reader.span(node), name, reader.expression(added.elts[0]), ())
    entries = as_comprehension(added)
    if entries is None or any(loop.ifs for loop in entries.generators):
        raise reader.refuse(node, "a list that is lengthened by this")
    turns = tuple((reader.expression(loop.target), reader.expression(loop.iter))
                  for loop in entries.generators)  # fmt: skip
    return Appended(reader.span(node), name, reader.expression(entries.elt), turns)


def for_lines(text: str, variables: frozenset[str] = frozenset()) -> list[ForLine]:
    """Return the `for` statements of code that `pycode.parse` reads, outer ones first.

    Args:
        text: the code.
        variables: names that are no libraries (`K.T`).

    Raises:
        Unreadable: a loop runs over something unusual.
        SyntaxError: the text is not Python.
    """
    reader, tree = opened(text, variables)
    return [
        ForLine(reader.span(node), reader.expression(node.target), reader.expression(node.iter))
        for node in ast.walk(tree)
        if isinstance(node, ast.For)
    ]


@lru_cache(maxsize=64)
def has_loop(text: str) -> bool:
    """Whether code has a `for` statement, which is run turn by turn."""
    try:
        return may_loop(text) and bool(for_lines(text))
    except (Unreadable, SyntaxError):
        return True


@lru_cache(maxsize=64)
def own_steps(text: str) -> frozenset[str]:
    """Return the functions of its own that code calls and that have several statements.

    They come flat, with its parameters for what they are called with.
    """
    if "def " not in text:
        return frozenset()
    try:
        _, tree = opened(text, frozenset())
    except (Unreadable, SyntaxError):
        return frozenset()
    called = {_word(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(
        node.name for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in called and len(node.body) > 1
    )  # fmt: skip


@lru_cache(maxsize=64)
def is_run(text: str) -> bool:
    """Whether a text that was read as code has a loop, or a function that calls itself to an end.

    It may: what can't be read in blocks is left to whoever runs it.
    """
    if not any(word in text for word in (*LOOPING, "def ", "accumulate(")):
        return False
    try:
        return any(map(_is_carrying, blocks(text)))
    except (Unreadable, SyntaxError):
        return True


def _is_carrying(statement: "Statement") -> bool:
    if isinstance(statement, Function):
        ends = any(isinstance(n, Cases) for n in walk(statement.value))
        return any(map(_is_carrying, statement.block)) or bool(ends and statement.own_calls())
    return isinstance(statement, Loop)


@lru_cache(maxsize=64)
def blocks(text: str) -> "tuple[Statement, ...]":
    """Return the statements of code in order, with its loops and functions as blocks.

    Raises:
        Unreadable: a loop runs over something unusual.
        SyntaxError: the text is not Python.
    """
    reader, tree = opened(text, frozenset())
    called = frozenset(_word(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call))
    return tuple(_block(reader, tree.body, called))


def _block(
    reader: Statements, statements: list[ast.stmt], called: frozenset[str]
) -> Iterator[Statement]:
    for statement in statements:
        match statement:
            case ast.FunctionDef(
                name=name, body=[*body, ast.Return(value=ast.expr() as value)]
            ) if name in called:
                yield Function(
                    _named(reader, statement, name),
                    tuple(_named(reader, arg, arg.arg) for arg in statement.args.args),
                    tuple(_block(reader, body, called)), reader.expression(value),
                )  # fmt: skip
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name() as target, attr=attr)) as call
            ) if attr in LENGTHENING:
                added, is_front = _put(reader, target.id, call)
                yield Append(_named(reader, target, target.id), reader.expression(added), is_front)
            case (
                ast.Assign(targets=[ast.Name() as target], value=value)
                | ast.AugAssign(
                    target=ast.Name() as target, op=ast.Add(), value=ast.List() as value
                )
            ) if found := _added(target.id, value, is_more=isinstance(statement, ast.AugAssign)):
                added, is_front = found
                yield Append(_named(reader, target, target.id), reader.expression(added), is_front)
            case ast.FunctionDef(body=body) | ast.With(body=body):
                yield from _block(reader, body, called)
            case ast.For(target=target, iter=over, body=body):
                turns = tuple(_turns(reader, target, over))
                yield Loop(turns, tuple(_block(reader, body, called)))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name() as target, attr="reverse"))
            ):
                yield Turned(_named(reader, target, target.id))
            case _:
                yield from reader.statement(statement)


def _put(reader: Statements, word: str, call: ast.Call) -> tuple[ast.expr, bool]:
    """Return what a call puts into a list, and whether at the front of it."""
    match call:
        case ast.Call(func=ast.Attribute(attr="append" | "appendleft" as attr), args=[value]):
            return value, attr == "appendleft"
        case ast.Call(args=[ast.Constant(value=0), value]):
            return value, True
        case ast.Call(
            args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=other)]), value]
        ) if other == word:
            return value, False
    raise reader.refuse(call, "an element in the midst of a list")


def _added(word: str, value: ast.expr, *, is_more: bool) -> tuple[ast.expr, bool] | None:
    """Return the one element that `xs = [x] + xs` adds, and whether at the front; else None.

    Args:
        word: the list.
        value: what is assigned to it.
        is_more: whether that is only what it gets: `xs += [x]`.
    """
    match value:
        case ast.List(elts=[added]) if is_more:
            return added, False
        case (
            ast.BinOp(left=ast.List(elts=[added]), op=ast.Add(), right=ast.Name(id=other))
            | ast.List(elts=[added, ast.Starred(value=ast.Name(id=other))])
        ) if other == word:
            return added, True
        case (
            ast.BinOp(left=ast.Name(id=other), op=ast.Add(), right=ast.List(elts=[added]))
            | ast.List(elts=[ast.Starred(value=ast.Name(id=other)), added])
        ) if other == word:
            return added, False
    return None


def _named(reader: Statements, node: ast.AST, word: str) -> Name:
    found = reader.name(node, word)
    if not isinstance(found, Name):
        raise reader.refuse(node, "this name")
    return found


def _turns(reader: Statements, target: ast.expr, over: ast.expr) -> Iterator[Turns]:
    """Yield what each variable of a loop runs through."""
    match over:
        case ast.Call(func=function, args=[inner, *_]) if _word(function) in REVERSING:
            yield from (_turned(turns) for turns in _turns(reader, target, inner))
        case ast.Call(func=function, args=[inner, *_]) if _word(function) in LISTING:
            yield from _turns(reader, target, inner)
        case ast.Subscript(
            value=inner, slice=ast.Slice(lower=None, upper=None, step=ast.UnaryOp())
        ):
            yield from (_turned(turns) for turns in _turns(reader, target, inner))
        case ast.Call(func=ast.Name(id="zip"), args=parts) if isinstance(target, ast.Tuple):
            for each, part in zip(target.elts, parts, strict=False):
                yield from _turns(reader, each, part)
        case ast.Call(func=ast.Name(id="enumerate"), args=[part], keywords=[]) if isinstance(
            target, ast.Tuple
        ):
            yield Turns(reader.expression(target.elts[0]), None, None, None, is_backward=False)
            yield from _turns(reader, target.elts[1], part)
        case ast.Call(func=ast.Name(id="range"), args=args):
            yield _range(reader, target, args, over)
        case ast.Name() | ast.Attribute():
            elements = reader.expression(over)
            yield Turns(reader.expression(target), None, None, elements, is_backward=False)
        case ast.Subscript(value=inner, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            lo, hi = (reader.expression(x) if x else None for x in (lower, upper))
            elements = reader.expression(inner)
            yield Turns(reader.expression(target), lo, hi, elements, is_backward=False)
        case _:
            raise reader.refuse(over, "a loop over this")


def _range(reader: Statements, target: ast.expr, args: list[ast.expr], over: ast.expr) -> Turns:
    variable = reader.expression(target)
    match args:
        case [hi]:
            return Turns(variable, None, reader.expression(hi), None, is_backward=False)
        case [lo, hi]:
            bounds = reader.expression(lo), reader.expression(hi)
            return Turns(variable, *bounds, None, is_backward=False)
        case [last, before, ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))]:
            # range(T - 1, -1, -1) runs from T - 1 down to 0
            lo = ast.BinOp(before, ast.Add(), ast.Constant(1))
            hi = ast.BinOp(last, ast.Add(), ast.Constant(1))
            for bound in (lo, hi):
                ast.fix_missing_locations(ast.copy_location(bound, over))
            bounds = reader.expression(lo), reader.expression(hi)
            return Turns(variable, *bounds, None, is_backward=True)
    raise reader.refuse(over, "a loop over this")


def _turned(turns: Turns) -> Turns:
    return Turns(turns.variable, turns.lo, turns.hi, turns.elements, not turns.is_backward)


def _word(function: ast.expr) -> str:
    match function:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
    return ""
