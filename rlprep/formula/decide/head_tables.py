"""Maps of heads as tables that loops fill: `kv_of[g * n + r] = g`, `[h // n for h in range(H)]`.

The loops are run for small head counts; where a statement is met twice the last one holds. For
heads too many to run through, the turn that writes a place is guessed from the head's group and its
place in it, and checked: what is not found is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.code_loops import appended, for_lines
from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.size_names import key_of
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.tree import Big, Bin, Call, Index, Name, Node, Num, Slice, Span, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.counting import Counting, Number
    from rlprep.formula.program import Program

ARRAYS = {"array", "asarray", "list", "tuple", "tensor", "as_tensor", "LongTensor"}
MOST_TURNS = 4000
_LENGTHENED = re.compile(r"\.(?:append|extend)\(|\+=\s*\[")
Turn = tuple["Number", ...]
"""A number for each loop, outer ones first; or for the group and the place in it."""
Loop = tuple[str, Node, Node]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one entry a query head.

    Attributes:
        loops: the variable of each loop, outer ones first, with its first value and its end.
        place: where a turn writes; None where the turns write one after another.
        last: the end of the places that a turn writes, None where it writes one.
        value: what it writes.
        is_preset: whether places that no turn writes may hold something.
    """

    loops: tuple[Loop, ...]
    place: Node | None
    last: Node | None
    value: Node
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

    def read(
        self, heads: Counting, position: int, known: dict[object, dict[Fraction, Number]]
    ) -> Number:
        """Return the entry of the head in question.

        Args:
            heads: evaluates expressions, with the head, the head counts and the group's size.
            position: the statement that fills it.
            known: tables that were filled before, by the head counts.

        Raises:
            Undefined: there is no such entry.
            Undecidable: it can't be found.
        """
        values, filled = heads.values, Filled(self, heads, position)
        head, shared, group = values["head"], values["kv_heads"], values["group_size"]
        if isinstance(head, Quotient):
            parts = (Quotient.atom("shared"), Quotient.atom("offset"))
            return filled.guessed(head, parts, (shared, group))
        if shared * group > MOST_TURNS:
            return filled.guessed(head, (head // group, head % group), (shared, group))
        if (key := (shared, group)) not in known:
            known[key] = filled.entries()
        if head not in known[key]:
            if self.is_preset:
                raise Undecidable("a table that held something before")
            raise Undefined(f"head {head} has no entry")
        return known[key][head]


def table_of(program: Program) -> Table | None:
    """Return the table that the formula of code fills; None where it is none.

    Raises:
        Undecidable: it fills one in a way that is not understood.
    """
    formula = program.formula
    if not program.is_code:
        return None
    if _LENGTHENED.search(program.text):
        return _appended(program)
    value = _listed(formula.values[-1])
    if isinstance(value, Big) and value.kind in {"range", "flat"}:
        return _comprehended(value)
    if not isinstance(formula.target, Index):
        return None
    loops = _around(program.text, formula.node.span)
    places, array = formula.target.items, formula.target.x
    is_preset = not isinstance(array, Name) or _is_assigned(program, key_of(array), (0, 0))
    if not loops and isinstance(places[0], Name):
        return None  # `kv[h] = ...` says what the entry of h is
    if len(places) != 1 or not loops:
        raise Undecidable("a table that is not understood")
    match places[0]:
        case Slice(lo=low, hi=Node() as high) if program.text[value.span[0]] != "[":
            first = low or Num(formula.node.span, Fraction(0))
            return Table(loops, first, high, value, is_preset)
        case Slice():
            raise Undecidable("a table that is not understood")
    return Table(loops, places[0], None, value, is_preset)


def _appended(program: Program) -> Table:
    """Return the table of a list, empty at first, that a loop lengthens turn by turn."""
    try:
        found = appended(program.text)
    except (SyntaxError, Unreadable):
        found = []
    if len(found) != 1 or _is_assigned(program, found[0].name, found[0].span):
        raise Undecidable("a list that is not understood")
    (line,) = found
    loops = _around(program.text, line.span)
    if line.times is not None:
        loops = (*loops, ("", Num(line.span, Fraction(0)), line.times))
    return Table(loops, None, None, line.value)


def _listed(value: Node) -> Node:
    while isinstance(value, Call) and value.fn.name in ARRAYS and value.args:
        value = value.args[0]
    return value


def _is_assigned(program: Program, name: str, but: Span) -> bool:
    """Whether a statement but one gives a name a value; `x = []` and `x = {}` are not read."""
    return any(isinstance(entry.target, Name) and key_of(entry.target) == name
               and entry.node.span != but for entry in program.entries)  # fmt: skip


def _around(text: str, span: Span) -> tuple[Loop, ...]:
    """Return the loops around a statement, outer ones first."""
    try:
        lines = for_lines(text)
    except (SyntaxError, Unreadable):
        raise Undecidable("a loop that is not understood") from None
    around = [line for line in lines if line.span[0] <= span[0] and span[1] <= line.span[1]]
    return tuple(_loop(line.target, line.over) for line in around)


def _loop(variable: Node, over: Node) -> Loop:
    match variable, over:
        case Name(), Call(fn=Name(name="range"), args=(high,)):
            return key_of(variable), Num(over.span, Fraction(0)), high
        case Name(), Call(fn=Name(name="range"), args=(low, high)):
            return key_of(variable), low, high
    raise Undecidable("a loop that is not understood")


def _comprehended(value: Big) -> Table:
    """Return the table of `[... for i in range(n)]`; in a flat list the last index runs fastest."""
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
    return Table(tuple(loops), None, None, body)


class Filled:
    """Reads the entries of a table for one pair of head counts."""

    def __init__(self, table: Table, heads: Counting, position: int) -> None:
        self.table = table
        self.heads = heads
        self.position = position

    def _of(self, node: Node, turn: Turn) -> Number:
        outer = self.heads.bound
        self.heads.bound = outer | dict(zip(self.table.variables, turn, strict=False))
        try:
            return self.heads.evaluate(node, self.position)
        finally:
            self.heads.bound = outer

    def entries(self) -> dict[Fraction, Number]:
        """Return the whole table, of small head counts.

        Raises:
            Undecidable: it takes too many turns, or counts from the end.
        """
        found: dict[Fraction, Number] = {}
        for number, turn in enumerate(self._turns(())):
            if number > MOST_TURNS:
                raise Undecidable("a loop of too many turns")
            places = [Fraction(number)]
            if self.table.place is not None:
                first = self._of(self.table.place, turn)
                last = self._of(self.table.last, turn) if self.table.last else first + 1
                places = [Fraction(place) for place in range(int(first), int(last))]
                if first.denominator != 1 or first < 0 or len(places) > MOST_TURNS:
                    raise Undecidable("an unusual place in a table")
            found |= dict.fromkeys(places, self._of(self.table.value, turn))
        return found

    def _turns(self, before: Turn) -> Iterator[Turn]:
        if len(before) == len(self.table.loops):
            yield before
            return
        _, low, high = self.table.loops[len(before)]
        first, end = self._of(low, before), self._of(high, before)
        if first.denominator != 1 or end.denominator != 1 or end - first > MOST_TURNS:
            raise Undecidable("a loop of too many turns")
        for value in range(int(first), int(end)):
            yield from self._turns((*before, Fraction(value)))

    def guessed(self, head: Number, parts: Turn, counts: Turn) -> Number:
        """Return the entry of one head by the turn that writes it, of any head counts.

        Args:
            head: the query head.
            parts: its group and its place in it, the values that variables may have there.
            counts: how many groups, how many places.

        Raises:
            Undecidable: no turn is seen to write it.
        """
        for turn in self._candidates(head, parts, counts):
            place = self.table.place
            if place is None or self._writes(place, turn, head, parts, counts):
                return self._of(self.table.value, turn)
        raise Undecidable("a table too large to be run through")

    def _candidates(
        self, head: Number, parts: Turn, counts: Turn, *, before: Turn = ()
    ) -> Iterator[Turn]:
        """Yield the turns that may write the head's place; ranges must be whole counts."""
        if (depth := len(before)) == len(self.table.loops):
            yield before
            return
        _, low, high = self.table.loops[depth]
        first = self._of(low, before)
        size = self._of(high, before) - first
        options = [(head, counts[0] * counts[1]), *zip(parts, counts, strict=True)]
        if self.table.place is None:  # in order: the outer index is the group
            options = options[:1] if len(self.table.loops) == 1 else options[1 + depth : 2 + depth]
        for value, count in options:
            if size == count:
                turn = (*before, first + value)
                yield from self._candidates(head, parts, counts, before=turn)

    def _writes(self, place: Node, turn: Turn, head: Number, parts: Turn, counts: Turn) -> bool:
        """Whether a turn writes at the head's place, and at no more places than its group."""
        first = self._of(place, turn)
        if self.table.last is None:
            return first == head
        return head - first == parts[1] and self._of(self.table.last, turn) - first == counts[1]
