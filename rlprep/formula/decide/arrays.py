"""Matrices, vectors and code on arrays, evaluated in float64 with pairwise different dimensions.

In mathematics juxtaposition is the matrix product and q_i a column (or a row: both conventions are
tried); in code `*` is elementwise and shapes broadcast. A product whose shapes don't meet raises
`ShapeMismatch`, which is itself the witness against a formula.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from rlprep.formula.decide.effort import spend
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.integers import integer, maybe_integer
from rlprep.formula.names import indices_of, labels_of, variable_key
from rlprep.formula.program import Program, key_of
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
    Slice,
    Span,
    Sub,
    Trans,
    Wrap,
    walk,
)

Array = np.ndarray
Env = dict[str, int]


class ShapeMismatch(Undefined):
    """Two shapes that don't meet, in words."""


@dataclass(frozen=True, slots=True)
class Room:
    """The arrays and numbers of one evaluation.

    Attributes:
        matrices: Q [n, d], K [m, d], V [m, e] (with leading axes when code is batched).
        numbers: d, n, m, e and other scalars.
        vectors: named vectors and square matrices (g, theta, H).
        feature: the feature map, elementwise.
        layout: 'column' or 'row' for the vectors q_i of mathematics, 'code' for arrays.
        is_loop: whether code handles one token at a time.
    """

    matrices: dict[str, Array]
    numbers: dict[str, float]
    vectors: dict[str, Array]
    feature: Callable[[Array], Array]
    layout: str
    is_loop: bool = False


ROLES = {
    "q": "Q", "query": "Q", "queries": "Q", "qs": "Q", "k": "K", "key": "K", "keys": "K", "ks": "K",
    "v": "V", "value": "V", "values": "V", "vs": "V", "val": "V", "vals": "V",
}  # fmt: skip
FEATURES = {"phi", "psi", "varphi", "feature_map", "phi_q", "phi_k", "featuremap", "fmap", "Phi",
            "feature", "kernel", "elu_feature_map", "kernel_fn", "nonlinearity",
            "feat"}  # fmt: skip
TINY = Fraction(1, 100)


