"""Minima, maxima, clips and cases, decided by z3 for all r > 0, 0 < epsilon < 1 and real A.

The evaluator of tables is run once with symbols in place of numbers, so this proof and the
witnesses of `objective` read a formula the same way. z3 gets a time and a resource limit; what it
does not settle stays unsettled. A model that it finds counts only after both formulas were
evaluated exactly there.
"""

from fractions import Fraction
from typing import Any

import z3

from rlprep.formula.decide.numbers import Number, Precision
from rlprep.formula.decide.table_places import Env
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.decide.worlds import World
from rlprep.formula.errors import Undecidable
from rlprep.formula.program import Program
from rlprep.formula.tree import Chain, Expect, Node

TIMEOUT_MS = 1200
RESOURCES = 4_000_000
POINT = tuple[Fraction, Fraction, Fraction]


class Log:
    """The logarithm of a positive term, which adds up and is undone by exp."""

    def __init__(self, of: Any) -> None:
        self.of = of

    def __add__(self, other: Any) -> "Log":
        return Log(self.of * other.of) if isinstance(other, Log) else _refuse()

    def __sub__(self, other: Any) -> "Log":
        return Log(self.of / other.of) if isinstance(other, Log) else _refuse()

    def __neg__(self) -> "Log":
        return Log(1 / self.of)


def _refuse() -> Any:
    raise Undecidable("a logarithm that stays")


class Symbols(Precision):
    """The arithmetic of `Tabular` on z3's terms."""

    def constant(self, value: Fraction) -> Any:
        """Return a literal."""
        return z3.Q(value.numerator, value.denominator)

    def extreme(self, values: list[Any], *, largest: bool) -> Any:
        """Return the smallest or largest term."""
        best = values[0]
        for value in values[1:]:
            best = z3.If(value > best if largest else value < best, value, best)
        return best

    def absolute(self, x: Any) -> Any:
        """Return the absolute value."""
        return z3.If(x < 0, -x, x)

    def divide(self, a: Any, b: Any) -> Any:
        """Return a / b; denominators are positive or the model is checked."""
        return a / b

    def log(self, x: Any) -> Any:
        """Return a logarithm that exp can undo."""
        return Log(x)

    def exp(self, x: Any) -> Any:
        """Undo a logarithm."""
        return x.of if isinstance(x, Log) else _refuse()

    def sqrt(self, x: Any) -> Any:
        """Refuse: a root is not rational."""
        return _refuse()

    def power(self, base: Any, exponent: Any) -> Any:
        """Raise to a power."""
        if z3.is_rational_value(exponent):
            exponent = exponent.as_fraction()
        if not isinstance(exponent, Fraction) or exponent.denominator != 1:
            raise Undecidable("a power that is not whole")
        whole = int(exponent)
        if abs(whole) > 8:
            raise Undecidable("a high power")
        result = z3.RealVal(1)
        for _ in range(abs(whole)):
            result = result * base
        return 1 / result if whole < 0 else result


class SymbolicTabular(Tabular):
    """The evaluator of tables, on one symbolic sample."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        super().__init__(program, world, subject)
        self.precision = Symbols()

    def expect(self, node: Expect, env: Env, position: int) -> Number:
        """Evaluate an expectation."""
        return self.evaluate(node.body, env, position)

    def cases(self, rows: tuple[tuple[Node, Node | None], ...], env: Env, position: int) -> Any:
        """Return the value of the first case that holds."""
        *conditioned, (last, _) = rows
        result = self.evaluate(last, env, position)
        for value, condition in reversed(conditioned):
            branch = self.evaluate(value, env, position)
            result = branch if condition is None else z3.If(
                self._condition(condition, env, position), branch, result)  # fmt: skip
        return result

    def sign(self, x: Any) -> Any:
        """Return the sign."""
        return z3.If(x > 0, z3.RealVal(1), z3.If(x < 0, z3.RealVal(-1), z3.RealVal(0)))

    def _condition(self, condition: Node, env: Env, position: int) -> Any:
        if not isinstance(condition, Chain):
            raise Undecidable("a condition without a relation")
        values: list[Any] = [self.evaluate(item, env, position) for item in condition.items]
        parts = []
        for op, a, b in zip(condition.ops, values[:-1], values[1:], strict=True):
            relation = {"<=": a <= b, ">=": a >= b, "<": a < b, ">": a > b, "=": a == b}.get(op)
            if relation is None:
                raise Undecidable(f"the relation '{op}' in a condition")
            parts.append(relation)
        return z3.And(*parts)


def difference(
    mine: tuple[Program, Node], theirs: tuple[Program, Node], *, negated: bool, subject: str
) -> POINT | None:
    """Return a sample (r, A, epsilon) where two integrands differ; None: z3 proves there is none.

    Raises:
        Undecidable: a formula is not piecewise rational, or the limits were reached.
    """
    ratio, advantage, epsilon, old = (_real(name) for name in ("r", "A", "epsilon", "pi_old"))
    one: Any = z3.RealVal(1)
    world = World(
        ((ratio * old,),), ((old,),), (one,), (one,), ((advantage,),), ((advantage + 2,),), (one,),
        (one,), ((one,),), (((one,),),), ((one,),), {"epsilon": epsilon, "gamma": one, "beta": one,
        "bound": one}, is_sample=True,
    )  # fmt: skip
    values = []
    for program, node in (mine, theirs):
        try:
            value: Any = SymbolicTabular(program, world, subject).evaluate(
                node, {"s": 0, "a": 0, "s2": 0}, program.main)  # fmt: skip
            values.append(value)
        except (TypeError, AttributeError, z3.Z3Exception):
            raise Undecidable("the formula is not piecewise rational") from None
    left = -values[0] if negated else values[0]
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS, "rlimit", RESOURCES)
    solver.add(ratio > 0, old > 0, epsilon > 0, epsilon < 1, left != values[1])
    answer = solver.check()
    if answer == z3.unsat:
        return None
    if answer != z3.sat:
        raise Undecidable("z3 reached its limits")
    model = solver.model()
    point = [_rational(model.eval(v, model_completion=True)) for v in (ratio, advantage, epsilon)]
    return point[0], point[1], point[2]


def _real(name: str) -> Any:
    """Return a real unknown, typed as what the evaluator of tables takes it for."""
    return z3.Real(name)


def _rational(value: Any) -> Fraction:
    if z3.is_algebraic_value(value):
        value = value.approx(12)
    if not z3.is_rational_value(value):
        raise Undecidable("z3 gave no number")
    return Fraction(value.numerator_as_long(), value.denominator_as_long())
