"""Evaluates arithmetic of sizes, in numbers or in symbols: the same walk for both.

With numbers every operation is exact and rounding is rounding; with `Quotient` the result holds for
all sizes at once, and rounding that can't be seen through is refused.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.size_names import key_of, powers_of
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Span,
    Sub,
    Tuple,
    Wrap,
    walk,
)

MAX_POWER = 8
MOST_BYTES = 8
"""No element is larger: a greater number is one of bits."""
Number = Any


@dataclass(frozen=True)
class Arithmetic:
    """How numbers are made and rounded."""

    const: Callable[[Fraction], Number]
    floor: Callable[[Number], Number]
    ceil: Callable[[Number], Number]
    constant: Callable[[Number], Fraction | None]
    free: Callable[[str], Number]


EXACT = Arithmetic(
    Fraction, lambda x: Fraction(floor(x)), lambda x: Fraction(ceil(x)), lambda x: x,
    lambda key: Fraction(sum(map(ord, key)) * 1009 + 17),
)  # fmt: skip
SYMBOLIC = Arithmetic(
    Quotient.of, Quotient.floor, Quotient.ceil, lambda x: x.constant,
    lambda key: Quotient.atom("?" + key),
)  # fmt: skip


class Counting:
    """Evaluates the expressions of one program with a value for every role."""

    def __init__(
        self, program: Program, roles: dict[str, str], values: dict[str, Number],
        arithmetic: Arithmetic,
    ) -> None:  # fmt: skip
        self.program = program
        self.roles = roles
        self.values = values
        self.arithmetic = arithmetic
        self.unknown: dict[str, Span] = {}
        self.remarks: set[str] = set()
        self.depth = 0
        self.bound: dict[str, Number] = {}

    def evaluate(self, node: Node, position: int) -> Number:
        """Return the value of an expression that stands in statement `position`."""
        match node:
            case Num(value=value):
                return self.arithmetic.const(value)
            case Neg(x=x):
                return -self.evaluate(x, position)
            case Bin():
                return self.operation(node, position)
            case Name():
                return self.name(node, position)
            case Wrap(kind="abs", x=Name() as x):  # how many there are
                return self.evaluate(x, position)
            case Wrap(kind="floor", x=x):
                return self.arithmetic.floor(self.evaluate(x, position))
            case Wrap(kind="ceil", x=x):
                return self.arithmetic.ceil(self.evaluate(x, position))
            case Call():
                return self.call(node, position)
            case Index(x=x, items=items):
                return self.indexed(x, items, position)
            case Sub(x=x):  # `2_{K,V}`: the subscript is a remark
                return self.evaluate(x, position)
            case Cases(rows=((value, _),)):
                return self.evaluate(value, position)
            case Big(kind="sum", var=Name() as index, lo=Node() as lo, hi=Node() as hi, body=body):
                return self.summed(key_of(index), lo, hi, body, position)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def summed(self, key: str, lo: Node, hi: Node, body: Node, position: int) -> Number:
        """Return as many summands as the index has values; each is the same."""
        own = {id(n.var) for n in walk(body) if isinstance(n, Big)}  # an inner sum's index
        if any(isinstance(n, Name) and key_of(n) == key and id(n) not in own for n in walk(body)):
            raise Undecidable("a sum whose summands differ")
        first, last = self.evaluate(lo, position), self.evaluate(hi, position)
        one = self.arithmetic.const(Fraction(1))
        return (last - first + one) * self.evaluate(body, position)

    def operation(self, node: Bin, position: int) -> Number:
        """Evaluate a binary operation."""
        a, b = self.evaluate(node.left, position), self.evaluate(node.right, position)
        return self.binary(node.op, a, b)

    def floored(self, above: Node, below: Node, position: int) -> Number:
        """Return a quotient rounded down."""
        return self.binary("//", self.evaluate(above, position), self.evaluate(below, position))

    def binary(self, op: str, a: Number, b: Number) -> Number:
        """Return the result of an operator.

        Raises:
            Undefined: a division by zero.
            Undecidable: the operator has no meaning between sizes.
        """
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*" | "cdot" | "@" | "otimes":
                return a * b
            case "/":
                return self.divided(a, b)
            case "//":
                return self.arithmetic.floor(self.divided(a, b))
            case "%":
                return a - b * self.arithmetic.floor(self.divided(a, b))
            case "^":
                return self.power(a, b)
        raise Undecidable(f"'{op}' has no meaning here")

    def divided(self, a: Number, b: Number) -> Number:
        """Return an exact quotient."""
        if self.arithmetic.constant(b) == 0:
            raise Undefined("a division by zero")
        return a / b

    def power(self, a: Number, b: Number) -> Number:
        """Return a small whole power."""
        exponent = self.arithmetic.constant(b)
        if exponent is None or exponent.denominator != 1 or abs(exponent) > MAX_POWER:
            raise Undecidable("an unusual exponent")
        if exponent < 0 and self.arithmetic.constant(a) == 0:
            raise Undefined("a division by zero")
        return a.power(int(exponent)) if isinstance(a, Quotient) else a ** int(exponent)

    def name(self, node: Name, position: int) -> Number:
        """Return the value of a name: what the input defines it as, or its role's."""
        key = key_of(node)
        if key in self.bound:
            return self.bound[key]
        number = definition(self.program, key, position)
        if number is not None and not self._is_example(key, number):
            value = self.defined(number)
        else:
            value = self.role_value(key, node)
        for exponent in powers_of(node):
            value = self.power(value, self.evaluate(exponent, position))
        return value

    def _is_example(self, key: str, number: int) -> bool:
        """Whether a definition only gives an example (`b = 2` for the bytes)."""
        given = self.program.entries[number].values[-1]
        is_example = key in self.roles and isinstance(given, Num) and not (
            self.roles[key] == "bytes" and given.value > MOST_BYTES
        )  # fmt: skip
        if is_example:
            self.remarks.add(f"the number given for {key} is read as an example")
        return is_example

    def defined(self, number: int) -> Number:
        """Return the value of a definition."""
        self.depth += 1
        if self.depth > 30:
            raise Undecidable("definitions refer to each other without end")
        value = self.evaluate(self.program.entries[number].values[-1], number)
        self.depth -= 1
        return value

    def role_value(self, key: str, node: Name) -> Number:
        """Return the value of a name by what it stands for."""
        role = self.roles.get(key, "")
        if role == "heads":
            role = "q_heads"
        if role in self.values:
            return self.values[role]
        self.unknown.setdefault(key, node.span)
        return self.arithmetic.free(key)

    def indexed(self, x: Node, items: tuple[Node, ...], position: int) -> Number:
        """Return a part of `divmod`; of others the index does not matter to a size."""
        match x, items:
            case Call(fn=Name(name="divmod"), args=(a, b)), (Num(value=part),):
                return self.binary("//" if part == 0 else "%", self.evaluate(a, position),
                                   self.evaluate(b, position))  # fmt: skip
        return self.evaluate(x, position)

    def call(self, node: Call, position: int) -> Number:
        """Return the value of a function."""
        name, args = key_of(node.fn), node.args
        if (found := self._own_function(node)) is not None:
            return self._applied(*found, node, position)
        match name, len(args):
            case ("floor" | "int" | "trunc", 1):
                return self.arithmetic.floor(self.evaluate(args[0], position))
            case ("ceil", 1):
                return self.arithmetic.ceil(self.evaluate(args[0], position))
            case ("float", 1):
                return self.evaluate(args[0], position)
            case ("floor_div" | "floor_divide", 2):
                return self.floored(*args, position)  # type: ignore[misc]
            case ("div" | "divide" | "true_divide", 2):
                op = "//" if node.keyword("rounding_mode") else "/"
                return self.binary(op, *(self.evaluate(a, position) for a in args))
            case ("mod" | "remainder" | "fmod", 2):
                return self.binary("%", *(self.evaluate(a, position) for a in args))
            case ("min" | "max" | "minimum" | "maximum", 2):
                a, b = (self.evaluate(arg, position) for arg in args)
                return self.chosen(name[:3], a, b)
            case ("round", 1):
                return self.rounded(self.evaluate(args[0], position))
            case ("sqrt" | "log" | "log2" | "ln" | "exp", 1):
                return self.irrational(name, self.evaluate(args[0], position))
            case ("prod", _) if args:
                value = self.arithmetic.const(Fraction(1))
                for arg in args[0].items if isinstance(args[0], Tuple) else args:
                    value = value * self.evaluate(arg, position)
                return value
        return self.other_call(node, position)

    def _own_function(self, node: Call) -> tuple[int, Call] | None:
        """Return the statement that defines a function, `kv(h) = 2 B L n h d b`, and its left."""
        for number, entry in enumerate(self.program.entries):
            left = entry.target
            if isinstance(left, Call) and number != self.program.main and (
                key_of(left.fn) == key_of(node.fn) and len(left.args) == len(node.args)
            ):  # fmt: skip
                return number, left
        return None

    def _applied(self, number: int, left: Call, node: Call, position: int) -> Number:
        """Return the value of a function that the input defines."""
        values = [self.evaluate(arg, position) for arg in node.args]
        names = [key_of(each) for each in left.args if isinstance(each, Name)]
        if len(names) != len(values):
            raise Undecidable("an unusual parameter of a function")
        outer, self.bound = self.bound, self.bound | dict(zip(names, values, strict=True))
        try:
            return self.defined(number)
        finally:
            self.bound = outer

    def chosen(self, name: str, a: Number, b: Number) -> Number:
        """Return the smaller or the larger of two numbers."""
        if isinstance(a, Quotient):
            raise Undecidable(f"a {name}imum that can't be carried out in general")
        return min(a, b) if name == "min" else max(a, b)

    def rounded(self, a: Number) -> Number:
        """Return the nearest whole number."""
        if isinstance(a, Quotient):
            raise Undecidable("rounding that can't be carried out in general")
        return Fraction(round(a))

    def irrational(self, name: str, a: Number) -> Number:
        """Return a root, a logarithm, an exponential: near enough to tell it from a fraction."""
        if isinstance(a, Quotient):
            raise Undecidable(f"a '{name}' of sizes")
        function = {"ln": math.log}.get(name) or getattr(math, name)
        try:
            return Fraction(function(float(a))).limit_denominator(10**6)
        except (ValueError, OverflowError):
            raise Undefined(f"the {name} of {a}") from None

    def other_call(self, node: Call, position: int) -> Number:
        """Return the value of a function that only some formulas know."""
        del position
        raise Unreadable(
            f"the function '{key_of(node.fn)}' is not part of this formula", node.fn.span
        )


def definition(program: Program, key: str, position: int) -> int | None:
    """Return the number of the statement that defines a name, as seen from another."""
    found = [
        number for number, entry in enumerate(program.entries)
        if isinstance(entry.target, Name) and key_of(entry.target) == key and number != position
    ]  # fmt: skip
    if program.is_code:
        found = [number for number in found if number < position]
        return found[-1] if found else None
    found = [number for number in found if number != program.main]
    program.refuse_two_meanings(found)
    return found[0] if found else None
