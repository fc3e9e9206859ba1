"""Evaluates a formula of declared quantities in one world.

An index that nothing binds (`z_i` on its own) is free: the value is then a vector over that index.
A vector without an index stands for all its entries, as in code. Subscripts beyond a quantity's
axes only label it (`y_n` where y is a number).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np

from rlprep.formula.decide.declared_functions import (
    ONE,
    REDUCING,
    ZERO,
    applied,
    dot,
    mean,
    product,
    total,
)
from rlprep.formula.decide.declared_values import CONTEXT, Value, World, exact, guarded
from rlprep.formula.decide.effort import spend
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.names import variable_key, words_in
from rlprep.formula.notation import Notation, Quantity
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Dots,
    Expect,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Span,
    Sub,
    Trans,
    Tuple,
    Wrap,
    walk,
)

MAX_DEPTH = 30
_RELATIONS = {"=": "eq", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge"}
_OPERATORS = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}


_TIMES = CONTEXT.multiply


class FreeIndexError(Exception):
    """An index that nothing binds was met: the value is a vector over it."""

    def __init__(self, variable: str, length: int) -> None:
        super().__init__(variable)
        self.variable = variable
        self.length = length


class Evaluator:
    """Evaluates the statements of one input in one world."""

    def __init__(self, program: Program, notation: Notation, world: World, unbiased: bool) -> None:
        self.program = program
        self.world = world
        self.unbiased = unbiased
        self.quantities = {name: q for q in notation.quantities for name in q.spellings}
        self.sizes = {name: size for size, names in notation.sizes for name in names}
        self.bound: dict[str, int] = {}
        self.unknown: dict[str, Span] = {}
        self.depth = 0
        self.base = 0 if program.is_code else 1

    def formula(self, node: Node) -> Value:
        """Return the value of a side of the formula, a vector where an index is free."""
        return self._over_free_indices(node, self.program.main)

    def _over_free_indices(self, node: Node, position: int) -> Value:
        try:
            return self.evaluate(node, position)
        except FreeIndexError as free:
            values = []
            for index in range(1, free.length + 1):
                with self._binding(free.variable, index):
                    values.append(self._over_free_indices(node, position))
            return _stacked(values)

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

    def evaluate(self, node: Node, position: int) -> Value:
        """Return the value of an expression that stands in statement `position`."""
        spend()
        match node:
            case Num(value=value):
                return exact(value)
            case Neg(x=x):
                return guarded(CONTEXT.minus, self.evaluate(x, position))
            case Bin():
                return self._operation(node, position)
            case Name():
                return self._name(node, position)
            case Call():
                return self._call(node, position)
            case Index(x=x, items=items) | Sub(x=x, sub=Tuple(items=items)):
                return self._entry(self.evaluate(x, position), items, position)
            case Sub(x=Wrap(kind="norm") as norm):
                return self.evaluate(norm, position)
            case Sub(x=x, sub=sub):
                return self._entry(self.evaluate(x, position), (sub,), position)
            case Big():
                return self._big(node, position)
            case Expect():
                return self._expectation(node, position)
            case Optimise(sense="max" | "min", constraints=()):
                return self._optimum(node, position)
            case Chain(items=items, ops=ops):
                return self._relation(items, ops, position)
            case Cases(rows=rows):
                return self._cases(rows, position)
            case Wrap(kind="abs", x=x):
                return guarded(CONTEXT.abs, self.evaluate(x, position))
            case Wrap(kind="norm", x=x):
                return REDUCING["norm"](self.evaluate(x, position))
            case Trans(x=x):
                return np.transpose(self.evaluate(x, position))
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def _operation(self, node: Bin, position: int) -> Value:
        left, right = self.evaluate(node.left, position), self.evaluate(node.right, position)
        if node.op in {"@", "cdot"} or (node.op == "*" and _is_transposed(node.left)):
            return dot(left, right)
        if node.op == "^":
            return _power(left, right)
        if node.op not in _OPERATORS:
            raise Undecidable(f"'{node.op}' has no meaning here")
        return guarded(_OPERATORS[node.op], left, right)

    def _name(self, node: Name, position: int) -> Value:
        key = variable_key(node)
        if key in self.bound:
            return Decimal(self.bound[key] - 1 + self.base)
        powers = [sup for sup in node.sups if not _is_label(sup)]
        if node.name in {"e", "exp"} and powers and node.name not in self.quantities:
            return guarded(CONTEXT.exp, self.evaluate(powers[0], position))
        value = self._plain(node, position)
        for power in powers:
            value = _power(value, self.evaluate(power, position))
        return value

    def _plain(self, node: Name, position: int) -> Value:
        """Return the value of a name without its powers."""
        if node.name == "ones" and node.subs:
            return self.evaluate(node.subs[0], position)  # the indicator of what stands below
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
                return self._entry(value, indices[: len(quantity.axes)], position)
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

    def _index(self, item: Node, length: int, position: int) -> int:
        """Return a position that counts from 1."""
        key = variable_key(item) if isinstance(item, Name) else None
        if isinstance(item, Name) and key is not None and key not in self.bound:
            known = self.quantities.get(key)
            if known is None or known.domain != "index":
                raise FreeIndexError(key, length)
        number: Value = self.evaluate(item, position)
        if np.ndim(number) or number != number.to_integral_value():
            raise Undecidable("an index that isn't a whole number")
        if self.base == 0 and number < 0:
            return int(number) + length + 1
        return int(number) + 1 - self.base

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
        if node.kind not in {"sum", "prod", "product"}:
            raise Undecidable(f"a {node.kind} has no meaning here")
        reduce, combine = (total, CONTEXT.add) if node.kind == "sum" else (product, _TIMES)
        variables, condition = _binder(node)
        if not variables:
            return reduce(self._over_free_indices(node.body, position))
        terms = list(self._terms(node, variables, condition, position))
        if not terms:
            return ZERO if node.kind == "sum" else ONE
        result = terms[0]
        for term in terms[1:]:
            result = guarded(combine, result, term)
        return result

    def _terms(
        self, node: Big, variables: list[Name], condition: Chain | None, position: int
    ) -> Iterator[Value]:
        """Yield the summands, for every value of every index that meets the condition."""
        if not variables:
            if condition is None or self._holds(condition, position):
                yield self.evaluate(node.body, position)
            return
        key = variable_key(variables[0])
        if key is None:
            raise Undecidable("an unusual index below the sum")
        for index in self._range(node, key, position):
            with self._binding(key, index):
                yield from self._terms(node, variables[1:], condition, position)

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
        return reduce(_stacked(entries))

    def _range(self, node: Big, key: str, position: int) -> range:
        """Return the positions, counted from 1, that an index runs through."""
        shift = 1 - self.base
        if node.lo is not None and node.hi is not None:
            lo, hi = (self.evaluate(each, position) for each in (node.lo, node.hi))
            if np.ndim(lo) or np.ndim(hi):
                raise Undecidable("an unusual range")
            return range(int(lo) + shift, int(hi) + shift + 1)
        return range(1, self._length(node.body, key) + 1)

    def _length(self, body: Node, key: str) -> int:
        """Return the length of the axis that an index runs along, by where it is used."""
        for part in walk(body):
            match part:
                case Name(subs=(sub, *_)) | Index(x=Name(), items=(sub, *_)):
                    name = part if isinstance(part, Name) else part.x
                    if variable_key(sub) != key or not isinstance(name, Name):
                        continue
                    found = self._quantity(name)
                    if found is not None and found.axes:
                        return self.world.lengths[found.axes[0]]
        lengths = set(self.world.lengths.values())
        if len(lengths) == 1:
            return lengths.pop()
        raise Undecidable(f"it is not clear how far the index {key} runs")

    def _quantity(self, name: Name) -> Quantity | None:
        marked = f"{name.name}_{name.mark}" if name.mark else name.name
        return self.quantities.get(marked)

    def _relation(self, items: tuple[Node, ...], ops: tuple[str, ...], position: int) -> Value:
        """Return 1 where all relations hold and 0 elsewhere."""
        values = [self.evaluate(item, position) for item in items]
        result: Value = ONE
        for op, a, b in zip(ops, values, values[1:], strict=False):
            if op not in _RELATIONS:
                raise Undecidable(f"'{op}' has no meaning here")
            name = f"__{_RELATIONS[op]}__"
            holds = guarded(partial(_holds, name), a, b)
            result = guarded(CONTEXT.multiply, result, holds)
        return result

    def _holds(self, condition: Node, position: int) -> bool:
        found = self.evaluate(condition, position)
        if np.ndim(found):
            raise Undecidable("a condition on a vector: write it for one entry")
        return bool(found)

    def _cases(self, rows: tuple[tuple[Node, Node | None], ...], position: int) -> Value:
        for value, condition in rows:
            if condition is None or self._holds(condition, position):
                return self.evaluate(value, position)
        raise Undefined("no case applies")

    def _call(self, node: Call, position: int) -> Value:
        name = "_".join([node.fn.name, *(word for sub in node.fn.subs for word in words_in(sub))])
        number = self.program.definition(node.fn, position, len(node.args))
        if number is not None:
            return self._own_function(node, number, position)
        args = [self.evaluate(arg, position) for arg in self._listed(node.args)]
        value = applied(name, args, in_code=self.program.is_code, unbiased=self._is_unbiased(node))
        for power in node.fn.sups:
            value = _power(value, self.evaluate(power, position))
        return value

    def _listed(self, args: tuple[Node, ...]) -> tuple[Node, ...]:
        """Return the vector where its entries are listed: mean(r_1, ..., r_G) is mean(r)."""
        items = args[0].items if len(args) == 1 and isinstance(args[0], Tuple) else args
        if any(isinstance(item, Dots) for item in items) and isinstance(items[0], Name):
            names = {item.name for item in items if isinstance(item, Name)}
            if len(names) == 1:
                return (replace(items[0], subs=()),)
        return args

    def _own_function(self, node: Call, number: int, position: int) -> Value:
        """Return the value of a function that the input defines: sigma(x) = 1/(1 + e^-x)."""
        entry = self.program.entries[number]
        if not isinstance(entry.target, Call) or not all(
            isinstance(each, Name) for each in entry.target.args
        ):
            raise Undecidable("an unusual definition of a function")
        outer = self.quantities, self.world
        for parameter, argument in zip(entry.target.args, node.args, strict=True):
            value = self.evaluate(argument, position)
            key = variable_key(parameter) or ""
            axes = tuple(str(length) for length in np.shape(value))
            self.quantities = {**self.quantities, key: Quantity((key,), axes)}
            lengths = {**self.world.lengths, **{axis: int(axis) for axis in axes}}
            self.world = World(lengths, {**self.world.values, key: value})
        try:
            return self._over_free_indices(entry.values[-1], number)
        finally:
            self.quantities, self.world = outer

    def _is_unbiased(self, node: Call) -> bool:
        """Whether a variance divides by n - 1: as the call says, or as this reading has it."""
        said = node.keyword("unbiased", "correction", "ddof")
        return (
            self.unbiased if said is None else isinstance(said, Num) and said.value == Fraction(1)
        )


def _binder(node: Big) -> tuple[list[Name], Chain | None]:
    """Return what stands below a sum: its indices, and the condition that they must meet."""
    below = node.var.items if isinstance(node.var, Tuple) else (node.var,)
    indices = [each for each in below if isinstance(each, Name)]
    conditions = [each for each in below if isinstance(each, Chain)]
    if len(conditions) > 1:
        raise Undecidable("several conditions below the sum")
    return indices, conditions[0] if conditions else None


def _holds(relation: str, x: Decimal, y: Decimal) -> Decimal:
    return Decimal(int(getattr(x, relation)(y)))


def _power(base: Value, exponent: Value) -> Value:
    return guarded(CONTEXT.power, base, exponent)


def _is_transposed(node: Node) -> bool:
    match node:
        case Trans():
            return True
        case Name(sups=(*_, Name(name="top" | "T" | "intercal"))):
            return True
    return False


def _is_label(node: Node) -> bool:
    """Whether a superscript is no power: a transpose, a plus, a word."""
    return isinstance(node, Name) and node.name in {"top", "T", "intercal", "star"}


def _unmarked(words: list[str]) -> list[str]:
    return [word for word in words if word and word not in {"top", "T", "intercal"}]


def _stacked(values: list[Value]) -> Value:
    array = np.empty((len(values), *np.shape(values[0])), dtype=object)
    for index, value in enumerate(values):
        array[index] = value
    return array
