"""Sums, products, expectations and optima over the indices of declared quantities."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from rlprep.formula.decide.declared_functions import (
    ONE,
    REDUCING,
    ZERO,
    mean,
    product,
    total,
)
from rlprep.formula.decide.declared_names import FreeIndexError, Names, index_nodes, stacked
from rlprep.formula.decide.declared_values import CONTEXT, Value, exact, guarded
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import variable_key
from rlprep.formula.tree import (
    Big,
    Chain,
    Expect,
    Index,
    Name,
    Node,
    Optimise,
    Tuple,
    walk,
)

_TIMES = CONTEXT.multiply
_ORDERS = {"<", "<=", ">", ">=", "!="}


class Sums(Names):
    """Binds indices and folds what they run over."""

    def _expectation(self, node: Expect, position: int) -> Value:
        """Return a mean; `i ~ p` below the sign weighs the entries by p."""
        match node.dist:
            case (Chain(items=(Name() as variable, Name() as weights), ops=("~",)),):
                key = variable_key(variable) or ""
                shares = self._plain(weights, position)
                if np.ndim(shares) != 1:
                    raise Undecidable("an expectation over something that is no distribution")
                result = ZERO
                for index, share in enumerate(shares, 1):
                    with self._binding(key, index):
                        term = guarded(CONTEXT.multiply, share, self.evaluate(node.body, position))
                    result = guarded(CONTEXT.add, result, term)
                return result
        return mean(self._over_free_indices(node.body, position))

    def _big(self, node: Big, position: int) -> Value:
        if node.lo is None and node.binder is not None and (
            not isinstance(node.binder, Chain | Name | Tuple) or self.program.is_code
        ):  # fmt: skip
            return self._over_entries(node, position)
        if node.kind == "range":
            if not (entries := list(self._terms(node, *_binder(node), position))):
                raise Undecidable("a list without entries")
            return stacked(entries)
        if node.kind not in {"sum", "prod", "product"}:
            raise Undecidable(f"a {node.kind} has no meaning here")
        reduce, combine = (total, CONTEXT.add) if node.kind == "sum" else (product, _TIMES)
        variables, condition = _binder(node)
        if isinstance(node.binder, Chain):
            if condition is not None:
                raise Undecidable("several conditions below the sum")
            more, condition = self._relation_below(node, node.binder)
            variables += more
        if not variables:
            return reduce(self._over_free_indices(node.body, position))
        terms = list(self._terms(node, variables, condition, position))
        if not terms:
            return ZERO if node.kind == "sum" else ONE
        result = terms[0]
        for term in terms[1:]:
            result = guarded(combine, result, term)
        return result

    def _over_entries(self, node: Big, position: int) -> Value:
        """Return `f(x) for x in z`: a vector, or its sum."""
        key = variable_key(node.var) if node.var is not None else None
        entries: Any = self.evaluate(node.binder, position) if node.binder is not None else ZERO
        if key is None or np.ndim(entries) != 1:
            raise Undecidable(f"a {node.kind} over something that is no vector")
        values = []
        for entry in entries:
            with self._named(key, entry):
                values.append(self.evaluate(node.body, position))
        found = stacked(values)
        return found if node.kind == "range" else total(found)

    def _relation_below(self, node: Big, below: Chain) -> tuple[list[Name], Chain | None]:
        r"""Return what `i < j` below a sum binds beside i, and the condition; refuse other sets.

        Raises:
            Undecidable: the set in `i \in S` isn't plainly all indices.
        """
        if below.ops == ("in",) and node.lo is None:
            if not any(isinstance(n, Name) and n.name in self.sizes for n in walk(below.items[1])):
                raise Undecidable("a sum over an unknown set")
            return [], None
        if not _ORDERS.issuperset(below.ops):
            return [], None
        if "!=" in below.ops:
            return [], below  # all but the one that is spoken of
        used = {variable_key(sub) for part in walk(node.body) if isinstance(part, Name)
                for sub in index_nodes(part.subs, 2)}  # fmt: skip
        own = variable_key(node.var) if isinstance(node.var, Name) else None
        target = self.program.formula.target
        spoken = {variable_key(n) for n in walk(target) if isinstance(n, Name)} if target else set()
        return [
            item for item in below.items
            if isinstance(item, Name) and item.name not in self.sizes
            and variable_key(item) in used - {own, *self.bound, *spoken}
        ], below  # fmt: skip

    def _terms(
        self, node: Big, variables: list[Name], condition: Chain | None, position: int
    ) -> Iterator[Value]:
        """Yield the summands, for every value of every index that meets the condition."""
        if not variables:
            if condition is None or self._holds(condition, position, node.body):
                yield self.evaluate(node.body, position)
            return
        key = variable_key(variables[0])
        if key is None:
            raise Undecidable("an unusual index below the sum")
        for index in self._range(node, key, position):
            with self._binding(key, index):
                yield from self._terms(node, variables[1:], condition, position)

    def _holds(self, condition: Node, position: int, body: Node | None = None) -> bool:
        for name in walk(condition) if body is not None else ():
            key = variable_key(name) if isinstance(name, Name) else None
            if key and body and self._is_free(name, key, position):
                raise FreeIndexError(key, self._length(body, key))
        found = self.evaluate(condition, position)
        if np.ndim(found):
            raise Undecidable("a condition on a vector: write it for one entry")
        return bool(found)

    def _is_free(self, name: Node, key: str, position: int) -> bool:
        """Whether a name is an index that nothing binds."""
        return not (
            not isinstance(name, Name) or name.subs or key in self.bound or key in self.quantities
            or key in self.sizes or self.program.definition(name, position) is not None
        )  # fmt: skip

    def _optimum(self, node: Optimise, position: int) -> Value:
        """Return the largest or smallest entry; `max_j` binds an index of its own."""
        reduce = REDUCING[node.sense]
        key = variable_key(node.over[0]) if node.over else None
        if key is None:
            return reduce(self._over_free_indices(node.objective, position))
        entries = []
        for index in range(1, self._length(node.objective, key) + 1):
            with self._binding(key, index):
                entries.append(self.evaluate(node.objective, position))
        return reduce(stacked(entries))

    def _range(self, node: Big, key: str, position: int) -> range:
        """Return the positions, counted from 1, that an index runs through."""
        shift = 1 - self.base
        if node.hi is not None:
            hi: Value = self.evaluate(node.hi, position)
            lo: Value = exact(Fraction(self.base))
            if node.lo is not None:
                lo = self.evaluate(node.lo, position)
            if np.ndim(lo) or np.ndim(hi):
                raise Undecidable("an unusual range")
            return range(int(lo) + shift, int(hi) + shift + 1)
        return range(1, self._length(node.body, key) + 1)

    def _length(self, body: Node, key: str) -> int:
        """Return the length of the axis that an index runs along, by where it is used."""
        for part in walk(body):
            match part:
                case Name(subs=(_, *_) as subs) | Index(x=Name(), items=subs):
                    name = part if isinstance(part, Name) else part.x
                    found = self._quantity(name) if isinstance(name, Name) else None
                    axes = found.axes if found is not None else ()
                    for axis, sub in zip(axes, index_nodes(subs, len(axes)), strict=False):
                        if variable_key(sub) == key:
                            return self.world.lengths[axis]
        lengths = set(self.world.lengths.values())
        if len(lengths) == 1:
            return lengths.pop()
        raise Undecidable(f"it is not clear how far the index {key} runs")


def _binder(node: Big) -> tuple[list[Name], Chain | None]:
    """Return what stands below a sum: its indices, and the condition that they must meet."""
    below = node.var.items if isinstance(node.var, Tuple) else (node.var,)
    indices = [each for each in below if isinstance(each, Name)]
    conditions = [each for each in below if isinstance(each, Chain)]
    if len(conditions) > 1:
        raise Undecidable("several conditions below the sum")
    return indices, conditions[0] if conditions else None
