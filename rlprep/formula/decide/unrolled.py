"""Loops of code as sums and products: `x += f(i)` for i in a range leaves x plus a sum.

The reader hands the statements of a loop over flat. Families that evaluate expressions and run no
statements see here what a loop accumulates; what a loop does otherwise is refused, never ignored.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from rlprep.formula.code_loops import ForLine, for_lines, may_loop
from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.names import variable_key
from rlprep.formula.program import Entry, Program, key_of
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Index,
    Name,
    Node,
    Num,
    Tuple,
    children,
    rewritten,
)

KINDS = {"+": "sum", "-": "sum", "*": "prod"}
PLACE = "loop"
"""The index of what a loop runs through without counting: `for y, p in zip(ys, ps)`."""


def unrolled(program: Program) -> Program:
    """Return the program with what its loops accumulate written as sums and products.

    Raises:
        Undecidable: a loop does something else.
    """
    if not program.is_code or not may_loop(program.text):
        return program
    try:
        found = for_lines(program.text)
    except (SyntaxError, Unreadable):
        raise Undecidable("a loop that is not understood") from None
    if not found:
        return program
    return replace(program, entries=[
        _without_loops(program, number, found) for number in range(len(program.entries))
    ])  # fmt: skip


def _without_loops(program: Program, number: int, found: list[ForLine]) -> Entry:
    """Return a statement with the loops around it folded into what it adds."""
    entry = program.entries[number]
    around = [loop for loop in found if _covers(loop, entry)]
    if not around:
        return entry
    carried = _carried(program, around[0])
    match entry.values[-1]:
        case Bin(op="+" | "-" | "*" as op, left=Name() as total, right=step) if (
            key_of(total) == entry.key
        ):
            pass
        case Bin(op="+" | "*" as op, left=step, right=Name() as total) if (
            key_of(total) == entry.key
        ):
            pass
        case value:
            if _names(value) & carried:
                raise Undecidable("a loop that is not understood")
            return entry
    if isinstance(entry.target, Index) or _names(step) & carried:
        raise Undecidable("a loop that is not understood")
    _refuse_mixed(program, entry, around[0])
    starts = [e for e in program.entries[:number] if e.key == entry.key]
    sets = [e for e in starts if entry.key not in _names(e.values[-1])]
    for loop in reversed(around):
        if not (sets and _covers(loop, sets[-1])):
            step = _folded(loop, step, op)
    before = total
    if starts and entry.key not in _names(starts[-1].values[-1]):
        before = starts[-1].values[-1]
    value = Bin(entry.values[-1].span, op, before, step)
    return replace(entry, values=(*entry.values[:-1], value))


def _refuse_mixed(program: Program, entry: Entry, loop: ForLine) -> None:
    """Refuse a loop that adds to a name and multiplies it too: no turn's share stands alone."""
    inside = [e for e in program.entries if e.key == entry.key and _covers(loop, e)]
    updates = [e.values[-1] for e in inside if entry.key in _names(e.values[-1])]
    if len({KINDS.get(value.op) if isinstance(value, Bin) else None for value in updates}) > 1:
        raise Undecidable("a loop that is not understood")


def _covers(loop: ForLine, entry: Entry) -> bool:
    start, end = entry.node.span
    return loop.span[0] <= start and end <= loop.span[1]


def _carried(program: Program, loop: ForLine) -> set[str]:
    """Return the names that statements of a loop update from themselves."""
    inside = [e for e in program.entries if _covers(loop, e)]
    return {e.key for e in inside if e.key is not None and e.key in _names(e.values[-1])}


def _names(node: Node) -> set[str]:
    """Return the names of an expression, without the words that they are made of."""
    if isinstance(node, Name):
        return {key_of(node) or ""}
    return {key for child in children(node) for key in _names(child)}


def _folded(loop: ForLine, step: Node, op: str) -> Node:
    """Return what all turns of a loop add, or by what they multiply."""
    kind, span = KINDS[op], step.span
    match loop:
        case ForLine(
            target=Name() as variable, over=Call(fn=Name(name="range"), args=(count,))
        ) if kind == "sum" and variable_key(variable) not in _names(step):
            return Bin(span, "*", count, step)
        case ForLine(target=Name() as variable, over=Call(fn=Name(name="range"), args=args)) if (
            1 <= len(args) <= 2
        ):
            one = Num(span, Fraction(1))
            low = args[0] if len(args) == 2 else Num(span, Fraction(0))
            high = Bin(span, "-", args[-1], one)
            return Big(span, kind, variable, low, high, None, step)
        case ForLine(target=Name() as variable, over=Tuple(items=items)):
            terms = [_put(step, {variable_key(variable): item}) for item in items]
            result = terms[0]
            for term in terms[1:]:
                result = Bin(span, "+" if kind == "sum" else "*", result, term)
            return result
        case ForLine(target=Tuple(items=targets), over=Call(fn=Name(name="zip"), args=sources)) if (
            len(targets) == len(sources)
        ):
            return _through(kind, step, targets, sources)
        case ForLine(target=Tuple() as targets, over=Name() as source):
            return Big(span, kind, targets, None, None, source, step)
        case ForLine(target=Name() as variable, over=Name() as source):
            return _through(kind, step, (variable,), (source,))
    raise Undecidable("a loop that is not understood")


def _through(kind: str, step: Node, targets: tuple[Node, ...], sources: tuple[Node, ...]) -> Node:
    """Return a sum or product over the entries of arrays that a loop runs through together."""
    place = Name(step.span, PLACE)
    entries: dict[str | None, Node] = {
        variable_key(target): Index(step.span, source, (place,))
        for target, source in zip(targets, sources, strict=True)
    }
    return Big(step.span, kind, place, None, None, None, _put(step, entries))


def _put(node: Node, values: dict[str | None, Node]) -> Node:
    """Return an expression with names replaced by what they stand for."""
    return rewritten(node, lambda n: values.get(variable_key(n), n) if isinstance(n, Name) else n)
