"""What names stand for in one world of a declared notation: quantities, sizes, definitions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from rlprep.formula.decide.declared_functions import (
    mean,
)
from rlprep.formula.decide.declared_values import CONTEXT, Value, World, exact, guarded
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.names import variable_key, words_in
from rlprep.formula.notation import Notation, Quantity
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Chain,
    Index,
    Name,
    Node,
    Num,
    Slice,
    Span,
    Tuple,
    walk,
)

MAX_DEPTH = 30


class FreeIndexError(Exception):
    """An index that nothing binds was met: the value is a vector over it."""

    def __init__(self, variable: str, length: int) -> None:
        super().__init__(variable)
        self.variable = variable
        self.length = length


class Names:
    """Looks names up; `evaluate` comes with the walk over expressions."""

    def __init__(self, program: Program, notation: Notation, world: World, unbiased: bool) -> None:
        self.program = program
        self.world = world
        self.unbiased = unbiased
        self.quantities = {name: q for q in notation.quantities for name in q.spellings}
        self.sizes = {name: size for size, names in notation.sizes for name in names}
        self.bound: dict[str, int] = {}
        self.unknown: dict[str, Span] = {}
        self.depth = 0
        self.base = 0 if program.is_code or _counts_from_zero(program) else 1

    def evaluate(self, node: Node, position: int) -> Value:
        """Return the value of an expression that stands in statement `position`."""
        raise NotImplementedError

    def _over_free_indices(self, node: Node, position: int) -> Value:
        try:
            return self.evaluate(node, position)
        except FreeIndexError as free:
            values = []
            for index in range(1, free.length + 1):
                with self._binding(free.variable, index):
                    values.append(self._over_free_indices(node, position))
            return stacked(values)

    @contextmanager
    def _binding(self, variable: str, index: int) -> Iterator[None]:
        outer = self.bound.get(variable)
        self.bound[variable] = index
        try:
            yield
        finally:
            if outer is None:
                del self.bound[variable]
            else:
                self.bound[variable] = outer

    @contextmanager
    def _named(self, key: str, value: Value) -> Iterator[None]:
        """Let a name stand for a value: a function's parameter, the entries of a vector."""
        outer = self.quantities, self.world
        axes = tuple(str(length) for length in np.shape(value))
        self.quantities = {**self.quantities, key: Quantity((key,), axes)}
        lengths = {**self.world.lengths, **{axis: int(axis) for axis in axes}}
        self.world = World(lengths, {**self.world.values, key: value})
        try:
            yield
        finally:
            self.quantities, self.world = outer

    def _name(self, node: Name, position: int) -> Value:
        key = variable_key(node)
        if key in self.bound:
            return Decimal(self.bound[key] - 1 + self.base)
        powers = [sup for sup in node.sups if not _is_label(sup)]
        if node.name in {"e", "exp"} and powers and node.name not in self.quantities:
            return guarded(CONTEXT.exp, self.evaluate(powers[0], position))
        value = self._plain(node, position)
        for exponent in powers:
            value = power(value, self.evaluate(exponent, position))
        return value

    def _plain(self, node: Name, position: int) -> Value:
        """Return the value of a name without its powers."""
        if node.name == "ones":  # the indicator of what stands below, or behind it
            return self.evaluate(node.subs[0], position) if node.subs else Decimal(1)
        labels = [word for sup in node.sups if _is_label(sup) for word in words_in(sup)]
        marked = f"{node.name}_{node.mark}" if node.mark else node.name
        spelled = [marked + "'" * node.primes, *_unmarked(labels)]
        subs = [s for sub in node.subs for s in (sub.items if isinstance(sub, Tuple) else (sub,))]
        for count in range(len(subs), -1, -1):
            words = [word for sub in subs[:count] for word in words_in(sub)]
            name, indices = "_".join([*spelled, *words]), tuple(subs[count:])
            if name in self.quantities:
                quantity = self.quantities[name]
                value = self.world.values[quantity.spellings[0]]
                if quantity.domain == "index":
                    value = CONTEXT.add(value, Decimal(self.base - 1))
                indices = index_nodes(indices, len(quantity.axes))
                value = self._entry(value, indices[: len(quantity.axes)], position)
                is_turned = np.ndim(value) == 2 and {"top", "T", "intercal"} & {*labels}
                return np.transpose(value) if is_turned else value
            if name in self.sizes and not indices:
                return Decimal(self.world.lengths[self.sizes[name]])
        return self._defined(node, tuple(subs), position)

    def _defined(self, node: Name, indices: tuple[Node, ...], position: int) -> Value:
        number = self.program.definition(node, position)
        if number is None:
            if node.mark == "bar" and node.name in self.quantities:
                plain = replace(node, mark="", subs=(), sups=())
                return mean(self._plain(plain, position))
            self.unknown.setdefault("_".join([node.name, *_unmarked([node.mark])]), node.span)
            return Decimal(7) / 5
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Undecidable("definitions refer to each other without end")
        entry = self.program.entries[number]
        value = self._over_free_indices(entry.values[-1], number)
        match entry.target:  # `sigma^2 = ...` defines sigma by its square
            case Name(sups=(Num(value=power),)) if power > 0:
                value = guarded(CONTEXT.power, value, exact(1 / power))
        self.depth -= 1
        return self._entry(value, indices[: np.ndim(value)], position)

    def _entry(self, value: Value, items: tuple[Node, ...], position: int) -> Value:
        """Return an entry (or a row) of an array; an unbound index is free."""
        if any(_arranges(item) for item in items):
            return self._arranged(value, items, position)
        for item in items:
            if np.ndim(value) == 0:
                return value
            index = self._index(item, len(value), position)
            if not 1 <= index <= len(value):
                # A number is beyond the end only because the worlds are small.
                error = Undecidable if isinstance(item, Num) else Undefined
                raise error("an index beyond the end")
            value = value[index - 1]
        return value

    def _arranged(self, value: Value, items: tuple[Node, ...], position: int) -> Value:
        """Return `s[:, None]` with a new axis, `s[y == 1]` with the entries that are meant."""
        picks: list[Any] = []
        for item in items:
            match item:
                case Slice(lo=None, hi=None):
                    picks.append(slice(None))
                case Name(name="None" | "newaxis"):
                    picks.append(None)
                case Chain():
                    chosen = self.evaluate(item, position)
                    axis = sum(pick is not None for pick in picks)
                    is_second = any(isinstance(pick, np.ndarray) for pick in picks)
                    if is_second or np.shape(chosen) != np.shape(value)[axis : axis + 1]:
                        raise Undecidable("a choice of entries that doesn't fit")
                    picks.append(np.array([bool(each) for each in chosen]))
                case _:
                    raise Undecidable("an unusual index")
        if np.ndim(value) != sum(pick is not None for pick in picks):
            raise Undecidable("an unusual index")
        return value[tuple(picks)]

    def _index(self, item: Node, length: int, position: int) -> int:
        """Return a position that counts from 1."""
        key = variable_key(item) if isinstance(item, Name) else None
        if isinstance(item, Name) and key is not None and key not in self.bound:
            known = self.quantities.get(key)
            is_size = key in self.sizes and _is_told(key, self.program)
            if not is_size and (known is None or known.domain != "index"):
                raise FreeIndexError(key, length)
        number: Value = self.evaluate(item, position)
        if np.ndim(number) or number != number.to_integral_value():
            raise Undecidable("an index that isn't a whole number")
        if self.program.is_code and number < 0:
            return int(number) + length + 1
        return int(number) + 1 - self.base

    def _quantity(self, name: Name) -> Quantity | None:
        marked = f"{name.name}_{name.mark}" if name.mark else name.name
        return self.quantities.get(marked)


