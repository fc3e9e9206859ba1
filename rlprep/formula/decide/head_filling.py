"""Tables of heads filled: the loops of `head_tables.py` run turn by turn.

They are run for small head counts; where a statement is met twice the last one holds. For heads too
many to run through, the turn that writes a place is guessed from the head's group and its place in
it, and checked: what is not found is left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.errors import Undecidable
from rlprep.formula.tree import Node

if TYPE_CHECKING:
    from rlprep.formula.decide.counting import Number
    from rlprep.formula.decide.head_tables import Table
    from rlprep.formula.decide.heads import HeadMap

MOST_TURNS = 4000
Turn = tuple["Number", ...]
"""A number for each loop, outer ones first; or for the group and the place in it."""


class Filled:
    """Reads the entries of a table for one pair of head counts."""

    def __init__(self, table: Table, heads: HeadMap) -> None:
        self.table = table
        self.heads = heads

    def _of(self, node: Node, turn: Turn) -> Number:
        outer = self.heads.bound
        self.heads.bound = outer | dict(zip(self.table.variables, turn, strict=False))
        try:
            return self.heads.evaluate(node, self.table.position)
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

    def counted(self, place: Fraction) -> Number | None:
        """Return an entry of a list of one loop, which is that of its turn; None for others."""
        if len(self.table.loops) != 1 or self.table.place is not None:
            return None
        ((_, low, high),) = self.table.loops
        first, end = self._of(low, ()), self._of(high, ())
        return self._of(self.table.value, (first + place,)) if place < end - first else None

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
