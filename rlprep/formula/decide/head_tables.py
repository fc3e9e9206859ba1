"""Maps of heads as tables that loops fill: `kv_of[g * n + r] = g`, `[h // n for h in range(H)]`.

Where code fills one, and with what; `head_filling.py` runs the loops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeGuard

from rlprep.formula.code_loops import Appended, ForLine, appended, for_lines
from rlprep.formula.decide.head_filling import MOST_TURNS, Filled
from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.size_names import key_of
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.tree import Big, Bin, Call, Index, Name, Node, Num, Slice, Span, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.counting import Number
    from rlprep.formula.decide.heads import HeadMap
    from rlprep.formula.program import Program

ARRAYS = {"array", "asarray", "list", "tuple", "tensor", "as_tensor", "LongTensor",
          "tolist"}  # fmt: skip
ENTRY = "entry of range"
"""The variable of `range(n)`, a list of its own values; no name of code has spaces."""
_LENGTHENED = re.compile(r"\.(?:append|extend)\(|\+=\s*(?:\[|list\(|range\()")
Loop = tuple[str, Node, Node]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one entry a query head.

    Attributes:
        loops: the variable of each loop, outer ones first, with its first value and its end.
        place: where a turn writes; None where the turns write one after another.
        last: the end of the places that a turn writes, None where it writes one.
        value: what it writes.
        position: the statement that fills it.
        span: the characters of that statement.
        is_preset: whether places that no turn writes may hold something.
    """

    loops: tuple[Loop, ...]
    place: Node | None
    last: Node | None
    value: Node
    position: int
    span: Span
    is_preset: bool = False

    def nodes(self) -> Iterator[Node]:
        """Yield the expressions of the table."""
        for _, low, high in self.loops:
            yield from (low, high)
        yield from (node for node in (self.place, self.last, self.value) if node is not None)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the loops' variables."""
        return tuple(key for key, _, _ in self.loops)

    def names(self) -> list[Name]:
        """Return the names that are no variables of the loops, in order."""
        found = [n for node in self.nodes() for n in walk(node) if isinstance(n, Name)]
        return [name for name in found if key_of(name) not in self.variables]

    def read(self, heads: HeadMap, place: Number) -> Number:
        """Return the entry at a place, in most cases the query head in question.

        Args:
            heads: evaluates expressions, with the head, the head counts and the group's size, and
                keeps the tables that were filled before.
            place: the number of the entry, counted from 0.

        Raises:
            Undefined: there is no such entry.
            Undecidable: it can't be found.
        """
        values, filled = heads.values, Filled(self, heads)
        shared, group = values["kv_heads"], values["group_size"]
        if isinstance(place, Quotient):
            if place != values["head"]:
                raise Undecidable("a table that is not read at the query head")
            parts = (Quotient.atom("shared"), Quotient.atom("offset"))
            return filled.guessed(place, parts, (shared, group))
        if place < 0 or place.denominator != 1:
            raise Undecidable("a table that is read from its end, or between its entries")
        if shared * group > MOST_TURNS:
            parts = (place // group, place % group)
            return (
                found if (found := filled.counted(place)) is not None
                else filled.guessed(place, parts, (shared, group))
            )  # fmt: skip
        key = (self.value.span, self.position, shared, group, self._own_head(heads))
        if key not in heads.known:
            heads.known[key] = filled.entries()
        if place not in heads.known[key]:
            if self.is_preset:
                raise Undecidable("a table that held something before")
            raise Undefined(f"head {place} has no entry")
        return heads.known[key][place]

    def _own_head(self, heads: HeadMap) -> Number:
        """Return the query head where the table is another for each; None where it is the same."""
        is_other = any(heads.roles.get(key_of(name)) == "head" for name in self.names())
        return heads.values["head"] if is_other else None


def tables_of(program: Program) -> dict[str, list[Table]]:
    """Return the tables that the statements of code fill, by name, earlier ones first.

    Raises:
        Undecidable: one is filled in a way that is not understood.
    """
    found: dict[str, list[Table]] = {}
    if not program.is_code:
        return found
    for line in _lengthened(program):
        outer = min((loop.span for loop in _lines(program.text, line.span)), default=line.span)
        is_empty_first = not any(
            isinstance(entry.target, Name) and key_of(entry.target) == line.name
            and entry.node.span[0] < outer[1] and entry.node.span != line.span
            for entry in program.entries
        )  # fmt: skip
        if not is_empty_first or line.name in found:
            raise Undecidable("a list that is not understood")
        own = tuple(_loop(*turn) for turn in line.turns)
        before = sum(entry.node.span[0] < line.span[0] for entry in program.entries)
        loops = (*_around(program.text, line.span), *own)
        found[line.name] = [Table(loops, None, None, line.value, before, line.span)]
        _refuse_counters(program, found[line.name][0])
    lengthening = [table.span for (table,) in found.values()]
    for number, entry in enumerate(program.entries):
        target = entry.target
        while isinstance(target, Index):
            target = target.x
        if not isinstance(target, Name) or _within(entry.node.span, lengthening):
            continue
        if (table := _table(program, number)) is not None:
            _refuse_counters(program, table)
            found.setdefault(key_of(target), []).append(table)
    for name, each in found.items():
        if sum(table.place is not None for table in each) > 1 or _is_changed(program.text, name):
            raise Undecidable(f"a table, {name}, that is changed after it was filled")
    return found


def _is_changed(text: str, name: str) -> bool:
    """Whether a statement does more to a list than to lengthen it: `x.sort()`, `shuffle(x)`."""
    method = rf"{name}\.(?!append\(|extend\()\w+\("
    return bool(
        re.search(rf"^[ \t]*(?:{method}|(?!print\b)[\w.]+\({name}\s*[,)])", text, re.MULTILINE)
    )


def table_of(program: Program, tables: dict[str, list[Table]]) -> Table | None:
    """Return the table that the formula of code fills itself; None where it is none."""
    place = program.formula.node.span
    for table in (table for each in tables.values() for table in each):
        if _within(place, [table.span]):
            return table
    if any(place[1] <= table.span[0] and table.place is None and len(tables) == 1
           for each in tables.values() for table in each):  # fmt: skip
        return next(iter(tables.values()))[-1]  # nothing is said after it
    value = listed(program.formula.values[-1])
    if program.is_code and program.formula.target is None and is_listed(value):
        return comprehended(value, program.main, program.formula.node.span)
    return None


def with_reader(program: Program, tables: dict[str, list[Table]]) -> Program:
    """Return the program whose formula is what reads a table, where that comes after it."""
    filled = table_of(program, tables)
    if filled is None:
        return program
    name = next((key for key, each in tables.items() if filled in each), "")
    later = [
        number for number, entry in enumerate(program.entries)
        if entry.node.span[0] >= filled.span[1]
        and any(isinstance(n, Name) and key_of(n) == name for v in entry.values for n in walk(v))
    ]  # fmt: skip
    return replace(program, main=later[-1]) if later else program


def _refuse_counters(program: Program, table: Table) -> None:
    """Refuse a table whose places or values are counted by hand, `h += 1`, in the loops.

    Raises:
        Undecidable: one is.
    """
    used = {key_of(name) for name in table.names()}
    outer = min((line.span for line in _lines(program.text, table.span)), default=table.span)
    for entry in program.entries:
        own = key_of(entry.target) if isinstance(entry.target, Name) else ""
        is_inside = own in used and _within(entry.node.span, [outer])
        if is_inside and any(own in keys_in(value) for value in entry.values):
            raise Undecidable(f"a table in whose loops {own} is counted by hand")


def keys_in(node: Node) -> list[str]:
    """Return the names of an expression, without functions and the words that names are made of."""
    hidden: set[int] = set()
    for part in walk(node):
        if isinstance(part, Call):
            hidden.add(id(part.fn))
        elif isinstance(part, Name):
            hidden |= {id(n) for script in (*part.subs, *part.sups) for n in walk(script)}
    return [key_of(n) for n in walk(node) if isinstance(n, Name) and id(n) not in hidden]


def _within(span: Span, others: list[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _lengthened(program: Program) -> list[Appended]:
    """Return the statements that lengthen lists.

    Raises:
        Undecidable: one of them is not understood.
    """
    if not _LENGTHENED.search(program.text):
        return []
    try:
        found = appended(program.text)
    except (SyntaxError, Unreadable):
        found = []
    if not found:
        raise Undecidable("a list that is not understood")
    return found


def _table(program: Program, number: int) -> Table | None:
    """Return the table that a statement fills; None for another statement."""
    entry = program.entries[number]
    value, span = listed(entry.values[-1]), entry.node.span
    if is_listed(value) and not isinstance(entry.target, Index):
        return comprehended(value, number, span)
    if is_listed(value):
        raise Undecidable("a table of lists")
    if not isinstance(entry.target, Index):
        return None
    loops = _around(program.text, span)
    places, array = entry.target.items, entry.target.x
    is_preset = not isinstance(array, Name) or _is_assigned(program, key_of(array), (0, 0))
    if not loops and isinstance(places[0], Name):
        return None  # `kv[h] = ...` says what the entry of h is
    if len(places) != 1 or not loops:
        raise Undecidable("a table that is not understood")
    match places[0]:
        case Slice(lo=low, hi=Node() as high) if program.text[value.span[0]] != "[":
            first = low or Num(span, Fraction(0))
            return Table(loops, first, high, value, number, span, is_preset)
        case Slice():
            raise Undecidable("a table that is not understood")
    return Table(loops, places[0], None, value, number, span, is_preset)


def listed(value: Node) -> Node:
    """Return what is made a list or an array: x of `np.array(x)`."""
    while isinstance(value, Call) and value.fn.name in ARRAYS and value.args:
        value = value.args[0]
    return value


def _is_assigned(program: Program, name: str, but: Span) -> bool:
    """Whether a statement but one gives a name a value; `x = []` and `x = {}` are not read."""
    return any(isinstance(entry.target, Name) and key_of(entry.target) == name
               and entry.node.span != but for entry in program.entries)  # fmt: skip


def _around(text: str, span: Span) -> tuple[Loop, ...]:
    """Return what the loops around a statement run through, outer ones first."""
    return tuple(_loop(line.target, line.over) for line in _lines(text, span))


def _lines(text: str, span: Span) -> list[ForLine]:
    """Return the loops around a statement, outer ones first."""
    try:
        lines = for_lines(text)
    except (SyntaxError, Unreadable):
        raise Undecidable("a loop that is not understood") from None
    return [line for line in lines if _within(span, [line.span])]


def _loop(variable: Node, over: Node) -> Loop:
    match variable, over:
        case Name(), Call(fn=Name(name="range"), args=(high,)):
            return key_of(variable), Num(over.span, Fraction(0)), high
        case Name(), Call(fn=Name(name="range"), args=(low, high)):
            return key_of(variable), low, high
    raise Undecidable("a loop that is not understood")


def is_listed(value: Node) -> TypeGuard[Big | Call]:
    """Whether an expression is a list of which every entry is said: `[...]`, `list(range(n))`."""
    match value:
        case Big(kind="range" | "flat") | Call(fn=Name(name="range")):
            return True
    return False


def comprehended(value: Big | Call, number: int, span: Span) -> Table:
    """Return the table of `[... for i in range(n)]`; in a flat list the last index runs fastest."""
    if isinstance(value, Call):
        entry = Name(value.span, ENTRY)
        return Table((_loop(entry, value),), None, None, entry, number, span)
    loops: list[Loop] = []
    body: Node = value
    while isinstance(body, Big) and body.kind in {"range", "flat"}:
        if not (isinstance(body.var, Name) and body.lo and body.hi) or body.binder is not None:
            raise Undecidable("a list that is not understood")
        one = Num(body.span, Fraction(1))
        loops.append((key_of(body.var), body.lo, Bin(body.span, "+", body.hi, one)))
        body = body.body
        if isinstance(body, Big) and body.kind == "range":
            raise Undecidable("a list of lists")
    return Table(tuple(loops), None, None, body, number, span)
