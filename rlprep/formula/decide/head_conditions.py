r"""Maps of heads that are said by a condition: `kv(h) = j`, `jG \le h < (j+1)G`; `kv(jG + r) = j`.

Of the values that the free indices may have, those that put the query head in question into the
argument, and meet every condition, must all give the same head.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from rlprep.formula.decide.counting import definition
from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.size_names import key_of
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.tree import Bin, Call, Cases, Chain, Name, Node, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.counting import Counting, Number
    from rlprep.formula.program import Program

COMPARED = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
INDICES = set("ijkcmlstug")
MOST_HEADS = 100


@dataclass(frozen=True, slots=True)
class Condition:
    """What a formula says of its head.

    Attributes:
        argument: what stands in the map's parentheses.
        value: the head that the map has there.
        conditions: what holds of the indices.
        variables: the indices.
    """

    argument: Node
    value: Node
    conditions: tuple[Chain, ...]
    variables: tuple[str, ...]

    def names(self) -> list[Name]:
        """Return the names that are no indices."""
        nodes = (self.argument, self.value, *self.conditions)
        return [n for node in nodes for n in walk(node)
                if isinstance(n, Name) and key_of(n) not in self.variables]  # fmt: skip

    def read(
        self, heads: Counting, position: int, known: dict[object, dict[Number, set[Number]]]
    ) -> Number:
        """Return the head that the map has at the query head in question.

        Args:
            heads: evaluates expressions, with the head, the head counts and the group's size.
            position: the statement that says it.
            known: what was found before, by the head counts.

        Raises:
            Undecidable: several heads meet the conditions, or too many would have to be tried.
            Undefined: none does.
        """
        head, group, count = (heads.values[role] for role in ("head", "group_size", "q_heads"))
        if isinstance(head, Quotient):
            raise Undecidable("a condition that is not carried out in general")
        if count > MOST_HEADS:
            near = sorted({head, head // group, head % group, head - 1, head + 1})
            found = _found(self, near, heads, position).get(head)
            if not found:
                raise Undecidable("a condition for too many heads to be tried")
        else:
            if (key := (count, group)) not in known:
                each = [Fraction(i) for i in range(-2, int(count) + 2)]
                known[key] = _found(self, each, heads, position)
            found = known[key].get(head)
        if not found:
            raise Undefined("no head meets the conditions")
        if len(found) > 1:
            raise Undecidable("the conditions leave several heads open")
        return next(iter(found))


def with_map(program: Program) -> Program:
    """Return the program whose formula is the map, where a condition stands beside it."""
    if program.is_code or not is_condition(program.formula.node):
        return program
    maps = [i for i, e in enumerate(program.entries) if isinstance(e.target, Call)]
    return replace(program, main=maps[0]) if len(maps) == 1 else program


def condition_of(program: Program) -> Condition | None:
    """Return what a formula of mathematics says by conditions; None for a plain map."""
    formula = program.formula
    if program.is_code or not (isinstance(formula.target, Call) and len(formula.target.args) == 1):
        return None
    (argument,), value = formula.target.args, formula.values[-1]
    conditions = tuple(e.node for e in program.entries if is_condition(e.node))
    match value:
        case Cases(rows=((stated, Chain() as test),)) if is_condition(test):  # `j if ...`
            value, conditions = stated, (*conditions, test)
    if isinstance(argument, Name):
        free = {key for key in _free(value, program) if key in INDICES} - {key_of(argument)}
        variables = (key_of(argument), *sorted(free))
        if not free or (isinstance(value, Bin) and not conditions):
            return None
        if not conditions and not isinstance(value, Name):
            return None
    elif isinstance(argument, Bin):
        variables = tuple(
            key for key in _free(argument, program) if key.islower() and len(key) == 1
        )
    else:
        return None
    return Condition(argument, value, conditions, variables)  # type: ignore[arg-type]


def is_condition(node: Node) -> bool:
    """Whether a statement compares indices."""
    return isinstance(node, Chain) and bool(node.ops) and set(node.ops) <= COMPARED.keys()


def _free(node: Node, program: Program) -> list[str]:
    """Return the names that the input does not define, in order."""
    found = [key_of(n) for n in walk(node) if isinstance(n, Name)]
    return [key for key in dict.fromkeys(found) if definition(program, key, program.main) is None]


def _found(
    said: Condition, each: list[Fraction], heads: Counting, position: int
) -> dict[Number, set[Number]]:
    """Return the map's values at every argument that the indices reach."""
    found: dict[Number, set[Number]] = {}
    for turn in product(each, repeat=len(said.variables)):
        bound = dict(zip(said.variables, turn, strict=True))
        if all(_holds(chain, bound, heads, position) for chain in said.conditions):
            place, value = (_of(x, bound, heads, position) for x in (said.argument, said.value))
            found.setdefault(place, set()).add(value)
    return found


def _holds(chain: Chain, bound: dict[str, Fraction], heads: Counting, position: int) -> bool:
    values = [_of(item, bound, heads, position) for item in chain.items]
    return all(
        COMPARED[op](*pair) for op, pair in zip(chain.ops, pairwise(values), strict=True)
    )  # fmt: skip


def _of(node: Node, bound: dict[str, Fraction], heads: Counting, position: int) -> Number:
    outer, heads.bound = heads.bound, heads.bound | bound
    try:
        return heads.evaluate(node, position)
    finally:
        heads.bound = outer
