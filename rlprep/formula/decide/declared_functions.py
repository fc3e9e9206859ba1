"""Functions that a declared formula may call: of numbers, and of vectors to one number."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from rlprep.formula.decide.declared_values import CONTEXT, Value, guarded
from rlprep.formula.errors import Undecidable, Undefined

ONE, ZERO = Decimal(1), Decimal(0)


def _log(x: Decimal) -> Decimal:
    if x <= 0:
        raise Undefined("the logarithm of a number that isn't positive")
    return CONTEXT.ln(x)


def _exp(x: Decimal) -> Decimal:
    return CONTEXT.exp(x)


def _sigmoid(x: Decimal) -> Decimal:
    return CONTEXT.divide(ONE, CONTEXT.add(ONE, CONTEXT.exp(-x)))


def _sqrt(x: Decimal) -> Decimal:
    if x < 0:
        raise Undefined("the root of a negative number")
    return CONTEXT.sqrt(x)


def _tanh(x: Decimal) -> Decimal:
    e = CONTEXT.exp(2 * x)
    return CONTEXT.divide(CONTEXT.subtract(e, ONE), CONTEXT.add(e, ONE))


ELEMENTWISE: dict[str, Callable[..., Decimal]] = {
    "exp": _exp,
    "log": _log,
    "ln": _log,
    "log2": lambda x: CONTEXT.divide(_log(x), _log(Decimal(2))),
    "log_2": lambda x: CONTEXT.divide(_log(x), _log(Decimal(2))),
    "log_10": lambda x: CONTEXT.log10(x) if x > 0 else _log(x),
    "log10": lambda x: CONTEXT.log10(x) if x > 0 else _log(x),
    "log1p": lambda x: _log(CONTEXT.add(ONE, x)),
    "expm1": lambda x: CONTEXT.subtract(CONTEXT.exp(x), ONE),
    "sqrt": _sqrt,
    "abs": CONTEXT.abs,
    "sigmoid": _sigmoid,
    "sigma": _sigmoid,
    "expit": _sigmoid,
    "rsqrt": lambda x: CONTEXT.divide(ONE, _sqrt(x)),
    "logsigmoid": lambda x: _log(_sigmoid(x)),
    "softplus": lambda x: _log(CONTEXT.add(ONE, CONTEXT.exp(x))),
    "relu": lambda x: max(x, ZERO),
    "ReLU": lambda x: max(x, ZERO),
    "tanh": _tanh,
    "sign": lambda x: Decimal((x > 0) - (x < 0)),
    "sgn": lambda x: Decimal((x > 0) - (x < 0)),
    "square": lambda x: CONTEXT.multiply(x, x),
}


def total(x: Value) -> Decimal:
    """Return the sum of all entries."""
    result = ZERO
    for each in np.ravel(x):
        result = CONTEXT.add(result, each)
    return result


def mean(x: Value) -> Decimal:
    """Return the mean of all entries."""
    return CONTEXT.divide(total(x), Decimal(np.size(x)))


def variance(x: Value, unbiased: bool) -> Decimal:
    """Return the variance of all entries, over n, or n - 1 where unbiased."""
    centre = mean(x)
    squares = [CONTEXT.power(CONTEXT.subtract(each, centre), 2) for each in np.ravel(x)]
    count = len(squares) - (1 if unbiased else 0)
    if count < 1:
        raise Undefined("the variance of one number")
    return CONTEXT.divide(total(np.array(squares, dtype=object)), Decimal(count))


def _median(ordered: list[Decimal]) -> Decimal:
    """Return the middle entry, of two the mean."""
    low, high = (len(ordered) - 1) // 2, len(ordered) // 2
    return CONTEXT.divide(CONTEXT.add(ordered[low], ordered[high]), Decimal(2))


def _binary_cross_entropy(p: Value, y: Value) -> Decimal:
    """Return the mean loss of predicted probabilities, as torch has it: the prediction first."""

    def loss(q: Decimal, t: Decimal) -> Decimal:
        hit, miss = CONTEXT.multiply(t, _log(q)), CONTEXT.multiply(ONE - t, _log(ONE - q))
        return CONTEXT.minus(CONTEXT.add(hit, miss))

    return mean(guarded(loss, p, y))


def product(x: Value) -> Decimal:
    """Return the product of all entries."""
    result = ONE
    for each in np.ravel(x):
        result = CONTEXT.multiply(result, each)
    return result


REDUCING: dict[str, Callable[[Value], Decimal]] = {
    "sum": total,
    "mean": mean,
    "avg": mean,
    "average": mean,
    "prod": product,
    "max": lambda x: max(np.ravel(x)),
    "amax": lambda x: max(np.ravel(x)),
    "min": lambda x: min(np.ravel(x)),
    "median": lambda x: _median(sorted(np.ravel(x))),
    "amin": lambda x: min(np.ravel(x)),
    "norm": lambda x: CONTEXT.sqrt(total(guarded(CONTEXT.power, x, Decimal(2)))),
    "logsumexp": lambda x: _log(total(guarded(_exp, x))),
    "LSE": lambda x: _log(total(guarded(_exp, x))),
}
"""Over all entries: a formula of the bank has one axis to reduce."""


def softmax(x: Value) -> Value:
    """Return exponentials of the entries over their sum, along the last axis."""
    exponentials = guarded(_exp, _vector(x))
    return guarded(CONTEXT.divide, exponentials, total(exponentials))


def log_softmax(x: Value) -> Value:
    """Return the logarithm of `softmax`."""
    return guarded(_log, softmax(x))


def _vector(x: Value) -> Value:
    if np.ndim(x) != 1:
        raise Undecidable("a softmax of something that isn't a vector")
    return x


def dot(a: Value, b: Value) -> Value:
    """Return the inner product of two vectors, or the product with a matrix."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return guarded(CONTEXT.multiply, a, b)
    if np.shape(a)[-1] != np.shape(b)[0]:
        raise Undefined("vectors of different lengths")
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return total(guarded(CONTEXT.multiply, a, b))
    if np.ndim(a) == 1:
        return np.array([dot(a, column) for column in np.transpose(b)], dtype=object)
    return np.array([dot(row, b) for row in a], dtype=object)


