"""Puts numbers into a formula that the engine has read: a plain tree walk in float64 NumPy.

It shares nothing with the deciders but the reader, so that a reference of the bank, read by the
engine and evaluated here, can be compared with a kernel that knows nothing of either.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Chain,
    Expect,
    Given,
    Name,
    Neg,
    Node,
    Num,
    Trans,
    Wrap,
)

Numbers = dict[str, Any]
"""What names stand for: numbers, arrays that an index selects from, or functions."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": np.minimum,
    "max": np.maximum,
    "clip": np.clip,
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "floor": np.floor,
}
TRANSPOSED = {"top", "T", "intercal"}
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "/": lambda a, b: a / b,
}


def evaluate(node: Node, numbers: Numbers) -> Any:
    """Return the value of a tree.

    Raises:
        KeyError: a name has no number.
        NotImplementedError: the tree holds something that no reference needs.
    """
    match node:
        case Num(value=value):
            return float(value) if value.denominator > 1 else int(value)
        case Neg(x=x):
            return -evaluate(x, numbers)
        case Bin(op="^", left=left, right=right):
            return _power(evaluate(left, numbers), right, numbers)
        case Bin(op="*" | "@", left=left, right=right):
            return _product(evaluate(left, numbers), evaluate(right, numbers))
        case Bin(op=op, left=left, right=right) if op in OPERATIONS:
            return OPERATIONS[op](evaluate(left, numbers), evaluate(right, numbers))
        case Trans(x=x):
            return np.transpose(evaluate(x, numbers))
        case Name():
            return _named(node, numbers)
        case Call():
            return _called(node, numbers)
        case Big(kind="sum"):
            return sum(evaluate(node.body, numbers | index) for index in _indices(node, numbers))
        case Expect(body=body):
            return np.mean(evaluate(body, numbers))
        case Wrap(kind="floor", x=x):
            return math.floor(evaluate(x, numbers))
        case Given(left=left):
            return evaluate(left, numbers)  # a policy's probabilities are given by the action alone
    raise NotImplementedError(f"{node}")


def _power(base: Any, exponent: Node, numbers: Numbers) -> Any:
    if isinstance(exponent, Name) and exponent.name in TRANSPOSED and not exponent.subs:
        return np.transpose(base)
    power = evaluate(exponent, numbers)
    if np.ndim(base) == 2 and power == -1:
        return np.linalg.inv(base)
    return base**power


def _product(left: Any, right: Any) -> Any:
    """Return the product of two matrices as such (vectors are columns), else entry by entry."""
    if np.ndim(left) == np.ndim(right) == 2 and np.shape(left)[1] == np.shape(right)[0]:
        return left @ right
    if np.ndim(left) == np.ndim(right) == 2 and np.size(left) > 1:
        raise ValueError(f"shapes {np.shape(left)} and {np.shape(right)} don't multiply")
    return left * right


def _label(node: Name) -> str:
    """Return the name with the labels below it: `pi_old` for `pi_{theta_old}` too."""
    below = [*node.subs]
    words = [node.name]
    while below:
        sub = below.pop(0)
        if isinstance(sub, Name):
            words.append(sub.name)
            below.extend(sub.subs)
    return "_".join(words)


def _named(node: Name, numbers: Numbers) -> Any:
    label = _label(node)
    value = numbers.get(label) if label != node.name else None
    if value is None:
        value = numbers[node.name]
        for sub in node.subs:
            index = evaluate(sub, numbers)
            value = _at(value, index)
    for sup in node.sups:
        value = _power(value, sup, numbers)
    return value


def _at(value: Any, index: Any) -> Any:
    return value(index) if callable(value) else value[index]


def _called(node: Call, numbers: Numbers) -> Any:
    """Return a function's value, or the number that the whole call is a name of: `r_t(theta)`."""
    value = numbers.get(_label(node.fn), FUNCTIONS.get(_label(node.fn)))
    if value is None:
        value = numbers[node.fn.name]
    if not callable(value):
        return value
    return value(*(_argument(argument, numbers) for argument in node.args))


def _argument(node: Node, numbers: Numbers) -> Any:
    """Return an argument's number, or the node itself where it only says what is meant: `a|s`."""
    try:
        return evaluate(node, numbers)
    except (NotImplementedError, KeyError):
        return node


def _indices(node: Big, numbers: Numbers) -> list[dict[str, int]]:
    match node.binder:
        case Chain(items=(Name(name=name), bound), ops=("<=",)):
            return [{name: i} for i in range(1, evaluate(bound, numbers) + 1)]
        case Name(name=name):
            return [{name: i} for i in range(numbers["count"])]
    assert isinstance(node.var, Name)
    assert node.lo is not None
    assert node.hi is not None
    is_endless = isinstance(node.hi, Name) and node.hi.name == "inf"
    last = numbers["last"] if is_endless else evaluate(node.hi, numbers)
    return [{node.var.name: i} for i in range(evaluate(node.lo, numbers), last + 1)]
