"""What the input defines: looked up at the time that it is used, evaluated at its indices."""

from dataclasses import replace

from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series_parameters import bind_parameters
from rlprep.formula.decide.series_sums import Sums
from rlprep.formula.decide.series_world import refuse_far
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import integer, maybe_integer
from rlprep.formula.names import indices_of, labels_of
from rlprep.formula.tree import Bin, Call, Index, Name, Node, Num


class Definitions(Sums):
    """Finds and evaluates the definitions of one program."""

    def power(self, base: Polynomial, exponent: Node, bound: dict[str, int]) -> Polynomial:
        """Raise to a power."""
        raise NotImplementedError

    def definition(self, node: Name, position: int, bound: dict[str, int]) -> int | None:
        """Return the number of the statement that defines a name at the time that it is used.

        Of `X_t = ... X_{t+1}` and `X_T = 0` each defines X where it says so.
        """
        usual = self.program.definition(node, position)
        if usual is None or self.program.is_code:
            return usual
        key = self.program.entries[usual].key
        numbers = [i for i, e in enumerate(self.program.entries) if e.key == key]
        ends = {i: end for i in numbers if (end := self.last_time(i)) is not None}
        if not ends:
            return usual
        time, _ = self.time_of(node, bound)
        found = [i for i in numbers if ends.get(i, time) == time]
        at_end = [i for i in found if i in ends]
        if not (at_end or found):
            raise Undecidable("what stands at this time is not defined")
        return (at_end or found)[0]

    def last_time(self, number: int) -> int | None:
        """Return the time that a boundary (`X_T = ...`) stands at; None for another statement."""
        target = self.program.entries[number].target
        if self.world.end is None or not isinstance(target, Name):
            return None
        ends = dict.fromkeys(self.horizon, self.world.end)
        times = [maybe_integer(i, ends) for i in indices_of(target)]
        return next((t for t in reversed(times) if t is not None), None)

    def is_usual(self, role: str | None, node: Name, number: int, bound: dict[str, int]) -> bool:
        """Whether a definition says what its name means anyway: then the dots may count by it."""
        if not self.world.opaque or role not in {"delta", "G"}:
            return False
        opaque, self.world = self.world, replace(self.world, opaque=False, end=None)
        try:
            said = self.defined(node, number, bound)
            return said == self.at(role, node, self.time_of(node, bound)[0], bound)
        finally:
            self.world = opaque

    def defined(self, node: Node, number: int, bound: dict[str, int]) -> Polynomial:
        """Evaluate a definition of the input at the index that is used."""
        self.depth += 1
        if self.depth > 40:
            raise Undecidable("definitions refer to each other without end")
        own, self.own = self.own, None
        entry = self.program.entries[number]
        name = node.fn if isinstance(node, Call) else node
        assert isinstance(name, Name)
        inner = dict(self.start())
        inner["t"] = bound["t"]
        if isinstance(entry.target, Name | Index | Call):
            bind_parameters(entry.target, node, inner, bound)
        result = self.evaluate(entry.values[-1], inner, number)
        self.depth -= 1
        self.own = own
        power = [s for s in name.sups if maybe_integer(s, bound) is not None]
        if power and not (isinstance(entry.target, Name) and entry.target.sups):
            result = self.power(result, power[0], bound)
        return result

    def time_of(self, node: Name, bound: dict[str, int]) -> tuple[int, bool]:
        """Return the time that a name's scripts give it, and whether they give one."""
        offset = node.primes
        words = [node.name.lower(), *(w.lower() for w in labels_of(node))]
        if (
            "next" in words
            or words[0].startswith("next")
            or "last" in words[:1]
            or "tp1" in words
            or "bootstrap" in words
        ):
            offset += 1
        for index in reversed(indices_of(node)):
            value = maybe_integer(index, bound)
            refuse_far(index)
            if value is not None and not (isinstance(index, Num) and node.name in {"c"}):
                return value + offset, True
            if value is None and isinstance(index, Bin):
                integer(index, bound)  # s_{i+1} where nothing says what i is
        return bound["t"] + offset, bool(offset)
