"""Values of declared quantities in a few worlds, in decimal arithmetic of many digits.

A number is a `Decimal`, a vector or matrix a NumPy array of them. Indices of a world count from 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from rlprep.formula.errors import Undefined
from rlprep.formula.notation import Notation, Quantity

DIGITS = 50
CONTEXT = Context(
    prec=DIGITS, Emax=10**6, Emin=-(10**6), traps=[DivisionByZero, InvalidOperation, Overflow]
)
LENGTHS = (3, 2, 4, 5)
"""The lengths of all axes, world by world; axes of one world differ where there are several."""

Value = Any
"""A Decimal, or an object array of them."""


@dataclass(frozen=True)
class World:
    """One assignment of all quantities.

    Attributes:
        lengths: by size.
        values: by the first spelling of each quantity.
    """

    lengths: dict[str, int]
    values: dict[str, Value]


def worlds(notation: Notation) -> list[World]:
    """Return the worlds in which formulas are compared, always the same ones."""
    return [_world(notation, number) for number in range(len(LENGTHS))]


def _world(notation: Notation, number: int) -> World:
    random = Random(number)
    sizes = [name for name, _ in notation.sizes]
    lengths = {name: LENGTHS[number] + k for k, name in enumerate(sizes)}
    return World(
        lengths, {each.spellings[0]: _drawn(each, lengths, random) for each in notation.quantities}
    )


def _drawn(quantity: Quantity, lengths: dict[str, int], random: Random) -> Value:
    shape = tuple(lengths[axis] for axis in quantity.axes)
    array = np.empty(shape, dtype=object)
    rows = array.reshape(-1, shape[-1]) if shape else array.reshape(1, 1)
    for row in rows:
        row[:] = _row(quantity, len(row), lengths, random)
    return array if shape else array[()]


def _row(quantity: Quantity, size: int, lengths: dict[str, int], random: Random) -> list[Decimal]:
    """Return values of few digits, so that a counterexample can be read."""
    match quantity.domain:
        case "positive":
            return [Decimal(random.randint(2, 30)) / 10 for _ in range(size)]
        case "probability":
            return [Decimal(random.randint(1, 19)) / 20 for _ in range(size)]
        case "binary":
            # both values occur where there is room for them
            bits = [k % 2 for k in range(size)] if size > 1 else [random.randint(0, 1)]
            random.shuffle(bits)
            return [Decimal(bit) for bit in bits]
        case "one_hot":
            hot = random.randrange(size)
            return [Decimal(int(k == hot)) for k in range(size)]
        case "index":
            return [Decimal(random.randint(1, lengths[quantity.of])) for _ in range(size)]
        case "distribution":
            parts = [random.randint(1, 9) for _ in range(size)]
            return [CONTEXT.divide(Decimal(part), Decimal(sum(parts))) for part in parts]
    return [Decimal(random.choice([-1, 1]) * random.randint(2, 25)) / 10 for _ in range(size)]


def exact(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of many digits."""
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def guarded(function: Callable[..., Any], *operands: Value) -> Value:
    """Apply a function of numbers elementwise.

    Raises:
        Undefined: it has no value there, or the shapes don't fit.
    """
    try:
        if any(isinstance(each, np.ndarray) for each in operands):
            return np.frompyfunc(function, len(operands), 1)(*operands)
        return function(*operands)
    except DivisionByZero:
        raise Undefined("a division by zero") from None
    except (InvalidOperation, Overflow):
        raise Undefined("a number that is undefined or too large") from None
    except ValueError:
        raise Undefined("vectors of different lengths") from None


def agree(a: Value, b: Value) -> bool:
    """Tell whether two values are equal up to the rounding of their last digits."""
    if np.shape(a) != np.shape(b):
        return False
    pairs = zip(np.ravel(a), np.ravel(b), strict=True)
    return all(_close(x, y) for x, y in pairs)


def _close(a: Decimal, b: Decimal) -> bool:
    scale = max(abs(a), abs(b), Decimal(1).scaleb(-12))
    return CONTEXT.abs(CONTEXT.subtract(a, b)) <= scale.scaleb(12 - DIGITS)


def shown(value: Value) -> str:
    """Return a value as a witness shows it."""
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(shown(each) for each in value) + "]"
    rounded = Context(prec=6).plus(value)
    return format(rounded.normalize(Context(prec=6)), "f" if abs(rounded.adjusted()) < 7 else "g")
