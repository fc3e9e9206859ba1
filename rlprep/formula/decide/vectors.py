"""Vectors and square matrices in float64: products, roots, inverses, solves, as maths and as code.

In mathematics vectors are columns and juxtaposition is the matrix product; in code they are flat
and `*` is elementwise. Shapes that don't meet have no value, and say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rlprep.formula.decide.effort import spend
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.integers import written_number
from rlprep.formula.names import labels_of
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Span, Trans, Wrap

Array = np.ndarray
TINY = Fraction(1, 100)
PRODUCTS = {"matmul", "dot", "inner", "mm", "mv", "vdot", "bmm"}
SOLVES = {"solve", "cg", "conjugate_gradient", "conjugate_gradients", "cho_solve", "conj_grad",
          "conjugate_grad", "lstsq"}  # fmt: skip
OPERATORS = {"Fvp", "fvp", "hvp", "Hvp", "Hx", "Fx", "Ax", "Avp", "mvp", "FVP", "HVP", "get_Ax",
             "f_Ax",
             "fisher_vector_product", "hessian_vector_product", "fisher_product",
             "compute_fvp", "F", "H", "A"}  # fmt: skip
"""Names of the product of the matrix with a vector."""

ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "sqrt": np.sqrt, "abs": np.abs, "square": np.square, "rsqrt": lambda x: 1 / np.sqrt(x),
    "float": lambda x: x, "tensor": lambda x: x, "array": lambda x: x, "neg": np.negative,
    "reciprocal": lambda x: 1 / x, "exp": np.exp, "log": np.log,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draw:
    """The vectors g and theta (flat or as columns), the positive definite H, the bound delta."""

    g: Array
    theta: Array
    hessian: Array
    bound: float
    is_code: bool


class Vectors:
    """Evaluates the expressions of one program on one draw; a family adds its names."""

    def __init__(self, program: Program, draw: Draw) -> None:
        self.program = program
        self.draw = draw
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.depth = 0

    def plain_name(self, node: Name, position: int) -> Array | float:
        """Return the value of a name without its powers."""
        raise NotImplementedError

    def evaluate(self, node: Node, position: int) -> Array:
        """Return the value of a node as an array."""
        spend()
        self.depth += 1
        if self.depth > 250:
            raise Undecidable("definitions refer to each other without end")
        try:
            with np.errstate(all="ignore"):
                return np.asarray(self._evaluate(node, position), dtype=float)
        except (ValueError, IndexError, np.linalg.LinAlgError) as error:
            raise Undefined(f"the shapes don't fit: {error}") from None
        finally:
            self.depth -= 1

    def _evaluate(self, node: Node, position: int) -> Array | float:
        match node:
            case Num(value=value):
                return float(value)
            case Neg(x=x):
                return -self.evaluate(x, position)
            case Bin(op="^"):
                return self._power(node, position)
            case Bin():
                return self._binary(node, position)
            case Name():
                return self._name(node, position)
            case Call():
                return self._call(node, position)
            case Trans(x=x):
                return self.evaluate(x, position).T
            case Index(x=x):
                return self.evaluate(x, position)
            case Wrap(kind="norm", x=x):
                return float(np.linalg.norm(self.evaluate(x, position)))
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def _binary(self, node: Bin, position: int) -> Array:
        try:
            left = self.evaluate(node.left, position)
        except Undefined:
            if node.op != "*" or not isinstance(node.left, Bin) or node.left.op != "cdot":
                raise
            # a . b c is a . (b c) where (a . b) c has no shape
            rest = Bin(node.span, "*", node.left.right, node.right)
            return self._binary(Bin(node.span, "cdot", node.left.left, rest), position)
        for added, other in ((node.right, node.left), (node.left, node.right)):
            tiny = written_number(added) if node.op == "+" else None
            if tiny is not None and 0 < tiny < TINY:
                self.remarks.add("the small number that keeps a denominator from 0 is left out")
                return self.evaluate(other, position)
        right = self.evaluate(node.right, position)
        match node.op:
            case "+" | "-":
                if left.shape != right.shape and left.ndim and right.ndim:
                    raise Undefined(f"a {_shape(left)} and a {_shape(right)} are added")
                return left + right if node.op == "+" else left - right
            case "*" | "cdot" if self.draw.is_code:
                return left * right
            case "*" | "cdot" | "@":
                return self._product(left, right, dotted=node.op != "*")
            case "/":
                return left / (right.reshape(()) if right.size == 1 else right)
        raise Undecidable(f"'{node.op}' has no meaning here")

    def _product(self, left: Array, right: Array, *, dotted: bool) -> Array:
        if dotted and left.shape == right.shape and left.size == max(left.shape, default=1) > 1:
            return np.asarray((left * right).sum())
        if (left.size == 1 or right.size == 1) and not self.draw.is_code:
            scalar, other = (left, right) if left.size == 1 else (right, left)
            return float(scalar.reshape(())) * other
        if left.ndim == 0 or right.ndim == 0 or left.shape[-1] != right.shape[0]:
            raise Undefined(f"a {_shape(left)} times a {_shape(right)}: the inner sizes differ")
        return left @ right

    def _power(self, node: Bin, position: int) -> Array:
        base = self.evaluate(node.left, position)
        if is_transpose(node.right):
            return base.T
        exponent = self.evaluate(node.right, position)
        if exponent.size != 1:
            raise Undecidable("an exponent that is no number")
        return self._raised(base, exponent.item())

    def _raised(self, base: Array, power: float) -> Array:
        if base.ndim == 2 and base.size > 1 and base.shape[0] == base.shape[1]:
            if power == -1:
                return np.linalg.inv(base)
            if not np.allclose(base, base.T):
                raise Undecidable("a power of a matrix that is not symmetric")
            values, vectors = np.linalg.eigh(base)
            return (vectors * values**power) @ vectors.T
        return base**power

    def _name(self, node: Name, position: int) -> Array:
        kept = tuple(s for s in node.sups if not is_transpose(s))
        plain = Name(node.span, node.name, node.subs, kept, node.primes, node.mark)
        value = np.asarray(self.plain_name(plain, position), dtype=float)
        for sup in node.sups:
            if is_transpose(sup):
                value = value.T
            elif (power := _number(sup)) is not None:
                value = self._raised(value, power)
        return value

    def _call(self, node: Call, position: int) -> Array | float:
        name = "_".join((node.fn.name, *labels_of(node.fn)))
        values = [self.evaluate(a, position) for a in self._arguments(node, name)]
        if not values:
            raise Unreadable(f"{name} needs an argument", node.span)
        match name, len(values):
            case _, 1 if name in ELEMENTWISE:
                return ELEMENTWISE[name](values[0])
            case _, 2 if name in PRODUCTS:
                return _matmul(*values)
            case _, 2 if name in SOLVES:
                return np.linalg.solve(values[0], values[1])
            case (("inv" | "inverse" | "pinv"), 1):
                return np.linalg.inv(values[0])
            case ("norm", 1):
                return float(np.linalg.norm(values[0]))
            case ("sum", 1 | 2):  # of a flat vector, whatever axis is named
                return float(values[0].sum())
            case ("transpose" | "t", _):
                return values[0].T
            case _, 1 if name in OPERATORS:
                return self.draw.hessian @ values[0]
        if len(name) == 1 and len(values) == 1:
            factor = np.asarray(self.plain_name(node.fn, position), dtype=float)
            return self._product(factor, values[0], dotted=False)
        raise Unreadable(f"the function '{name}' is not part of this formula", node.fn.span)

    def _arguments(self, node: Call, name: str) -> list[Node]:
        """Return the arguments; a solver's operator may be the name of its product."""
        args = list(node.args)
        if name in SOLVES and args and isinstance(args[0], Name):
            first = "_".join((args[0].name, *labels_of(args[0])))
            if first in OPERATORS:
                args[0] = Name(args[0].span, "H")
        return args


def _matmul(left: Array, right: Array) -> Array:
    """Multiply as code does; two vectors of one shape give their inner product."""
    if left.shape == right.shape and left.size == max(left.shape, default=1):
        return left.ravel() @ right.ravel()
    return left @ right


def is_transpose(node: Node) -> bool:
    """Whether a superscript is a transpose."""
    return isinstance(node, Name) and node.name in {"T", "top", "t", "intercal", "dagger"}


def _number(node: Node) -> float | None:
    """Return the value of a power that is written as a number."""
    match node:
        case Num(value=value):
            return float(value)
        case Neg(x=x):
            inner = _number(x)
            return None if inner is None else -inner
        case Bin(op="/", left=left, right=right):
            above, below = _number(left), _number(right)
            return above / below if above is not None and below else None
    return None


def _shape(array: Array) -> str:
    return "number" if array.ndim == 0 else f"{'×'.join(map(str, array.shape))} array"
