"""Evaluates the mathematics of attention: matrices, vectors, indexed sums, definitions.

Everything is a matrix or a number; `q_i` is a column, or a row where the convention says so. What a
product, a quotient or a sum of two shapes means is decided here, by shape; `arrays.py` changes these
rules to those of NumPy and torch for code.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import World
from rlprep.formula.decide.tensor import (
    ShapeError,
    ShapeMismatch,
    Tensor,
    combined,
    divide,
    inverse,
    matmul,
    stacked,
    total,
)
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import variable_key
from rlprep.formula.program import Entry, Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Span,
    Sub,
    Trans,
    Tuple,
    walk,
)

TINIEST = Fraction(1, 1000)
MAX_DEPTH = 60

Scope = dict[str, "Tensor | int"]
POSITION, UPDATED = "@", "@updated"
"""Where a state is carried without an index: the present position, and the update that runs."""


class Ones(Tensor):
    """A vector of ones whose length is settled by what it meets."""

    __slots__ = ("is_row",)

    def __init__(self, *, is_row: bool) -> None:
        super().__init__((), [])
        self.is_row = is_row


@dataclass(frozen=True, slots=True)
class Convention:
    """What an input leaves open.

    Attributes:
        rows: whether `q_i` is a row and not a column.
        layout: the axes of bare `q`, `k`, `v` in code: b, h (leading), n (tokens), d (width).
        scale: what an undefined `scale` is: "inverse" 1 / sqrt(d), "root" sqrt(d).
        stars: whether `*` is the matrix product in code.
    """

    rows: bool = False
    layout: str = "nd"
    scale: str = "inverse"
    stars: bool = False


class Matrices:
    """Evaluates the expressions of one program in one world under one convention."""

    is_code = False

    def __init__(self, program: Program, world: World, convention: Convention) -> None:
        self.program = program
        self.world = world
        self.convention = convention
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.depth = 0
        self.base = 0 if self._counts_from_zero() else 1
        self.carried = self._carried_names()
        self.known: dict[tuple[int, tuple[object, ...]], Tensor] = {}

    def _counts_from_zero(self) -> bool:
        return any(
            isinstance(n, Big) and isinstance(n.lo, Num) and n.lo.value == 0
            for e in self.program.entries for v in e.values for n in walk(v)
        )  # fmt: skip

    def _carried_names(self) -> set[str]:
        """Return the names that a statement updates from themselves: `S <- S + k v^T`."""
        found: set[str] = set()
        for entry in self.program.entries:
            if not isinstance(entry.target, Name):
                continue
            target = names.spelling(entry.target, is_code=False)
            for node in walk(entry.values[-1]):
                if isinstance(node, Name) and not target.indices:
                    spelt = names.spelling(node, is_code=False)
                    if spelt.key == target.key and not spelt.indices:
                        found.add(target.key)
        return found - names.INPUT_NAMES

    # -- expressions --------------------------------------------------------------------------

    def value(self, node: Node, scope: Scope) -> Tensor:
        """Return the value of an expression."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Undecidable("definitions refer to each other without end")
        try:
            return self._value(node, scope)
        finally:
            self.depth -= 1

    def _value(self, node: Node, scope: Scope) -> Tensor:
        match node:
            case Num(value=value):
                return self.world.scalar(value)
            case Neg(x=x):
                return self.value(x, scope).map(lambda v: -v)
            case Bin():
                return self.binary(node, scope)
            case Name():
                return self.name(node, scope)
            case Call():
                return self.call(node, scope)
            case Trans(x=x):
                return self.transposed(self.value(x, scope))
            case Sub(x=x, sub=script):
                return self.subscripted(x, script, scope)
            case Index(x=x, items=items):
                return self.indexed(x, items, scope)
            case Big():
                return self.big(node, scope)
            case Cases(rows=rows):
                return self.cases(rows, scope)
            case Chain(items=(_, *_), ops=ops) if set(ops) <= {"<", "<=", ">", ">=", "=", "!="}:
                return self.world.scalar(int(self.holds(node, scope)))
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, node: Bin, scope: Scope) -> Tensor:
        """An operation between two expressions."""
        if node.op == "^":
            return self.raised(node, scope)
        if node.op in {"+", "-"} and (kept := self._without_stabiliser(node, scope)) is not None:
            return self.value(kept, scope)
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        match node.op:
            case "+":
                return self.plus(left, right)
            case "-":
                return self.plus(left, right.map(lambda v: -v))
            case "/":
                return self.quotient(left, right)
            case "*" | "cdot" | "otimes" | "@" | "odot":
                if self._is_literal_one(node.right) and left.ndim == 2:
                    right = Ones(is_row=False)
                return self.product(left, right, node.op)
        raise Undecidable(f"'{node.op}' has no meaning here")

    def _is_literal_one(self, node: Node) -> bool:
        """Whether a factor is a plain `1`, written where the vector of ones belongs."""
        match node:
            case Num(value=value):
                return value == 1
            case Sub(x=Num(value=value)):
                return value == 1
        return False

    def _without_stabiliser(self, node: Bin, scope: Scope) -> Node | None:
        """Return what is left of a sum when a tiny constant is dropped; None if there is none."""
        for tiny, rest in ((node.right, node.left), (node.left, node.right)):
            is_literal = isinstance(tiny, Num) and 0 < tiny.value <= TINIEST
            is_named = isinstance(tiny, Name) and self._is_tiny(tiny, scope)
            if node.op == "+" and (is_literal or is_named):
                self.remarks.add("the tiny constant that keeps a denominator from 0 is ignored")
                return rest
        return None

    def _is_tiny(self, node: Name, scope: Scope) -> bool:
        key = names.spelling(node, is_code=self.is_code).key
        if names.role_of(key, is_code=self.is_code) != "tiny" or key in scope:
            return False
        found = self.definitions(key)
        return not found or isinstance(found[-1][1].values[-1], Num)

    def plus(self, a: Tensor, b: Tensor) -> Tensor:
        """A sum; a number is added to every entry."""
        if isinstance(a, Mask) or isinstance(b, Mask):
            raise Undecidable("a mask is added, where the formula has none")
        if a.shape and b.shape and a.shape != b.shape:
            if self.world.is_lenient and len(a.data) == len(b.data):
                return combined(add, a, Tensor(a.shape, b.data))
            raise ShapeMismatch(a.shape, b.shape, "plus")
        return combined(add, a, b)

    def product(self, a: Tensor, b: Tensor, op: str) -> Tensor:
        """A product: of numbers, of a number and a matrix, of matrices."""
        if isinstance(a, Ones) or isinstance(b, Ones):
            return self._product_with_ones(a, b)
        if not a.shape or not b.shape:
            return self._scaled(a, b)
        if isinstance(a, Mask) or isinstance(b, Mask):
            return self._masked(a, b)
        if op == "otimes" and 1 in a.shape and 1 in b.shape:
            return matmul(a.reshaped((len(a.data), 1)), b.reshaped((1, len(b.data))))
        if a.shape[1] == b.shape[0]:
            return self._collapsed(matmul(a, b))
        if a.shape == b.shape and 1 in a.shape:
            return Tensor.scalar(total([x * y for x, y in zip(a.data, b.data, strict=True)]))
        if self.world.is_lenient and 1 in (*a.shape, *b.shape):
            turned = a.swapped(0, 1) if 1 in a.shape else a
            return self._collapsed(
                matmul(turned, b if 1 in a.shape else b.swapped(0, 1))
            )
        raise ShapeMismatch(a.shape, b.shape, "times")

    def _scaled(self, a: Tensor, b: Tensor) -> Tensor:
        zero = self.world.scalar(0)
        if (a.data == zero.data and not a.shape) or (b.data == zero.data and not b.shape):
            return zero  # a state before the first position
        return combined(mul, a, b)

    def _masked(self, a: Tensor, b: Tensor) -> Tensor:
        if a.shape == b.shape:
            return combined(mul, Tensor(a.shape, a.data), Tensor(b.shape, b.data))
        return self._collapsed(matmul(a, b)) if a.shape[1] == b.shape[0] else combined(mul, a, b)

    def _product_with_ones(self, a: Tensor, b: Tensor) -> Tensor:
        if isinstance(b, Ones) and not isinstance(a, Ones):
            if not a.shape:
                raise Undecidable("a vector of ones of unknown length is left over")
            if b.is_row:
                if a.shape[1] != 1:
                    raise ShapeError("a row of ones stands to the right of a matrix")
                return a  # repeated columns: a quotient by them divides each row
            return self._collapsed(a.summed(1, keep=True))
        if isinstance(a, Ones) and not isinstance(b, Ones) and b.shape:
            if a.is_row:
                return self._collapsed(b.summed(0, keep=True))
            if b.shape[0] != 1:
                raise ShapeError("a column of ones stands to the left of a matrix")
            return b
        raise Undecidable("a vector of ones of unknown length is left over")

    def _collapsed(self, a: Tensor) -> Tensor:
        """Return a 1 x 1 matrix as a number."""
        return Tensor.scalar(a.data[0]) if a.shape == (1, 1) else a

    def quotient(self, a: Tensor, b: Tensor) -> Tensor:
        """A quotient by a number; by a column: each row by its own entry."""
        if isinstance(b, Ones) or isinstance(a, Ones):
            raise Undecidable("a vector of ones of unknown length is left over")
        if not b.shape or a.shape == b.shape or (not a.shape and 1 in b.shape):
            return combined(divide, a, b)
        if a.shape and b.shape[1] == 1 and b.shape[0] == a.shape[0]:
            return combined(divide, a, b)
        if self.world.is_lenient and 1 in b.shape and a.shape:
            column = b if b.shape[1] == 1 else b.swapped(0, 1)
            row = a.shape[0] == 1
            return combined(divide, a, column.swapped(0, 1) if row else column)
        raise ShapeMismatch(a.shape, b.shape, "divided by")

    def raised(self, node: Bin, scope: Scope) -> Tensor:
        """A power, a transposition, an inverse, or an exponential `e^x`."""
        match node:
            case Bin(right=Name(name=name, subs=())) if name in names.TRANSPOSES and not (
                name in scope
            ):
                if self._is_literal_one(node.left):
                    return Ones(is_row=True)
                return self.transposed(self.value(node.left, scope))
        return self.powered(self.value(node.left, scope), node.right, scope)

    def powered(self, base: Tensor, exponent: Node, scope: Scope) -> Tensor:
        """A power of a number or of a square matrix."""
        power = self._constant(exponent, scope)
        if base.ndim == 2:
            if power == -1:
                one, zero = self.world.scalar(1).item, self.world.scalar(0).item
                return inverse(base, one, zero)
            raise Undecidable("a power of a matrix")
        return base.map(lambda x: self._power(x, power))

    def _constant(self, node: Node, scope: Scope) -> Fraction:
        """Return an exponent: a rational constant."""
        match node:
            case Num(value=value):
                return value
            case Neg(x=x):
                return -self._constant(x, scope)
            case Bin(op="/", left=left, right=right):
                below = self._constant(right, scope)
                if below:
                    return self._constant(left, scope) / below
            case Name() if (key := variable_key(node)) in scope:
                found = scope[key]
                if isinstance(found, int):
                    return Fraction(found)
        raise Undecidable("an exponent that is no constant")

    def _power(self, x: object, power: Fraction) -> object:
        """Return a power whose exponent's denominator is 1, 2, 4 or 8."""
        arithmetic = self.world.arithmetic
        while power.denominator != 1:
            if power.denominator not in {2, 4, 8}:
                raise Undecidable("an unusual exponent")
            x, power = arithmetic.sqrt(x), power * 2  # type: ignore[arg-type]
        if abs(power) > 8:
            raise Undecidable("an unusual exponent")
        result = arithmetic.const(1)
        for _ in range(abs(int(power))):
            result = result * x
        return divide(arithmetic.const(1), result) if power < 0 else result

    def transposed(self, a: Tensor) -> Tensor:
        """The transpose; of a number, itself."""
        if isinstance(a, Ones):
            return Ones(is_row=not a.is_row)
        return a.swapped(0, 1) if a.ndim == 2 else a

    # -- names ----------------------------------------------------------------------------------

    def name(self, node: Name, scope: Scope) -> Tensor:
        """The value of a name with all its scripts."""
        spelt = names.spelling(node, is_code=self.is_code)
        if spelt.key == "e" and spelt.powers and not self.definitions("e"):
            return self.value(spelt.powers[0], scope).map(self.world.arithmetic.exp)
        result = self.plain_name(node, spelt, scope)
        for power in spelt.powers:
            result = self.powered(result, power, scope)
        return self.transposed(result) if spelt.transposed else result

    def plain_name(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """The value of a name without its transposition and powers."""
        if spelt.key in scope and not spelt.indices:
            found = scope[spelt.key]
            return found if isinstance(found, Tensor) else self.world.scalar(found)
        if spelt.key in scope and isinstance(scope[spelt.key], Tensor):
            return self.at(scope[spelt.key], self.places(spelt.indices, scope))  # type: ignore[arg-type]
        if spelt.key in self.carried and not spelt.indices:
            return self.state(spelt.key, scope)
        if found := self.usable_definitions(spelt.key):
            return self.defined(spelt, found, scope)
        return self.given(node, spelt, scope)

    def state(self, key: str, scope: Scope) -> Tensor:
        """The value of a carried name: after its update, or before it inside the update itself."""
        place = scope.get(POSITION)
        if not isinstance(place, int):
            raise Undecidable("a state without a position")
        number, entry = next(
            pair for pair in self.definitions(key) if not pair[1].is_constant
        )
        if scope.get(UPDATED) == number:
            place -= 1
        if place < self.base:
            return self.world.scalar(0)
        return self.entry_value(number, entry, {POSITION: place, UPDATED: number})

    def given(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """An input, a size, or an unknown symbol."""
        role = names.role_of(spelt.key, is_code=self.is_code)
        match role:
            case "Q" | "K" | "V":
                whole = self.world.given(role)
                places = self.places(spelt.indices, scope)
                if self.carried and not places and isinstance(now := scope.get(POSITION), int):
                    places = [now]
                return self.at(whole, places)
            case "ones":
                if node.subs and isinstance(node.subs[0], Chain):
                    return self.world.scalar(int(self.holds(node.subs[0], scope)))
                return Ones(is_row=False)
            case "mask":
                return self.causal_mask()
            case "length" if spelt.key == "M" and not spelt.indices:
                return self.causal_mask()
        return self.symbol(node, spelt, role)

    def symbol(self, node: Name, spelt: names.Spelling, role: names.Role) -> Tensor:
        """A number that the formula leaves free."""
        match role:
            case "width" | "length" | "value_width":
                return self.world.symbol(role)
            case "e":
                return self.world.scalar(1).map(self.world.arithmetic.exp)
            case "tiny":
                return self.world.scalar(0)
            case "scale":
                self.remarks.add("scale is read as the factor 1 / sqrt(d) or its inverse")
                root = self.world.symbol("width").map(self.world.arithmetic.sqrt)
                if self.convention.scale == "root":
                    return root
                return combined(divide, self.world.scalar(1), root)
        self.unknown.setdefault(spelt.key.lower(), node.span)
        return self.world.symbol("unknown")

    def causal_mask(self) -> Tensor:
        """The matrix of ones on and below the diagonal."""
        one, zero = self.world.scalar(1).item, self.world.scalar(0).item
        shape = (self.world.sizes["n"], self.world.sizes["m"])
        self.remarks.add("the mask is read as causal: 1 where j <= i, else 0")
        return Mask.of(Tensor.build(shape, lambda i, j: one if j <= i else zero))

    def places(self, indices: tuple[Node, ...], scope: Scope) -> list[int]:
        """Return index expressions as whole numbers, counted from the formula's base."""
        bound = {key: value for key, value in scope.items() if isinstance(value, int)}
        found = [maybe_integer(index, bound) for index in indices]
        if any(place is None for place in found):
            raise Undecidable("an index is not known")
        return [place for place in found if place is not None]

    def at(self, whole: Tensor, places: list[int]) -> Tensor:
        """Return a row as a vector, or an entry."""
        if not places:
            return whole
        if not whole.shape:
            return whole
        if 1 in whole.shape and len(places) == 1:
            return Tensor.scalar(self._entry(whole.data, places[0]))
        row = whole.picked(0, places[0] - self.base)
        if len(places) == 2:
            return Tensor.scalar(self._entry(row.data, places[1]))
        return row.reshaped((1, len(row.data)) if self.convention.rows else (len(row.data), 1))

    def _entry(self, data: list[object], place: int) -> object:
        if not 0 <= place - self.base < len(data):
            raise Undefined("an index lies outside")
        return data[place - self.base]

    # -- definitions ----------------------------------------------------------------------------

    def definitions(self, key: str) -> list[tuple[int, Entry]]:
        """Return the statements that define a name, with their numbers."""
        found = []
        for number, entry in enumerate(self.program.entries):
            target = entry.target
            while isinstance(target, Index):
                target = target.x
            if isinstance(target, Call):
                target = target.fn
            if isinstance(target, Name) and (
                names.spelling(target, is_code=self.is_code).key == key
            ):
                found.append((number, entry))
        return found

    def usable_definitions(self, key: str) -> list[tuple[int, Entry]]:
        """Return the definitions of a name, without those that only say where inputs come from."""
        found = self.definitions(key)
        if names.role_of(key, is_code=self.is_code) in {"Q", "K", "V"}:
            found = [(i, e) for i, e in found if self._uses_inputs(e)]
        return found

    def _uses_inputs(self, entry: Entry) -> bool:
        return any(
            names.spelling(node, is_code=self.is_code).key in names.INPUT_NAMES
            or names.role_of(names.spelling(node, is_code=self.is_code).key, is_code=True) in "QKV"
            for node in names.plain_names(entry.values[-1])
        )

    def defined(
        self, spelt: names.Spelling, found: list[tuple[int, Entry]], scope: Scope
    ) -> Tensor:
        """The value of a defined name at its indices, by recursion where it is a recurrence."""
        places = self.places(spelt.indices, scope)
        parameters: list[Node] = []
        for number, entry in found:
            parameters = self.parameters(entry)
            literals = [maybe_integer(p, {}) for p in parameters]
            if places and literals == places:
                return self.entry_value(number, entry, {})
        general = [(n, e) for n, e in found
                   if not any(isinstance(p, Num) for p in self.parameters(e))]  # fmt: skip
        if not general:
            raise Undecidable(f"{spelt.key} is not defined everywhere")
        number, entry = general[0]
        parameters = self.parameters(entry)
        if not parameters:
            now = {POSITION: scope[POSITION]} if POSITION in scope else {}
            return self.at(self.entry_value(number, entry, now), places)
        if not places:
            return self.whole(number, entry, parameters, scope)
        if places[0] < self.base:
            return self.world.scalar(0)  # the state before the first position
        bound = self.bound(parameters, places)
        return self.entry_value(number, entry, bound)

    def parameters(self, entry: Entry) -> list[Node]:
        """Return the indices on the left of a definition."""
        target = entry.target
        found: list[Node] = []
        while isinstance(target, Index):
            found = [*target.items, *found]
            target = target.x
        if isinstance(target, Name):
            found = [*names.spelling(target, is_code=self.is_code).indices, *found]
        return found

    def bound(self, parameters: list[Node], places: list[int]) -> Scope:
        """Bind the index letters on the left of a definition (`S_{i+1} = ...` too)."""
        scope: Scope = {}
        for parameter, place in zip(parameters, places, strict=False):
            match parameter:
                case Name():
                    scope[variable_key(parameter) or ""] = place
                case Bin(op="+" | "-" as op, left=Name(name=letter), right=Num(value=step)):
                    scope[letter] = place - int(step) if op == "+" else place + int(step)
                case _:
                    raise Undecidable("an unusual index on the left of a definition")
        return scope

    def whole(
        self, number: int, entry: Entry, parameters: list[Node], scope: Scope
    ) -> Tensor:
        """A name used without the indices that it is defined with."""
        letters = [p.name for p in parameters if isinstance(p, Name)]
        if len(letters) == len(parameters) and all(
            isinstance(scope.get(letter), int) for letter in letters
        ):
            return self.entry_value(number, entry, {x: scope[x] for x in letters})
        sizes = [self.world.sizes["n"], self.world.sizes["m"]][: len(letters)]
        if not letters or len(parameters) > 2:
            raise Undecidable("a name is used without its index")
        rows = []
        for i in range(sizes[0]):
            inner: Scope = {letters[0]: i + self.base}
            if len(letters) == 1:
                row = self.entry_value(number, entry, inner)
                rows.append(row.reshaped((len(row.data),)))
                continue
            values = [self.entry_value(number, entry, inner | {letters[1]: j + self.base})
                      for j in range(sizes[1])]  # fmt: skip
            rows.append(Tensor((len(values),), [value.item for value in values]))
        return stacked(rows)

    def entry_value(self, number: int, entry: Entry, scope: Scope) -> Tensor:
        """The value of a definition's right side, remembered by its indices."""
        key = (number, tuple(sorted((k, v) for k, v in scope.items() if isinstance(v, int))))
        if any(not isinstance(v, int) for v in scope.values()):
            return self.value(entry.values[-1], scope)
        if key not in self.known:
            self.known[key] = self.value(entry.values[-1], scope)
        return self.known[key]

    # -- indices --------------------------------------------------------------------------------

    def subscripted(self, x: Node, script: Node, scope: Scope) -> Tensor:
        """`(Q K^T)_{ij}`, or a remark such as `softmax(...)_{col}`."""
        if self._is_literal_one(x):
            return Ones(is_row=False)
        items = script.items if isinstance(script, Tuple) else (script,)
        indices = tuple(i for item in items for i in names.index_nodes(item))
        if isinstance(x, Call) and not indices:
            fn = Name(x.fn.span, x.fn.name, (*x.fn.subs, script), x.fn.sups)
            return self.value(Call(x.span, fn, x.args, x.kwargs), scope)
        places = [maybe_integer(i, {k: v for k, v in scope.items() if isinstance(v, int)})
                  for i in indices]  # fmt: skip
        if any(place is None for place in places):
            return self.value(x, scope)  # `1_n`, `(...)_{n x m}`: a size, no index
        return self.at(self.value(x, scope), [p for p in places if p is not None])

    def indexed(self, x: Node, items: tuple[Node, ...], scope: Scope) -> Tensor:
        """`A[i, j]`."""
        if isinstance(x, Name):
            spelt = names.spelling(x, is_code=self.is_code)
            if spelt.key == "ones" and isinstance(items[0], Chain):
                return self.world.scalar(int(self.holds(items[0], scope)))
            full = names.Spelling(spelt.key, (*spelt.indices, *items), spelt.transposed)
            return self.plain_name(x, full, scope)
        return self.at(self.value(x, scope), self.places(items, scope))

    def holds(self, node: Node, scope: Scope) -> bool:
        """Whether a condition between indices holds."""
        if not isinstance(node, Chain):
            raise Undecidable("a condition that is not known here")
        bound = {k: v for k, v in scope.items() if isinstance(v, int)}
        values = [maybe_integer(item, bound) for item in node.items]
        return all(
            compared(op, a, b)
            for op, a, b in zip(node.ops, values, values[1:], strict=False)
        )

    def cases(self, rows: tuple[tuple[Node, Node | None], ...], scope: Scope) -> Tensor:
        """The first case whose condition between indices holds."""
        for value, condition in rows:
            if condition is None or self.holds(condition, scope):
                return self.value(value, scope)
        raise Undefined("no case applies")

    def measure(self, x: Tensor, axis: int) -> Tensor:
        """Return the length of an axis as a free number."""
        size = x.shape[x.axis(axis)]
        width = self.world.sizes["d"]
        is_width = size == width if width != self.world.sizes["n"] else x.axis(axis) == x.ndim - 1
        return self.world.symbol("width" if is_width else "length")

    def extent(self, node: Node, scope: Scope) -> int:
        """Return the length of an axis as a whole number: known in code only."""
        raise Undecidable("the size of an array is not known")

    def big(self, node: Big, scope: Scope) -> Tensor:
        """A sum over tokens."""
        from rlprep.formula.decide.token_sums import token_sum

        return token_sum(self, node, scope)

    def call(self, node: Call, scope: Scope) -> Tensor:
        """A function of its arguments."""
        from rlprep.formula.decide.token_calls import call

        return call(self, node, scope)


class Mask(Tensor):
    """A matrix of zeros and ones: its products with equal shapes are entry by entry."""

    __slots__ = ()

    @classmethod
    def of(cls, plain: Tensor) -> Mask:
        """Return a matrix marked as a mask."""
        return cls(plain.shape, plain.data)


def compared(op: str, a: int | None, b: int | None) -> bool:
    """Return whether two indices satisfy a relation."""
    if a is None or b is None:
        raise Undecidable("a condition that is not known here")
    return {"=": a == b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "!=": a != b}[op]


__all__ = ["Convention", "Mask", "Matrices", "Ones", "Scope", "compared"]