class Arrays:
    """Evaluates the expressions of one program in one room."""

    def __init__(self, program: Program, room: Room, subject: str) -> None:
        self.program = program
        self.room = room
        self.subject = subject
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.before_first = False
        self.depth = 0
        self.sums: list[tuple[str, range]] = []
        self.loop: dict[str, Array] = {}

    # -- expressions --------------------------------------------------------------------------

    def evaluate(self, node: Node, env: Env, position: int) -> Array:
        """Return the value of a node as an array."""
        spend()
        self.depth += 1
        if self.depth > 250:
            raise Undecidable("definitions refer to each other without end")
        try:
            with np.errstate(all="ignore"):
                value = np.asarray(self._evaluate(node, env, position), dtype=float)
        except (ValueError, IndexError) as error:
            raise ShapeMismatch(f"the shapes don't fit: {error}") from None
        finally:
            self.depth -= 1
        if value.size > 10**5:
            raise Undecidable("an array grows too large")
        return value

    def _evaluate(self, node: Node, env: Env, position: int) -> Array | float:
        match node:
            case Num(value=value):
                return float(value)
            case Neg(x=x):
                return -self.evaluate(x, env, position)
            case Bin():
                return self.binary(node, env, position)
            case Name():
                return self.name(node, env, position)
            case Call():
                return self.call(node, env, position)
            case Trans(x=x):
                return self.transposed(self.evaluate(x, env, position))
            case Index(x=x, items=items):
                return self.index(x, items, env, position)
            case Big():
                return self.big(node, env, position)
            case Sub(x=x, sub=sub):
                return self.subscripted(x, sub, env, position)
            case Wrap(kind="norm", x=x):
                return float(np.linalg.norm(self.evaluate(x, env, position)))
            case Wrap(kind="abs", x=x):
                return np.abs(self.evaluate(x, env, position))
            case Cases(rows=rows):
                return self.cases(rows, env, position)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, node: Bin, env: Env, position: int) -> Array | float:
        """Apply a binary operation."""
        if node.op == "^":
            return self.power(node, env, position)
        left = self.evaluate(node.left, env, position)
        if node.op in {"*", "cdot"} and self._is_ones(node.right, left):
            return left @ np.ones((left.shape[-1], 1))
        if node.op == "+" and (tiny := self._tiny(node, env, position)) is not None:
            return tiny
        right = self.evaluate(node.right, env, position)
        match node.op:
            case "+" | "-":
                return self.sum(node.op, left, right)
            case "*" | "cdot":
                if node.op == "cdot" and left.shape == right.shape and left.size > 1 and (
                    1 in left.shape
                ):  # fmt: skip
                    return float((left * right).sum())  # the dot product of two vectors
                return self.product(left, right)
            case "otimes":
                return np.outer(left, right)
            case "@":
                if self.room.layout != "code":
                    return self.product(left, right)
                return self.matmul(left, right)
            case "/":
                return self.quotient(left, right)
            case "//" if left.ndim == 0 and right.ndim == 0:
                return float(left // right)
        raise Undecidable(f"'{node.op}' has no meaning here")

    def _tiny(self, node: Bin, env: Env, position: int) -> Array | None:
        """A stabiliser such as 1e-8 is accepted, noted and left out."""
        for small, other in ((node.right, node.left), (node.left, node.right)):
            named = isinstance(small, Name) and small.name in {"eps", "epsilon"} and (
                self.program.definition(small, position) is None)  # fmt: skip
            if named or (isinstance(small, Num) and 0 < small.value < TINY):
                self.remarks.add("the small number that keeps a denominator from 0 is left out")
                return self.evaluate(other, env, position)
        return None

    def _is_ones(self, node: Node, left: Array) -> bool:
        """Whether a factor 1 after a matrix is the vector of ones."""
        is_one = (isinstance(node, Num) and node.value == 1) or (
            isinstance(node, Name) and node.name in {"ones"}
        )
        return is_one and left.ndim == 2 and left.size > 1 and (
            self.room.layout != "code" or isinstance(node, Name))  # fmt: skip

    def sum(self, op: str, left: Array, right: Array) -> Array:
        """Add or subtract; in mathematics the shapes must be the same."""
        if self.room.layout != "code" and left.shape != right.shape and left.ndim and right.ndim:
            if left.size == right.size == 1:
                left, right = left.reshape(()), right.reshape(())
            else:
                raise ShapeMismatch(f"a {_shape(left)} and a {_shape(right)} cannot be added")
        return left + right if op == "+" else left - right

    def product(self, left: Array, right: Array) -> Array:
        """Juxtaposition: the matrix product of mathematics, `*` of code."""
        if self.room.layout == "code":
            return left * right
        if left.size == 1 or right.size == 1:
            if left.ndim == 2 and right.ndim == 2 and left.shape[1] == right.shape[0]:
                return left @ right
            scalar, other = (left, right) if left.size == 1 else (right, left)
            return float(scalar.reshape(())) * other
        if left.shape[-1] != right.shape[0]:
            raise ShapeMismatch(f"a {_shape(left)} times a {_shape(right)}: the inner sizes differ")
        return left @ right

    def matmul(self, left: Array, right: Array) -> Array:
        """Multiply as `@` does in code."""
        if left.ndim == 0 or right.ndim == 0:
            raise ShapeMismatch("a matrix product with a number")
        try:
            return left @ right
        except ValueError:
            raise ShapeMismatch(f"a {_shape(left)} times a {_shape(right)}: the inner sizes differ"
                                ) from None  # fmt: skip

    def quotient(self, left: Array, right: Array) -> Array:
        """Divide, row by row where a column of normalisers divides a matrix."""
        if self.room.layout != "code" and right.size == 1:
            right = right.reshape(())
        if self.room.layout != "code" and right.ndim == 2:
            if right.shape[1] == 1 and left.ndim == 2 and left.shape[0] == right.shape[0]:
                return left / right  # row by row
            if right.shape != left.shape:
                raise ShapeMismatch(f"a {_shape(left)} divided by a {_shape(right)}")
        return left / right

    def power(self, node: Bin, env: Env, position: int) -> Array | float:
        """Raise to a power."""
        exponent = node.right
        if _is_transpose(exponent):
            return self.transposed(self.evaluate(node.left, env, position))
        if isinstance(node.left, Name) and node.left.name == "e":
            return np.exp(self.evaluate(exponent, env, position))
        base = self.evaluate(node.left, env, position)
        if isinstance(exponent, Neg) and isinstance(exponent.x, Name) and _is_transpose(exponent.x):
            return np.linalg.inv(base).T
        power = float(self.evaluate(exponent, env, position))
        return self.raised(base, power)

    def raised(self, base: Array, power: float) -> Array:
        """Raise an array: -1 inverts a square matrix of mathematics."""
        if base.ndim == 2 and base.size > 1 and self.room.layout != "code":
            if power == -1 and base.shape[0] == base.shape[1]:
                return np.linalg.inv(base)
            raise Undecidable("a power of a matrix")
        return base**power

    def transposed(self, value: Array) -> Array:
        """Exchange the last two axes."""
        return np.swapaxes(value, -1, -2) if value.ndim >= 2 else value

    # -- names --------------------------------------------------------------------------------

    def name(self, node: Name, env: Env, position: int) -> Array | float:
        """Return the value of a name."""
        key = variable_key(node)
        if key in env:
            return float(env[key])
        if node.name == "e" and len(node.sups) == 1 and not node.subs:
            return np.exp(self.evaluate(node.sups[0], env, position))
        plain, transposed, power = _split_powers(node)
        value = self.plain_name(plain, env, position)
        array = np.asarray(value, dtype=float)
        if power is not None:
            array = self.raised(array, power)
        return self.transposed(array) if transposed else array

    def plain_name(self, node: Name, env: Env, position: int) -> Array | float:
        """Return the value of a name without its powers."""
        if node.name == "ones":
            return np.ones((self.room.matrices["K"].shape[-2], 1))
        found = self.user_defined(node, env, position)
        if found is not None:
            return found
        lowered = "_".join((node.name, *labels_of(node))).lower()
        if node.name in self.room.vectors:
            return self.room.vectors[node.name]
        role = self.role(node)
        if role is not None:
            return self.token(role, node, env)
        number = self.room.numbers.get(lowered, self.room.numbers.get("".join(
            (node.name, *labels_of(node)))))  # fmt: skip
        if number is not None:
            return number
        if node.name in {"I"}:
            return np.eye(self.room.matrices["K"].shape[-2])
        self.unknown.setdefault(lowered, node.span)
        return 1.7 + 0.1 * (sum(map(ord, lowered)) % 17)

    def role(self, node: Name) -> str | None:
        """Return Q, K or V for a name that stands for one."""
        if node.name in {"Q", "K", "V"}:
            return node.name
        return ROLES.get(node.name.lower())

    def token(self, role: str, node: Name, env: Env) -> Array:
        """Return a whole matrix, or the vector of one token as the layout has it."""
        matrix = self.room.matrices[role]
        place = next(
            (v for i in indices_of(node) if (v := maybe_integer(i, env)) is not None), None
        )
        if place is None:
            if self.room.is_loop:
                return matrix[env["@"] - 1]
            if node.subs and self.room.layout != "code":
                raise Undecidable(f"the index of {node.name} is not known")
            return matrix
        return self.at(matrix, place)

    def at(self, matrix: Array, place: int) -> Array:
        """Return the vector of one token, counted from 1, as the layout has it."""
        if not 1 <= place <= matrix.shape[-2]:
            raise Undefined("an index beyond the last token")
        row = matrix[..., place - 1, :]
        if self.room.layout == "code":
            return row
        return row[:, None] if self.room.layout == "column" else row[None, :]

    def user_defined(self, node: Name, env: Env, position: int) -> Array | None:
        """Return the value of a definition of the input, following recursions to their start."""
        key = key_of(node)
        if self.room.is_loop:
            return self.looped(node, env, position)
        numbers = [i for i, e in enumerate(self.program.entries) if e.key == key]
        earlier = [i for i in numbers if i < position]
        if self.program.is_code:
            if not earlier:
                return None
            return self.evaluate(self.program.entries[earlier[-1]].values[-1], env, earlier[-1])
        numbers = [i for i in numbers if i != self.program.main]
        if not numbers:
            return None
        entry = self.program.entries[numbers[-1]]
        for number in numbers:
            if not self.program.entries[number].is_constant:
                entry = self.program.entries[number]
                position = number
                break
        inner = dict(env)
        target = entry.target
        parameters = indices_of(target) if isinstance(target, Name) else ()
        uses = indices_of(node)
        recursive = key in entry.uses
        for parameter, use in zip(parameters, uses, strict=False):
            place = maybe_integer(use, env)
            if place is None:
                raise Undecidable("the index of a definition is not known")
            if recursive and place < 1:
                return self.nothing(parameter, entry.values[-1], env, position)
            name = parameter
            shift = 0
            if isinstance(parameter, Bin) and isinstance(parameter.right, Num):
                name = parameter.left
                shift = int(parameter.right.value) * (1 if parameter.op == "+" else -1)
            variable = variable_key(name)
            if variable is not None:
                inner[variable] = place - shift
        if recursive and not parameters:
            raise Undecidable(f"{node.name} is defined by itself")
        try:
            return self.evaluate(entry.values[-1], inner, position)
        except Undecidable:
            if self.role(node) is not None:
                return None  # Q = X W_Q: the projection does not matter
            raise

    def nothing(self, parameter: Node, value: Node, env: Env, position: int) -> Array:
        """The state before the first token: zeros of the shape that it has after it."""
        variable = variable_key(parameter)
        if self.before_first or variable is None:
            return np.asarray(0.0)
        self.before_first = True
        try:
            return np.zeros_like(self.evaluate(value, {**env, variable: 1}, position))
        finally:
            self.before_first = False

    def looped(self, node: Name, env: Env, position: int) -> Array | None:
        """In a loop over tokens a name holds what the last line that assigned it gave."""
        key = key_of(node)
        if key in self.loop:
            return self.loop[key]
        if any(e.key == key for e in self.program.entries):
            return np.asarray(0.0)
        return None

    # -- functions ------------------------------------------------------------------------------

    def call(self, node: Call, env: Env, position: int) -> Array | float:
        """Apply a function."""
        from rlprep.formula.decide.array_functions import apply

        name = "_".join((node.fn.name, *(w for w in labels_of(node.fn) if w not in {"T", "top"})))
        plain, transposed, power = _split_powers(node.fn)
        value = None
        defined = self.program.definition(plain, position)
        if defined is not None and isinstance(self.program.entries[defined].target, Call):
            value = self.applied(defined, node, env)
        if value is None and (name in FEATURES or node.fn.name in {"phi", "psi", "Phi"}):
            value = self.room.feature(self.evaluate(node.args[0], env, position))
        if value is None:
            value = apply(self, Call(node.span, plain, node.args, node.kwargs), name, env, position)
        if value is None and plain.name not in FEATURES and len(node.args) == 1 and len(name) == 1:
            value = self.product(np.asarray(self.plain_name(plain, env, position), dtype=float),
                                 self.evaluate(node.args[0], env, position))  # fmt: skip
        if value is None:
            raise Unreadable(f"the function '{name}' is not part of this formula", node.fn.span)
        array = np.asarray(value, dtype=float)
        if power is not None:
            array = self.raised(array, power)
        return self.transposed(array) if transposed else array

    def applied(self, number: int, node: Call, env: Env) -> Array | None:
        """Apply a function that the input defines: `phi(x) = elu(x) + 1`."""
        entry = self.program.entries[number]
        target = entry.target
        assert isinstance(target, Call)
        if len(target.args) != len(node.args):
            return None
        saved = self.room
        vectors = dict(self.room.vectors)
        for parameter, argument in zip(target.args, node.args, strict=True):
            if not isinstance(parameter, Name):
                return None
            vectors[parameter.name] = self.evaluate(argument, env, self.program.main)
        self.room = Room(saved.matrices, saved.numbers, vectors, saved.feature, saved.layout,
                         saved.is_loop)  # fmt: skip
        try:
            return self.evaluate(entry.values[-1], env, number)
        finally:
            self.room = saved

    def subscripted(self, x: Node, sub: Node, env: Env, position: int) -> Array | float:
        """`softmax(X)_{col}`, `(QK^T)_{ij}`."""
        words = {n.name for n in walk(sub) if isinstance(n, Name)}
        if isinstance(x, Call) and x.fn.name.lower() == "softmax" and any(
            w.startswith("col") for w in words
        ):  # fmt: skip
            value = self.evaluate(x.args[0], env, position)
            return softmax(value, -2)
        if words & {"row", "rows"}:
            return self.evaluate(x, env, position)
        raise Undecidable("a subscript that is not known here")

    def index(self, x: Node, items: tuple[Node, ...], env: Env, position: int) -> Array | float:
        """Index an array."""
        if isinstance(x, Call) and x.fn.name == "shape":
            shape = self.evaluate(x.args[0], env, position).shape
            return float(shape[integer(items[0], {})])
        value = self.evaluate(x, env, position)
        picks: list[Any] = []
        for item in items:
            match item:
                case Slice(lo=None, hi=None):
                    picks.append(slice(None))
                case Slice(lo=lo, hi=hi):
                    first = integer(lo, env) if lo is not None else None
                    last = integer(hi, env) if hi is not None else None
                    picks.append(slice(first, last))
                case Name(name="None"):
                    picks.append(None)
                case Name() if self.room.is_loop and variable_key(item) not in env:
                    return value
                case _:
                    picks.append(integer(item, env))
        if self.room.layout != "code" and len(picks) == 1 and isinstance(picks[0], int):
            return self.at(value, picks[0])
        return value[tuple(picks)]

    # -- sums -----------------------------------------------------------------------------------

    def big(self, node: Big, env: Env, position: int) -> Array | float:
        """Evaluate a sum over tokens."""
        if node.kind not in {"sum", "range"}:
            raise Undecidable("only sums are evaluated here")
        key = variable_key(node.var) if node.var is not None else None
        if key is None:
            raise Undecidable("a sum without an index")
        span = self.range_of(node, key, env, position)
        self.sums.append((key, span))
        total: Array | None = None
        for place in span:
            term = self.evaluate(node.body, {**env, key: place}, position)
            total = term if total is None else self.sum("+", total, term)
        self.sums.pop()
        if total is None:  # an empty sum has the shape of its terms
            return np.zeros_like(self.evaluate(node.body, {**env, key: 1}, position))
        return total

    def range_of(self, node: Big, key: str, env: Env, position: int) -> range:
        """Return the tokens that a sum runs over, counted from 1."""
        size = self._size(node, key)
        lo, hi, strict = node.lo, node.hi, 0
        match node.binder:
            case Chain(items=(_, high), ops=("<=" | "<" as op,)):
                hi, strict = high, int(op == "<")
            case Chain(items=(low, _, high), ops=("<=" | "<", "<=" | "<" as op)):
                lo, hi, strict = low, high, int(op == "<")
        first = maybe_integer(lo, env) if lo is not None else 1
        first = 1 if first is None or (first == 0 and not env.get(key)) else first
        if hi is None:
            return range(first, size + 1)
        last = maybe_integer(hi, env)
        if last is None:
            return range(first, size + 1)  # N, n, T, L: all of them
        return range(first, min(last - strict, size) + 1)

    def _size(self, node: Big, key: str) -> int:
        for part in walk(node.body):
            if isinstance(part, Name) and self.role(part) == "Q" and any(
                variable_key(i) == key for i in indices_of(part)
            ):  # fmt: skip
                return self.room.matrices["Q"].shape[-2]
        return self.room.matrices["K"].shape[-2]

    def cases(self, rows: tuple[tuple[Node, Node | None], ...], env: Env, position: int) -> Array:
        """Cases over indices, as in a causal mask; elementwise conditions as `where`."""
        for value, condition in rows:
            if condition is None:
                return self.evaluate(value, env, position)
            match condition:
                case Chain(items=(left, right), ops=(op,)):
                    a = maybe_integer(left, env)
                    b = maybe_integer(right, env)
                    if a is None or b is None:
                        return self._elementwise(rows, env, position)
                    if {"<=": a <= b, "<": a < b, ">=": a >= b, ">": a > b, "=": a == b}[op]:
                        return self.evaluate(value, env, position)
        raise Undefined("no case applies")

    def _elementwise(
        self, rows: tuple[tuple[Node, Node | None], ...], env: Env, position: int
    ) -> Array:
        result: Array | None = None
        for value, condition in reversed(rows):
            branch = self.evaluate(value, env, position)
            if result is None or condition is None:
                result = branch
                continue
            if not isinstance(condition, Chain) or len(condition.items) != 2:
                raise Undecidable("a condition that is not known here")
            left, right = (self.evaluate(i, env, position) for i in condition.items)
            op = {"<=": np.less_equal, "<": np.less, ">=": np.greater_equal, ">": np.greater}
            result = np.where(op[condition.ops[0]](left, right), branch, result)
        assert result is not None
        return result


def softmax(x: Array, axis: int) -> Array:
    """Return the softmax along an axis."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _is_transpose(node: Node) -> bool:
    return isinstance(node, Name) and node.name in {"T", "top", "t", "intercal", "prime", "dagger"}


def _split_powers(node: Name) -> tuple[Name, bool, float | None]:
    """Return a name without its transpose and its power, and what they were."""
    transposed, power, kept = False, None, []
    for sup in node.sups:
        match sup:
            case Name() if _is_transpose(sup):
                transposed = True
            case Num(value=value):
                power = float(value)
            case Neg(x=Num(value=value)):
                power = -float(value)
            case Bin(op="/", left=Num(value=above), right=Num(value=below)) if below:
                power = float(above / below)
            case Neg(x=Bin(op="/", left=Num(value=above), right=Num(value=below))) if below:
                power = -float(above / below)
            case _:
                kept.append(sup)
    subs = tuple(s for s in node.subs)
    return Name(node.span, node.name, subs, tuple(kept), node.primes, node.mark), transposed, power


def _shape(array: Array) -> str:
    return "number" if array.ndim == 0 else f"{'×'.join(map(str, array.shape))} array"


EINSUM = re.compile(r"\A[a-zA-Z, .]+(?:->[a-zA-Z ]*)?\Z")