def applied(name: str, args: list[Value], *, in_code: bool, unbiased: bool) -> Value:
    """Return a function of evaluated arguments.

    Args:
        name: as it is written.
        args: in code, numbers after an array are axes to reduce, of which there is one.
        in_code: whether the formula is code.
        unbiased: whether a variance divides by n - 1.

    Raises:
        Undecidable: no such function is known.
    """
    arrays = [arg for arg in args if np.ndim(arg)]
    is_axis = len(arrays) == 1 and np.ndim(args[0]) and in_code and name in {"max", "min"}
    match name:
        case "max" | "min" | "maximum" | "minimum" if len(args) > (2 if is_axis else 1):
            choose = max if name.startswith("max") else min
            return guarded(lambda *each: choose(each), *args)
        case "clip" | "clamp" if len(args) == 3:
            return guarded(lambda x, lo, hi: min(max(x, lo), hi), *args)
        case "where" if len(args) == 3:
            return guarded(lambda c, a, b: a if c else b, *args)
        case "add" | "subtract" | "multiply" | "divide" if len(args) == 2:
            return guarded(getattr(CONTEXT, name), *args)
        case "layer_norm" if len(args) == 5:  # x, its shape, gain, offset, epsilon
            spread = guarded(_sqrt, CONTEXT.add(variance(args[0], False), args[4]))
            centred = guarded(CONTEXT.subtract, args[0], mean(args[0]))
            scaled = guarded(CONTEXT.divide, centred, spread)
            return guarded(CONTEXT.add, guarded(CONTEXT.multiply, scaled, args[2]), args[3])
        case "dot" | "inner" | "matmul" | "vdot" if len(args) == 2:
            return dot(*args)
        case "binary_cross_entropy" if len(args) == 2:
            return _binary_cross_entropy(*args)
        case "binary_cross_entropy_with_logits" if len(args) == 2:
            return _binary_cross_entropy(guarded(_sigmoid, args[0]), args[1])
        case "softmax" | "Softmax" | "SoftMax" if args:
            return softmax(args[0])
        case "log_softmax" | "logsoftmax" if args:
            return log_softmax(args[0])
        case "std" | "Std" | "var" | "Var" if args:
            found = variance(args[0], unbiased)
            return CONTEXT.sqrt(found) if name.lower() == "std" else found
        case "size" | "len" | "numel" | "shape" if args:
            return Decimal(np.size(args[0]))
        case "ones" if len(args) == 1 and in_code:
            if np.ndim(args[0]):
                raise Undecidable("ones of several axes")
            return np.array([ONE] * int(args[0]), dtype=object)
        case "ones" if len(args) == 1:
            return args[0]  # an indicator
        case "float" | "int" if len(args) == 1:
            return args[0]
        case "pow" | "power" if len(args) == 2:
            return guarded(CONTEXT.power, *args)
    if name in ELEMENTWISE and len(args) == 1:
        return guarded(ELEMENTWISE[name], args[0])
    if name in REDUCING and args:
        return REDUCING[name](args[0])
    raise Undecidable(f"the function '{name}' is not known here")
