"""Evaluates the mathematics of attention: matrices, vectors, indexed sums, definitions.

`q_i` is a column, or a row where the convention says so. What operations on shapes mean stands in
`matrix_rules.py`, what defined names mean in `token_definitions.py`; `token_arrays.py` replaces the
rules by those of NumPy and torch for code.
"""

from __future__ import annotations

from fractions import Fraction

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import World
from rlprep.formula.decide.matrix_products import Products
from rlprep.formula.decide.matrix_rules import Convention
from rlprep.formula.decide.tensor import Tensor, combined, divide, inverse
from rlprep.formula.decide.token_definitions import POSITION, Scope, bound_to
from rlprep.formula.decide.token_denominators import literal
from rlprep.formula.decide.token_indices import compared
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import variable_key
from rlprep.formula.program import Program
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
    Sub,
    Trans,
    Tuple,
    Wrap,
)

MAX_DEPTH = 60


class Matrices(Products):
    """Evaluates the expressions of one program in one world under one convention."""

    def __init__(self, program: Program, world: World, convention: Convention) -> None:
        super().__init__(program, world, convention)
        self.depth = 0

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
            case Sub(x=Wrap(kind="norm", x=x), sub=Num(value=2)) | Wrap(kind="norm", x=x):
                return self.normed(self.value(x, scope))
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
        if isinstance(node.right, Chain) and isinstance(node.left, Name) and (
            node.left.name == "ones"
        ):  # fmt: skip
            return self.world.scalar(int(self.holds(node.right, scope)))
        return self.joined(node, scope)

    def raised(self, node: Bin, scope: Scope) -> Tensor:
        """A power, a transposition, an inverse, or an exponential `e^x`."""
        if number := literal(node):
            return self.world.scalar(number)
        match node:
            case Bin(
                left=Wrap(kind="norm", x=x) | Sub(x=Wrap(kind="norm", x=x), sub=Num(value=2)),
                right=Num(value=2),
            ):
                return self.square(self.value(x, scope))
            case Bin(right=Name(name=name, subs=())) if (
                name in names.TRANSPOSES and name not in scope
            ):
                if self.is_literal_one(node.left):
                    script = (node.left.sub,) if isinstance(node.left, Sub) else ()
                    return self.transposed(self.ones(script))
                return self.transposed(self.value(node.left, scope))
        return self.powered(self.value(node.left, scope), node.right, scope)

    def powered(self, base: Tensor, exponent: Node, scope: Scope) -> Tensor:
        """A power of a number or of a square matrix."""
        power = self.constant(exponent, scope)
        if base.ndim == 2:
            if power == -1:
                one, zero = self.world.scalar(1).item, self.world.scalar(0).item
                return inverse(base, one, zero)
            raise Undecidable("a power of a matrix")
        return base.map(lambda x: self.root_power(x, power))

    def constant(self, node: Node, scope: Scope) -> Fraction:
        """Return an exponent: a rational constant."""
        match node:
            case Num(value=value):
                return value
            case Neg(x=x):
                return -self.constant(x, scope)
            case Bin(op="/", left=left, right=right):
                below = self.constant(right, scope)
                if below:
                    return self.constant(left, scope) / below
            case Name() if (key := variable_key(node)) in scope:
                found = scope[key]
                if isinstance(found, int):
                    return Fraction(found)
        raise Undecidable("an exponent that is no constant")

    def name(self, node: Name, scope: Scope) -> Tensor:
        """The value of a name with all its scripts."""
        spelt = self.spelt(node)
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
        if (bound := bound_to(spelt, scope)) is not None:
            return bound
        whole = scope.get(spelt.key)
        if isinstance(whole, Tensor) and not (1 in whole.shape and self._is_input(spelt)):
            return self.at(whole, self.places(spelt.indices, scope))
        if spelt.key in self.carried and not spelt.indices:
            return self.state(spelt.key, scope)
        if found := self.usable_definitions(spelt.key):
            return self.defined(spelt, found, scope)
        return self.given(node, spelt, scope)

    def _is_input(self, spelt: names.Spelling) -> bool:
        r"""Whether a name is an input: `k_l` is one beside the parameter k of `\alpha(q, k)`."""
        return names.role_of(spelt.key) in {"Q", "K", "V"}

    def given(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """An input, a size, or an unknown symbol."""
        role = names.role_of(spelt.key)
        match role:
            case "Q" | "K" | "V":
                whole = self.world.given(role)
                places = self.places(spelt.indices, scope)
                is_bare = self.carried or (self.has_bare_query and spelt.key == "q")
                if is_bare and not places and isinstance(now := scope.get(POSITION), int):
                    places = [now]
                return self.at(whole, places)
            case "ones":
                if node.subs and isinstance(node.subs[0], Chain):
                    return self.world.scalar(int(self.holds(node.subs[0], scope)))
                return self.ones(node.subs)
            case "mask":
                return self.causal_mask()
            case "length" if spelt.key == "M" and not spelt.indices:
                return self.causal_mask()
        return self.symbol(node, spelt, role)

    def symbol(self, node: Name, spelt: names.Spelling, role: names.Role) -> Tensor:
        """A number that the formula leaves free."""
        match role:
            case "width" | "length" | "value_width" | "inf":
                return self.world.symbol(role)
            case "e":
                return self.world.scalar(1).map(self.world.arithmetic.exp)
            case "scale":
                self.remarks.add("scale is read as the factor 1 / sqrt(d) or its inverse")
                root = self.world.symbol("width").map(self.world.arithmetic.sqrt)
                if self.convention.scale == "root":
                    return root
                return combined(divide, self.world.scalar(1), root)
        key = spelt.key.lower()
        self.unknown.setdefault(key, node.span)
        # numbered and not named: two never cancel, and a known mistake may use other letters
        return self.world.symbol("unknown", list(self.unknown).index(key))

    def subscripted(self, x: Node, script: Node, scope: Scope) -> Tensor:
        """`(Q K^T)_{ij}`, or a remark such as `softmax(...)_{col}`."""
        if self.is_literal_one(x):
            is_condition = isinstance(script, Chain)
            return (
                self.world.scalar(int(self.holds(script, scope)))
                if is_condition
                else (self.ones((script,)))
            )
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
            spelt = self.spelt(x)
            if spelt.key == "ones" and isinstance(items[0], Chain):
                return self.world.scalar(int(self.holds(items[0], scope)))
            full = names.Spelling(spelt.key, (*spelt.indices, *items), spelt.transposed)
            return self.plain_name(x, full, scope)
        return self.at(self.value(x, scope), self.places(items, scope))

    def holds(self, node: Node, scope: Scope) -> bool:
        """Whether a condition between indices holds."""
        if not isinstance(node, Chain):
            raise Undecidable("a condition that is not known here")
        bound = self.known_indices(scope)
        values = [maybe_integer(item, bound) for item in node.items]
        return all(
            compared(op, a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False)
        )

    def cases(self, rows: tuple[tuple[Node, Node | None], ...], scope: Scope) -> Tensor:
        """The first case whose condition between indices holds."""
        for value, condition in rows:
            if condition is None or self.holds(condition, scope):
                return self.value(value, scope)
        raise Undefined("no case applies")

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
