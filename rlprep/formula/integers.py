"""Indices, limits and exponents: expressions whose value must be a whole number."""

from collections.abc import Mapping
from fractions import Fraction

from rlprep.formula.errors import Undecidable
from rlprep.formula.names import variable_key
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num

MAX_EXPONENT = 64


def integer(node: Node, bound: Mapping[str, int]) -> int:
    """Return the value of an index expression.

    Raises:
        Undecidable: a variable is not bound, or the expression is not whole.
    """
    value = _value(node, bound)
    if value.denominator != 1:
        raise Undecidable("an index is not whole")
    return int(value)


def maybe_integer(node: Node, bound: Mapping[str, int]) -> int | None:
    """Return the value of an index expression, None where it is none."""
    try:
        return integer(node, bound)
    except Undecidable:
        return None


def written_number(node: Node) -> Fraction | None:
    """Return a number that is written in digits, as 0.5 or 10^{-8}; None where it is none."""
    match node:
        case Num(value=value):
            return value
        case Bin(op="^", left=Num(value=base), right=exponent):
            power = maybe_integer(exponent, {})
            return (
                base**power if base and power is not None and abs(power) <= MAX_EXPONENT else None
            )
    return None


def _value(node: Node, bound: Mapping[str, int]) -> Fraction:
    match node:
        case Num(value=value):
            return value
        case Name():
            key = variable_key(node)
            if key is not None and key in bound:
                return Fraction(bound[key])
            raise Undecidable(f"the index {key} is not bound")
        case Neg(x=x):
            return -_value(x, bound)
        case (
            Call(fn=Name(name="len"))
            | Call(fn=Name(name="size"), args=(_, Num(value=0)))
            | Index(x=Call(fn=Name(name="shape" | "size"), args=(_,)), items=(Num(value=0),))
        ) if "T" in bound:
            return Fraction(bound["T"])
        case Bin(op="+", left=left, right=right):
            return _value(left, bound) + _value(right, bound)
        case Bin(op="-", left=left, right=right):
            return _value(left, bound) - _value(right, bound)
        case Bin(op="*", left=left, right=right):
            return _value(left, bound) * _value(right, bound)
        case Bin(op="/", left=left, right=right):
            below = _value(right, bound)
            if not below:
                raise Undecidable("an index divides by zero")
            return _value(left, bound) / below
    raise Undecidable("this is no index")