def _counts_from_zero(program: Program) -> bool:
    r"""Whether a sum starts at 0: `\sum_{i=0}^{n-1} x_i` counts its entries from there."""
    return any(
        isinstance(n, Big) and isinstance(n.lo, Num) and n.lo.value == 0 for n in program.nodes()
    )


def _is_told(size: str, program: Program) -> bool:
    r"""Whether the input counts with a size, so that x_d is the last entry: `\sum_{i<d} x_d`.

    Where it stands as an index only, it is one: `x_d - \max_j x_j`.
    """
    target = program.formula.target
    if program.is_code or (target and any(variable_key(n) == size for n in walk(target))):
        return False
    named = sum(variable_key(n) == size for n in program.nodes())
    places = (sub for n in program.nodes() for sub in (
        n.subs if isinstance(n, Name) else n.items if isinstance(n, Index) else ()))  # fmt: skip
    return named > sum(variable_key(n) == size for sub in places for n in walk(sub))


def index_nodes(subs: tuple[Node, ...], axes: int) -> tuple[Node, ...]:
    """Return scripts as indices: `A_{ij}` has two where A has two axes."""
    flat = tuple(x for sub in subs for x in (sub.items if isinstance(sub, Tuple) else (sub,)))
    match flat:
        case (Name(span=span, name=text, subs=(), sups=()),) if len(text) == 2 == axes:
            return Name(span, text[0]), Name(span, text[1])
    return flat


def power(base: Value, exponent: Value) -> Value:
    """Return a power, entry by entry."""
    return guarded(CONTEXT.power, base, exponent)


def _arranges(item: Node) -> bool:
    """Whether an index picks no single entry."""
    return isinstance(item, Slice | Chain) or (
        isinstance(item, Name) and item.name in {"None", "newaxis"}
    )


def _is_label(node: Node) -> bool:
    """Whether a superscript is no power: a transpose, a plus, a word."""
    return isinstance(node, Name) and node.name in {"top", "T", "intercal", "star"}


def _unmarked(words: list[str]) -> list[str]:
    return [word for word in words if word and word not in {"top", "T", "intercal"}]


def stacked(values: list[Value]) -> Value:
    """Return equal shapes as one array with a new first axis."""
    array = np.empty((len(values), *np.shape(values[0])), dtype=object)
    for index, value in enumerate(values):
        array[index] = value
    return array
