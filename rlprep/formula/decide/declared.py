"""Formulas of packs: what they are about is data, and no decider was written for them.

Both sides are evaluated in fixed worlds of different sizes with 50 digits. A difference is a
counterexample; agreement in all of them is evidence, and called so.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from rlprep.formula.decide.declared_evaluator import Evaluator
from rlprep.formula.decide.declared_functions import ELEMENTWISE
from rlprep.formula.decide.declared_values import LENGTHS, World, agree, shown, worlds
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.unrolled import unrolled
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.notation import Notation
from rlprep.formula.program import Program
from rlprep.formula.tree import Call, Name, Node, Span, Sub
from rlprep.formula.vocabulary import Vocabulary

_APPLIED = ELEMENTWISE.keys() - {"sigma"}
_SPREADS = {"std", "Std", "var", "Var"}


class Declared:
    """The decider of one notation; it answers what the modules of other families answer."""

    FOREIGN: frozenset[str] = frozenset()
    """Whatever the notation doesn't declare is unknown: no symbol is plainly another formula's."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self.worlds = worlds(notation)
        names = {name for each in notation.quantities for name in each.spellings}
        names |= {name for _, spellings in notation.sizes for name in spellings}
        whole = {name for name in names | set(notation.result) if len(name) > 1}
        words = whole | {part for name in whole for part in name.split("_") if len(part) > 1}
        letters = {name for name in names if len(name) == 1} | set("ijkne")
        self.VOCABULARY = Vocabulary(
            words=frozenset(words | _SPREADS | ELEMENTWISE.keys()),
            letters=frozenset(letters),
            applied=frozenset({"std", "Std", "var", "Var", "I", *_APPLIED}),
            multiplied=frozenset(names),
            labels=False,
            marks=True,
        )

    def is_target(self, subject: str, node: Node) -> bool:
        """Whether a left side bears the name of what is asked for."""
        del subject
        match node:
            case Call(fn=fn):
                name = fn.name
            case Sub(x=x):
                return self.is_target("", x)
            case Name():
                name = node.name
            case _:
                return False
        return name in self.notation.result

    def setting_of(self, program: Program, subject: str) -> tuple[Hashable, ...]:
        """Return the one setting of this family."""
        del program, subject
        return ("declared",)

    def readings(
        self, program: Program, subject: str, setting: tuple[Hashable, ...]
    ) -> list[Meaning]:
        """Return what a formula means, twice where a spread may be over n or n - 1."""
        del subject, setting
        program = unrolled(program)
        spreads = any(isinstance(n, Call) and n.fn.name in _SPREADS for n in program.nodes())
        return [self._meaning(program, unbiased) for unbiased in (False, True)[: 1 + spreads]]

    def meaning(self, program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
        """Return what a form of the bank means."""
        return self.readings(program, subject, setting)[0]

    def _sides(self, program: Program, unbiased: bool) -> list[Node]:
        """Return the sides that have a value, the last in any case: others only name it."""
        *others, last = program.sides()
        stating = [side for side in others if not self.is_target("", side)]
        return [*(side for side in stating if self._has_value(program, side, unbiased)), last]

    def _has_value(self, program: Program, side: Node, unbiased: bool) -> bool:
        evaluator = Evaluator(program, self.notation, self.worlds[0], unbiased)
        try:
            evaluator.formula(side)
        except (Undecidable, Undefined):
            return False
        return not evaluator.unknown

    def _meaning(self, program: Program, unbiased: bool) -> Meaning:
        unknown: dict[str, Span] = {}
        sides = self._sides(program, unbiased)

        def value(number: int) -> Any:
            found: list[Any] = []
            for side in sides:
                evaluator = Evaluator(program, self.notation, self.worlds[number], unbiased)
                try:
                    found.append(evaluator.formula(side))
                except Undefined as error:
                    found.append(str(error))
                unknown.update(evaluator.unknown)
            return tuple(found)

        values = Values(len(self.worlds), value)
        _ = values[0]  # what can't be evaluated at all is undecided now
        remarks = {"the spread is read with n - 1 below the sum"} if unbiased else set()
        return Meaning(values, remarks, sides[-1], {"unknown": unknown})

    def same(self, mine: Meaning, theirs: Meaning) -> bool:
        """Whether two formulas agree in every world."""
        if mine.facts["unknown"]:
            return False
        return all(_equal(a, b) for a, b in zip(mine.values, theirs.values, strict=True))

    def proof(self, mine: Meaning, setting: tuple[Hashable, ...]) -> str:
        """Return in words how an equality was established."""
        del mine, setting
        return f"evidence: equal to 35 digits at {len(LENGTHS)} points of different sizes"

    def witness(
        self, mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
    ) -> dict[str, Any]:
        """Return values for which the two differ."""
        del subject, setting
        for world, a, b in zip(self.worlds, mine.values, theirs.values, strict=True):
            for side in a:
                if not _agree(side, b[-1]):
                    yours = f"has no value: {side}" if isinstance(side, str) else shown(side)
                    return {"at": _shown_world(world), "yours": yours, "reference": shown(b[-1])}
        raise Undecidable("the two agree wherever they were tried")


def _equal(mine: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    """Whether every side of one formula agrees with the other."""
    return all(_agree(side, theirs[-1]) for side in mine)


def _agree(a: Any, b: Any) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return False
    return agree(a, b)


def _shown_world(world: World) -> dict[str, str]:
    return {name: shown(value) for name, value in world.values.items()}


@lru_cache(maxsize=256)
def declared(notation: Notation) -> Declared:
    """Return the decider of a notation."""
    return Declared(notation)
