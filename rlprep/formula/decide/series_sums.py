"""Sums over times and steps, finite or not."""

from fractions import Fraction

from rlprep.formula.decide.polynomial import Monomial, Polynomial, total
from rlprep.formula.decide.recurrence import infinite_sum
from rlprep.formula.decide.series_quantities import Quantities
from rlprep.formula.decide.series_world import TERMS, WINDOW, refuse_far
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import integer
from rlprep.formula.names import variable_key
from rlprep.formula.tree import (
    Big,
    Bin,
    Chain,
    Index,
    Name,
    Node,
    walk,
)


class Sums(Quantities):
    """Sums what `evaluate`, the walk over expressions, gives for each index."""

    def evaluate(self, node: Node, bound: dict[str, int], position: int) -> Polynomial:
        """Return the value of a node."""
        raise NotImplementedError

    def big(self, node: Big, bound: dict[str, int], position: int) -> Polynomial:
        """A sum over times or steps, finite or not."""
        if node.kind != "sum":
            raise Undecidable("only sums are evaluated here")
        key = variable_key(node.var) if node.var is not None else _only_index(node.body, bound)
        if key is None:
            raise Undecidable("a sum without an index")
        lo, hi = self.limits(node, key, bound)

        def term(i: int) -> Polynomial:
            return self.evaluate(node.body, {**bound, key: i}, position)

        if hi is None and self.program.is_code and node.hi is not None:
            hi = self._elements(node, key, bound)
        if hi is not None:
            if hi - lo > 3 * TERMS:
                raise Undecidable("a sum has too many terms")
            return total((term(i) for i in range(lo, hi + 1)), self.world.mod)
        if self.world.is_episode:
            last = (self.world.end or 0) + 3
            return total((term(i) for i in range(lo, max(lo, last) + 1)), self.world.mod)
        return self.tail([term(i) for i in range(lo, lo + TERMS)])

    def _elements(self, node: Big, key: str, bound: dict[str, int]) -> int | None:
        """Return the number of the last element, from t on or of all, which `enumerate` runs to."""
        if self.world.end is None:
            return None
        starts = (i for n in walk(node.body) if isinstance(n, Index) for i in n.items)
        is_whole = any(variable_key(item) == key for item in starts)
        return self.world.end - (0 if is_whole else bound["t"]) - 1

    def limits(self, node: Big, key: str, bound: dict[str, int]) -> tuple[int, int | None]:
        """Return the first and last index; None for an infinite sum."""
        lo, hi = node.lo, node.hi
        strict_lo = strict_hi = 0
        match node.binder:
            case Chain(items=(low, Name() as last), ops=("<=" | "<" as op,)) if (
                variable_key(last) == key
            ):
                lo, strict_lo = low, int(op == "<")
            case Chain(items=(_, high), ops=("<=" | "<" as op,)):
                hi, strict_hi = high, int(op == "<")
            case Chain(items=(low, _, high), ops=("<=" | "<" as first, "<=" | "<" as second)):
                lo, hi = low, high
                strict_lo, strict_hi = int(first == "<"), int(second == "<")
            case Chain(ops=("in" | "~" | "!=",)):
                raise Undecidable("a sum over an unknown set")
        if hi is None and lo is None and self.subject in {"gae_finite", "nstep_advantage"}:
            raise Undecidable("a sum without limits")
        first = integer(lo, bound) + strict_lo if lo is not None else self._default_start(node, key)
        if hi is None or (isinstance(hi, Name) and hi.name in {"inf", "infinity", "oo", "infty"}):
            return first, None
        refuse_far(hi)
        return first, integer(hi, bound) - strict_hi

    def _default_start(self, node: Big, key: str) -> int:
        """A bare sum over l starts at 0, one over absolute time at t."""
        shifted = any(isinstance(n, Bin) and variable_key(n.left) == "t" for n in walk(node.body))
        return 0 if shifted else self.world.t

    def tail(self, terms: list[Polynomial]) -> Polynomial:
        """Sum an infinite sequence whose first terms are given, coefficient by coefficient."""
        limit = self.world.t + WINDOW
        monomials = {m for term in terms for m in term.terms if _latest(m) <= limit}
        result: dict[Monomial, Fraction | int] = {}
        for monomial in monomials:
            sequence = [term.terms.get(monomial, 0) for term in terms]
            if not any(sequence[-TERMS // 2 :]):
                value: Fraction | int = sum(sequence)
            else:
                self.has_tail = True
                value = infinite_sum(sequence, self.world.mod)
            if self.world.mod:
                value %= self.world.mod
            if value:
                result[monomial] = value
        return Polynomial(result, self.world.mod)


def _only_index(body: Node, bound: dict[str, int]) -> str | None:
    """Return the one free index letter of a summand: `Σ gamma^k r_{t+k}` runs over k."""
    letters = {
        n.name for n in walk(body)
        if isinstance(n, Name) and n.name in {"k", "l", "n", "i", "j"} and n.name not in bound
    }  # fmt: skip
    return letters.pop() if len(letters) == 1 else None


def _latest(monomial: Monomial) -> int:
    times = [k for atom, _ in monomial for k in atom[1:2] if isinstance(k, int)]
    return max(times, default=0)
