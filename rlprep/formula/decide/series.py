"""Rewards, values and residuals along a trajectory: returns, TD residuals, advantages.

A formula of this family is a polynomial (nearly always linear) in r_k, V_k and what the input
leaves free. It is evaluated at whole-number times with gamma and lambda drawn from a prime field,
so equal coefficients prove an identity in gamma and lambda up to a chance of about 10^-16
(Schwartz 1980, Zippel 1979). Infinite tails are summed by their linear recurrence; finite horizons
are tried one by one.

What names stand for is in `series_quantities.py`, sums are in `series_sums.py`, ellipses in
`pattern.py`.
"""

from dataclasses import replace
from operator import eq, ge, gt, le, lt, ne

from rlprep.formula.decide.effort import spend
from rlprep.formula.decide.nested_dots import unfolded
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series_arrays import array_sum, discounted_sum, indexed, takes_arrays
from rlprep.formula.decide.series_definitions import Definitions
from rlprep.formula.decide.series_world import ENDLESS, TERMS, refuse_far
from rlprep.formula.decide.timeline import FLAGS, NEXT_STATES, lookahead
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.integers import MAX_EXPONENT, integer, maybe_integer
from rlprep.formula.names import flat_lower, indices_of, is_label, variable_key
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Dots,
    Expect,
    Given,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Sub,
    Tuple,
    walk,
)
from rlprep.formula.vocabulary import FUNCTIONS


