"""Evaluates a formula of declared quantities in one world.

An index that nothing binds (`z_i` on its own) is free: the value is then a vector over that index.
A vector without an index stands for all its entries, as in code. Subscripts beyond a quantity's
axes only label it (`y_n` where y is a number).
"""

from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np

from rlprep.formula.decide.declared_functions import (
    ONE,
    REDUCING,
    applied,
    dot,
)
from rlprep.formula.decide.declared_names import power
from rlprep.formula.decide.declared_sums import Sums
from rlprep.formula.decide.declared_values import CONTEXT, Value, exact, guarded
from rlprep.formula.decide.effort import spend
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.names import variable_key, words_in
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
    Sub,
    Trans,
    Tuple,
    Wrap,
)

_RELATIONS = {"=": "eq", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge"}
_OPERATORS = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}


class Evaluator(Sums):
    """Evaluates the statements of one input in one world."""

    def formula(self, node: Node) -> Value:
        """Return the value of a side of the formula, a vector where an index is free."""
        return self._over_free_indices(node, self.program.main)

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
            case Index(x=Name(name="ones", subs=()), items=(Chain() as condition,)):
                return self.evaluate(condition, position)  # the indicator of what stands inside
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
        if node.op == "^" and _is_transposed(node):
            return np.transpose(self.evaluate(node.left, position))
        left, right = self.evaluate(node.left, position), self.evaluate(node.right, position)
        is_product = node.op in {"@", "cdot"} or (
            node.op == "*" and (_is_transposed(node.left) or self._is_row(node.left, position))
        )  # fmt: skip
        if node.op == "*" and np.ndim(left) == 2 and not self.program.is_code:
            is_product |= np.ndim(right) == 1 or _is_ones(node.right)  # `A x`
        if is_product and np.ndim(right) > np.ndim(left) == 0 and _is_ones(node.left):
            left = np.full(np.shape(right)[0], left)
        elif is_product and np.ndim(left) > np.ndim(right) == 0 and _is_ones(node.right):
            right = np.full(np.shape(left)[-1], right)
        if is_product:
            return dot(left, right)
        if node.op == "*" and np.ndim(left) == np.ndim(right) == 1 and _is_transposed(node.right):
            return guarded(CONTEXT.multiply, left[:, None], right[None, :])  # `x y^T`
        if node.op == "^":
            return power(left, right)
        if node.op not in _OPERATORS:
            raise Undecidable(f"'{node.op}' has no meaning here")
        return guarded(_OPERATORS[node.op], left, right)

    def _is_row(self, node: Node, position: int) -> bool:
        """Whether a product is a transposed vector: `x^T A` or `2 x^T`, which times x is a number.

        Its first factor that is no number says it.
        """
        factors = []
        while isinstance(node, Bin) and node.op in {"*", "@", "cdot"}:
            factors.append(node.right)
            node = node.left
        factors.append(node.x if isinstance(node, Neg) else node)
        if not any(map(_is_transposed, factors)):
            return False
        for factor in reversed(factors):
            axes = 1 if _is_ones(factor) else np.ndim(self.evaluate(factor, position))
            if axes:
                return axes == 1 and _is_transposed(factor)
        return False

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
        if node.fn.name == "ones" and _is_transposed(node.fn) and len(args) == 1:
            return REDUCING["sum"](args[0])
        value = applied(name, args, in_code=self.program.is_code, unbiased=self._is_unbiased(node))
        for exponent in node.fn.sups:
            value = power(value, self.evaluate(exponent, position))
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
        with ExitStack() as named:
            for parameter, argument in zip(entry.target.args, node.args, strict=True):
                value = self.evaluate(argument, position)
                named.enter_context(self._named(variable_key(parameter) or "", value))
            return self._over_free_indices(entry.values[-1], number)

    def _is_unbiased(self, node: Call) -> bool:
        """Whether a variance divides by n - 1: as the call says, or as this reading has it."""
        said = node.keyword("unbiased", "correction", "ddof")
        return (
            self.unbiased if said is None else isinstance(said, Num) and said.value == Fraction(1)
        )


def _holds(relation: str, x: Decimal, y: Decimal) -> Decimal:
    return Decimal(int(getattr(x, relation)(y)))


def _is_transposed(node: Node) -> bool:
    match node:
        case Trans():
            return True
        case Name(sups=(*_, Name(name="top" | "T" | "intercal"))):
            return True
        case Bin(op="^", right=Name(name="top" | "T" | "intercal")):
            return True
    return False


def _is_ones(node: Node) -> bool:
    """Whether a factor is the vector of ones, transposed or not."""
    match node:
        case Name(name="ones") | Bin(op="^", left=Name(name="ones")) | Trans(x=Name(name="ones")):
            return True
        case Bin(op="*" | "@" | "cdot", right=right):  # 2 1^T
            return _is_ones(right)
    return False
