"""A map of heads at one query head: what an expression, a list or an index gives there."""

from typing import Any

from rlprep.formula.decide.counting import Number, definition
from rlprep.formula.decide.head_copies import COPIES, Copies
from rlprep.formula.decide.head_tables import Table, comprehended, is_listed, keys_in, listed
from rlprep.formula.decide.size_names import key_of, plain_role
from rlprep.formula.errors import Undecidable
from rlprep.formula.tree import Big, Call, Dots, Name, Node, Slice, walk

MADE = {"repeat_interleave", "repeat", "tile", "arange", "range", "expand", "cat", "stack",
        "concatenate"}  # fmt: skip
"""Functions that copy or number heads: what they give is a table, an array that comes is none."""


class HeadMap(Copies):
    """Evaluates maps of heads; copies of key-value heads are maps too.

    `tables` are those that the input fills, `known` their entries for the head counts so far.
    """

    tables: dict[str, list[Table]]
    known: dict[object, dict[Any, Any]]

    def indexed(self, x: Node, items: tuple[Node, ...], position: int) -> Number:
        """Return the entry of a table, the index that picks a head, or a part of `divmod`."""
        if isinstance(x, Call) and x.fn.name == "divmod":
            return super().indexed(x, items, position)
        inner = [item for item in items if not isinstance(item, Slice | Dots)]
        if len(inner) != 1:
            raise Undecidable("an index with several entries")
        picked = self.evaluate(inner[0], position)
        if (table := self._table(x, position)) is not None:
            return table.read(self, picked)
        if self._is_list(x, position):  # of all query heads
            if picked != self.values["head"]:
                raise Undecidable("a table of heads that is not read at the query head")
            return self.evaluate(x, position)
        if self._is_of_sizes(x, position):
            raise Undecidable("an entry of an array of numbers that is not understood")
        return picked

    def _is_of_sizes(self, x: Node, position: int) -> bool:
        """Whether an array is made from sizes alone: then its entries count, not their places."""
        number = definition(self.program, key_of(x), position) if isinstance(x, Name) else None
        if number is None:
            return False
        stated = self.program.entries[number].values[-1]
        return all(self.roles.get(key) or plain_role(key) for key in keys_in(stated))

    def _table(self, x: Node, position: int) -> Table | None:
        """Return the table that a list or its name is; None for anything else."""
        x = listed(x)
        if is_listed(x):
            return comprehended(x, position, x.span)
        if not isinstance(x, Name) or key_of(x) in self.bound:
            return None
        number = definition(self.program, key_of(x), position)
        filled = [t for t in self.tables.get(key_of(x), ()) if t.position <= position]
        if filled and (number is None or number <= filled[-1].position):
            return filled[-1]
        return None if number is None else self._table(
            self.program.entries[number].values[-1], number
        )  # fmt: skip

    def _is_list(self, x: Node, position: int) -> bool:
        """Whether an array is made here of heads that are copied, numbered or listed."""
        for node in walk(x):
            match node:
                case Call(fn=fn) if key_of(fn) in MADE or (node is x and key_of(fn) in COPIES):
                    return True
                case Big() | Name() if self._table(node, position) is not None:
                    return True
                case Name():
                    number = definition(self.program, key_of(node), position)
                    stated = None if number is None else self.program.entries[number].values[-1]
                    if number is not None and stated is not None and self._is_list(stated, number):
                        return True
        return False

    def name(self, node: Name, position: int) -> Number:
        """Return the value of a name; of a table, its entry at the query head."""
        if (table := self._table(node, position)) is not None:
            return table.read(self, self.values["head"])
        return super().name(node, position)

    def evaluate(self, node: Node, position: int) -> Number:
        """Return the value of an expression; a list over all query heads is its entry."""
        if (inner := listed(node)) is not node:
            return self.evaluate(inner, position)
        if is_listed(node) and (table := self._table(node, position)) is not None:
            return table.read(self, self.values["head"])
        return super().evaluate(node, position)