class Series(Definitions):
    """Evaluates expressions of one program in one world."""

    def evaluate(self, node: Node, bound: dict[str, int], position: int) -> Polynomial:
        """Return the value of a node."""
        spend()
        match node:
            case Num(value=value):
                return self.const(value)
            case Neg(x=x):
                return -self.evaluate(x, bound, position)
            case Bin():
                return self.binary(node, bound, position)
            case Name():
                return self.name(node, bound, position)
            case Call():
                return self.call(node, bound, position)
            case Index(x=x, items=items):
                return self.index(x, items, bound, position)
            case Big(kind="range"):
                raise Undecidable("a list where a number is asked for")
            case Big():
                return self.big(node, bound, position)
            case Chain() if self.program.is_code:
                return self.const(int(self.holds(node, bound, position)))
            case Expect(body=body):
                self.remarks.add("the expectation is over the sampled step: its integrand is read")
                return self.evaluate(body, bound, position)
            case Cases(rows=rows):
                return self.masked_cases(rows, bound, position)
            case Sub(x=x, sub=sub) if is_label(sub):
                return self.evaluate(x, bound, position)
            case Optimise():
                return Polynomial.atom(("?", "max"), self.world.mod)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, node: Bin, bound: dict[str, int], position: int) -> Polynomial:
        """Apply a binary operation."""
        left, right = node.left, node.right
        match node.op:
            case "+" | "-":
                if any(isinstance(n, Dots) for n in _terms(node)):
                    return self.ellipsis(node, bound, position)
                if self.has_dots and isinstance(flat := unfolded(node), Bin):
                    return self.ellipsis(flat, bound, position)
                a, b = self.evaluate(left, bound, position), self.evaluate(right, bound, position)
                return a + b if node.op == "+" else a - b
            case "@":
                dot = Call(node.span, Name(node.span, "dot"), (node.left, node.right))
                if not takes_arrays(dot, self.program):
                    raise Undecidable("a product of arrays whose length is not known")
                return array_sum(self, dot, bound, position)
            case "*" | "cdot" | "otimes":
                return self.evaluate(left, bound, position) * self.evaluate(right, bound, position)
            case "/":
                above = self.evaluate(left, bound, position)
                return above * self.inverse(self.evaluate(right, bound, position))
            case "^":
                return self.power(self.evaluate(left, bound, position), right, bound)
        raise Undecidable(f"'{node.op}' has no meaning here")

    def inverse(self, value: Polynomial) -> Polynomial:
        """Return one over a single term."""
        if len(value.terms) > 1:
            raise Undecidable("a quotient by a sum of symbols")
        return value.inverse()

    def power(self, base: Polynomial, exponent: Node, bound: dict[str, int]) -> Polynomial:
        """Raise to a power."""
        if isinstance(exponent, Name) and exponent.name in {"pi", "V"}:
            return base
        whole = integer(exponent, bound)
        if abs(whole) > MAX_EXPONENT + 3 * TERMS:
            raise Undecidable("an exponent is too large")
        return base.power(whole)

    def ellipsis(self, node: Bin, bound: dict[str, int], position: int) -> Polynomial:
        """`a + b + ... (+ z)`, continued by the pattern of its terms."""
        from rlprep.formula.decide.pattern import continued

        return continued(self, node, bound, position)

    def masked_cases(
        self, rows: tuple[tuple[Node, Node | None], ...], bound: dict[str, int], position: int
    ) -> Polynomial:
        """`0 if done else x`, and the cases of a recursion at its boundary."""
        for value, condition in rows:
            if condition is None or self.holds(condition, bound, position):
                return self.evaluate(value, bound, position)
        raise Undefined("no case applies")

    def holds(self, condition: Node, bound: dict[str, int], position: int) -> bool:
        """Whether the condition of a case is true."""
        relations = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
        match condition:
            case Bin(op="*", left=Name(name="not" | "neg"), right=denied):
                return not self.holds(denied, bound, position)
            case Chain():
                pass
            case _:
                return bool(self.settled(condition, bound, position))
        if not relations.keys() >= set(condition.ops):
            raise Undecidable("a condition that is not known here")
        if self.world.end is None:
            if any(isinstance(i, Name) and i.name in {"s", "S"} for i in condition.items):
                return set(condition.ops) == {"!="}  # no state of an endless trajectory is the last
            bound = dict.fromkeys(self.horizon, ENDLESS) | bound
        numbers = [self.settled(item, bound, position) for item in condition.items]
        pairs = zip(condition.ops, numbers[:-1], numbers[1:], strict=True)
        return all(relations[op](a, b) for op, a, b in pairs)

    def settled(self, node: Node, bound: dict[str, int], position: int) -> int:
        """Return the whole number or mask that a condition leans on."""
        whole = maybe_integer(node, bound)
        if whole is not None:
            return whole
        value = self.evaluate(node, bound, position)
        if value not in (self.const(0), self.const(1)):
            raise Undecidable("a condition that is not known here")
        return int(value.constant_term)

    # -- names and definitions ------------------------------------------------------------------

    def name(self, node: Name, bound: dict[str, int], position: int) -> Polynomial:
        """Return the value of a name."""
        key = variable_key(node)
        if key in bound and key != "inf":
            return self.const(bound[key])
        role = self.role(node)
        defined = self.definition(node, position, bound)
        if defined is not None and not self.is_usual(role, node, defined, bound):
            return self.defined(node, defined, bound)
        power = next((s for s in node.sups if maybe_integer(s, bound) is not None), None)
        if role in {"gamma", "lam"}:
            base = self.world.gamma if role == "gamma" else self.world.lam
            return self.power(base, power, bound) if power is not None else base
        if role in FLAGS:
            time, is_told = self.time_of(node, bound)
            return self.flag(role, time, is_told=is_told)
        if role is None:
            return self.foreign(node, power, bound)
        if self.program.is_carried(node, position) and not self.time_of(node, bound)[1]:
            return self.at(role, node, bound["t"] + 1, bound)
        time, _ = self.time_of(node, bound)
        return self.at(role, node, time, bound)

    def foreign(self, node: Name, power: Node | None, bound: dict[str, int]) -> Polynomial:
        """Return a symbol of its own for a name that is not known here."""
        self.unknown.setdefault(flat_lower(node), node.span)
        base = Polynomial.atom(("?", flat_lower(node), *self._shown_index(node, bound)),
                               self.world.mod)  # fmt: skip
        return self.power(base, power, bound) if power is not None else base

    def untold(self, node: Call, bound: dict[str, int]) -> Polynomial:
        """Return a symbol for a function that has no place along a trajectory, at its arguments."""
        self.unknown.setdefault(flat_lower(node.fn), node.fn.span)
        where = [(n.name, self.time_of(n, bound)[0]) for a in node.args for n in walk(a)
                 if isinstance(n, Name)]  # fmt: skip
        return Polynomial.atom(("?", flat_lower(node.fn), *where), self.world.mod)

    def _shown_index(self, node: Name, bound: dict[str, int]) -> tuple[int, ...]:
        found = (maybe_integer(i, bound) for i in indices_of(node))
        return tuple(i for i in found if i is not None)

    # -- functions and indices ------------------------------------------------------------------

    def call(self, node: Call, bound: dict[str, int], position: int) -> Polynomial:
        """Apply a function."""
        name = node.fn.name
        role = self.role(node.fn)
        defined = self.program.definition(node.fn, position)
        if defined is not None and role not in {"V", "r"}:
            return self.defined(node, defined, bound)
        if name in {"sum", "cumsum"} and len(node.args) == 1 and isinstance(node.args[0], Big):
            inner = node.args[0]
            return self.big(replace(inner, kind="sum"), bound, position)
        if name in {"sum", "dot", "inner", "vdot"} and takes_arrays(node, self.program):
            return array_sum(self, node, bound, position)
        if name == "len":
            if self.world.end is None:
                raise Undecidable("a length where the horizon is infinite")
            return self.const(self.world.end)
        if not node.args and name in FUNCTIONS:
            raise Unreadable(f"{name} needs an argument", node.span)
        if name in {"mean", "avg", "average"}:
            raise Undecidable("a mean over the steps")
        if name in {"detach", "stopgrad", "sg", "identity", "squeeze"}:
            return self.evaluate(node.args[0], bound, position)
        if flat_lower(node.fn) in {"discount_cumsum", "discounted_cumsum", "discount",
                                   "discounted_sum"} and len(node.args) >= 2:  # fmt: skip
            return discounted_sum(self, node, bound, position)
        if role in {"r", "V", "delta", "G", "A"}:
            power = [s for s in node.fn.sups if maybe_integer(s, bound) is not None]
            if role in {"A", "G"} and power:
                return self.at(role, node.fn, self.state_time(node, bound), bound)
            return self.at(role, replace(node.fn, sups=()), self.state_time(node, bound), bound)
        if role in {"gamma", "lam"} and len(node.args) == 1:
            return self.name(node.fn, bound, position) * self.evaluate(
                node.args[0], bound, position
            )
        if name in {"Q", "q", "pi"}:
            return self.untold(node, bound)
        if name in FUNCTIONS:
            raise Undecidable(f"{name} has no meaning here")
        raise Unreadable(f"the function '{name}' is not part of this formula", node.fn.span)

    def state_time(self, node: Call, bound: dict[str, int]) -> int:
        """Return the time of `V(s_{t+1})`, `r(s_t, a_t)`, `V(t+1)`, `V_t(s)`."""
        argument = node.args[0] if node.args else None
        if isinstance(argument, Given | Tuple):
            parts = argument.items if isinstance(argument, Tuple) else (argument.left,)
            argument = parts[0]
        match argument:
            case Name(name="s" | "S" | "x" | "o" | "obs" | "state" | "states" | "next"):
                time, given = self.time_of(argument, bound)
                return time if given else self.time_of(node.fn, bound)[0]
            case Name() if flat_lower(argument) in NEXT_STATES:
                return bound["t"] + 1
            case (
                Bin(op="*", left=Name(name="s" | "S" | "x" | "o", subs=(), sups=()), right=time)
                | Call(fn=Name(name="s" | "S" | "x" | "o", subs=(), sups=()), args=(time,))
            ):
                refuse_far(time)
                return integer(time, bound)  # s(t+1)
            case Name() if maybe_integer(argument, bound) is None:
                return self.time_of(node.fn, bound)[0]
            case Index(x=Name() as base, items=(item,)):
                refuse_far(item)
                return integer(item, bound) + lookahead(base)
            case None:
                return self.time_of(node.fn, bound)[0]
        refuse_far(argument)
        return integer(argument, bound)

    def index(
        self, x: Node, items: tuple[Node, ...], bound: dict[str, int], position: int
    ) -> Polynomial:
        """`values[t+1]`, and whole arrays."""
        return indexed(self, x, items, bound, position)


def _terms(node: Node) -> list[Node]:
    """Return the summands of nested + and -."""
    if isinstance(node, Bin) and node.op in {"+", "-"}:
        return [*_terms(node.left), *_terms(node.right)]
    return [node]
