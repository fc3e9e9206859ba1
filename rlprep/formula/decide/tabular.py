"""Policies, expectations and divergences, evaluated exactly in a small world of tables.

The evaluator walks the syntax tree with the current state, action and next state in its
environment. What names stand for is in `table_quantities.py`, what binds states and actions in
`table_sums.py`, what functions do in `functions.py`.
"""

from dataclasses import replace
from fractions import Fraction

from rlprep.formula.decide.argument_words import is_state
from rlprep.formula.decide.distributions import Sampling
from rlprep.formula.decide.effort import spend
from rlprep.formula.decide.functions import apply, is_sampled, is_stabiliser
from rlprep.formula.decide.logits import gives_all_actions
from rlprep.formula.decide.numbers import Dual, Number, dual, plain
from rlprep.formula.decide.policies import is_old
from rlprep.formula.decide.sample_counts import refuse_double_counts
from rlprep.formula.decide.table_divergences import Free
from rlprep.formula.decide.table_entries import entry_place, refuse_one_entry
from rlprep.formula.decide.table_places import PARAMETERS, Env, is_moved
from rlprep.formula.decide.table_sums import Sums
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.names import is_label, variable_key
from rlprep.formula.show import latex
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Expect,
    Given,
    Grad,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Sub,
    Tuple,
    Wrap,
    walk,
)
from rlprep.formula.vocabulary import FUNCTIONS

ITERATED = {"policy", "logp", "value", "action_value", "advantage"}
"""Quantities of which there may be one an iteration: pi^0 need not be 1."""


class Tabular(Sums):
    """Evaluates the expressions of one program in one world of tables."""

    def whole(self, node: Node) -> Number:
        """Return the value of a closed formula; a per-sample one is averaged over the data."""
        position = self.program.main
        refuse_double_counts(node)
        try:
            return self.evaluate(node, {}, position)
        except Free:
            pass
        self.remarks.add("the per-sample integrand is read; the objective is its expectation")
        return self.average(
            Sampling(("s", "a"), explicit=False, is_named=False), node, {}, position
        )

    def evaluate(self, node: Node, env: Env, position: int) -> Number:
        """Return the value of a node."""
        spend()
        self.depth += 1
        if self.depth > 300:
            raise Undecidable("definitions refer to each other without end")
        try:
            return self._evaluate(node, env, position)
        finally:
            self.depth -= 1

    def _evaluate(self, node: Node, env: Env, position: int) -> Number:
        match node:
            case Num(value=value):
                return self.precision.constant(value)
            case Neg(x=x):
                return -self.evaluate(x, env, position)
            case Bin():
                return self.binary(node, env, position)
            case Name():
                return self.name(node, env, position)
            case Call():
                return self.call(node, env, position)
            case Expect():
                return self.expect(node, env, position)
            case Grad(x=x, of=of):
                if of is not None and _is_constant_in(x, of):
                    return Fraction(0)
                return self.gradient(x, env, position)
            case Big():
                return self.big(node, env, position)
            case Cases(rows=rows):
                return self.cases(rows, env, position)
            case Wrap(kind="abs", x=x):
                if self.subject in {"kl", "entropy"} and isinstance(x, Name) and x.name == "A":
                    return self.precision.constant(Fraction(len(self.world.actions)))
                if self.is_below and isinstance(x, Name) and len(x.name) == 1:
                    return self.count(f"|{x.name}|")  # |D|: the size of the batch
                return self.precision.absolute(self.evaluate(x, env, position))
            case Index(x=Name() as name, items=items) if any(isinstance(i, Bin) for i in items):
                moved = replace(name, subs=(*name.subs, *items))  # adv[t + 1] is A_{t+1}
                return self.evaluate(moved, env, position)
            case Index(x=x, items=items):
                refuse_one_entry(self, x, items)
                return self.evaluate(x, entry_place(self, items, env), position)
            case Sub(x=x, sub=sub) if is_label(sub):
                return self.evaluate(x, env, position)
            case Chain() if self.program.is_code:
                return Fraction(int(self.holds(node, env, position)))
            case Optimise():
                return self.extreme(node, env, position)
            case Wrap(kind="norm"):
                return self.opaque(latex(node))  # of parameters: nothing that the tables know
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, node: Bin, env: Env, position: int) -> Number:
        """Apply a binary operation."""
        if node.op == "^":
            match node:
                case Bin(left=Sub(x=x, sub=Bin() as low), right=Bin() as high):
                    clip = Call(node.span, Name(node.span, "clip"), (x, low, high))
                    return self.call(clip, env, position)  # [x] with both bounds as scripts
            if isinstance(node.left, Name) and node.left.name == "e":
                return self.precision.exp(self.evaluate(node.right, env, position))
            with self.aside():
                base = self.evaluate(node.left, env, position)
            return self.precision.power(base, self.evaluate(node.right, env, position))
        if node.op == "@" and is_sampled(self, node):
            product = Call(node.span, Name(node.span, "dot"), (node.left, node.right))
            return self.call(product, env, position)
        a = self.evaluate(node.left, env, position)
        if node.op == "+" and is_stabiliser(node.right):
            self.remarks.add(
                "the small number that keeps a logarithm or quotient finite is left out"
            )
            return a
        with self.below(node.op == "/"):
            b = self.evaluate(node.right, env, position)
        match node.op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*" | "cdot" | "@" | "otimes":
                return a * b
            case "/":
                return self.precision.divide(a, b)
        raise Undecidable(f"'{node.op}' has no meaning here")

    # -- names and definitions ------------------------------------------------------------------

    def name(self, node: Name, env: Env, position: int) -> Number:
        """Return the value of a name."""
        for frame in reversed(self.parameters):
            key = variable_key(node)
            if key in frame:
                argument, outer, where = frame[key]
                saved = self.parameters
                self.parameters = self.parameters[: self.parameters.index(frame)]
                try:
                    return self.evaluate(argument, outer, where)
                finally:
                    self.parameters = saved
        defined = self.program.definition(node, position)
        if defined is not None:
            return self.define(defined, (), env)
        if node.name == "e" and not node.subs and len(node.sups) == 1:
            return self.precision.exp(self.evaluate(node.sups[0], env, position))
        power = self._power(node, env, position)
        if power is not None and abs(power) != 1:
            with self.aside():
                value = self.quantity(node, (), env)
            return self.precision.power(value, power)
        with self.below(power == -1):
            value = self.quantity(node, (), env)
        return self.precision.power(value, power) if power is not None else value

    def _power(self, node: Name, env: Env, position: int) -> Fraction | None:
        """Return the exponent among the superscripts, which may also be labels."""
        for sup in node.sups:
            match sup:
                case Num(value=value):
                    if not value and self.role(node) in ITERATED:
                        raise Undecidable(f"{node.name}^0 may be the first {node.name}, or 1")
                    return value
                case Neg(x=Num(value=value)):
                    return -value
                case Bin(op="/", left=Num(value=above), right=Num(value=below)) if below:
                    return above / below
        return None

    def define(self, number: int, arguments: tuple[Node, ...], env: Env) -> Number:
        """Evaluate a definition of the input, with its parameters bound to the arguments."""
        entry = self.program.entries[number]
        target = entry.target
        if isinstance(target, Name) and self.role(target) == "action_value" and (
            gives_all_actions(self.program, number)
        ):  # fmt: skip
            return self.quantity(target, (), env)
        frame: dict[str, tuple[Node, Env, int]] = {}
        if isinstance(target, Call):
            for parameter, argument in zip(target.args, arguments, strict=False):
                key = variable_key(parameter)
                is_same = variable_key(argument) == key and not (
                    isinstance(argument, Name) and is_moved(argument)
                )
                if key is not None and not is_same and not _is_label(parameter):
                    frame[key] = (argument, env, self.program.main)
        saved, before = self.parameters, self.is_before
        self.parameters = [*saved, frame] if frame else saved
        if isinstance(target, Call):
            self.is_before = before or _is_taken_before(target.args, arguments)
        try:
            return self.evaluate(entry.values[-1], env, number)
        finally:
            self.parameters, self.is_before = saved, before

    def _resolved(self, args: tuple[Node, ...]) -> tuple[Node, ...]:
        """Put what a definition was called with in its parameters' place: f(s') of f(s) = V(s)."""
        frame = self.parameters[-1] if self.parameters else {}

        def resolved(arg: Node) -> Node:
            match arg:
                case Name():
                    found = frame.get(variable_key(arg) or "")
                    return found[0] if found is not None else arg
                case Given(left=left, right=right):
                    return replace(arg, left=resolved(left), right=resolved(right))
                case Tuple(items=items):
                    return replace(arg, items=tuple(map(resolved, items)))
            return arg

        return tuple(map(resolved, args))

    def _named(self, fn: Name) -> Name:
        """Return the policy that a definition was called with: p of H(p, q) = ... in H(pi, mu)."""
        found = self.parameters[-1].get(variable_key(fn) or "") if self.parameters else None
        match found[0] if found is not None else None:
            case Name() as name:
                return name
            case Call(fn=name):
                return name
        return fn

    # -- functions and cases --------------------------------------------------------------------

    def call(self, node: Call, env: Env, position: int) -> Number:
        """Apply a function."""
        defined = self.program.definition(node.fn, position, len(node.args))
        if defined is not None and self.role(node.fn) != "policy":
            return self.define(defined, self._resolved(node.args), env)
        if node.fn.name == "beta" and any(isinstance(arg, Given) for arg in node.args):
            node = replace(node, fn=replace(node.fn, name="mu"))  # the behaviour policy
        node = replace(node, fn=self._named(node.fn))
        value = apply(self, node, env, position)
        if value is not None:
            return value
        role = self.role(node.fn)
        if role is not None and node.fn.name not in FUNCTIONS:
            if not (args := _arguments(node)):
                raise Undecidable(f"{node.fn.name}() is of nothing")
            power = self._power(node.fn, env, position)
            value = self.quantity(node.fn, self._resolved(args), env)
            return self.precision.power(value, power) if power is not None else value
        if node.fn.name in FUNCTIONS:
            raise Undecidable(f"{node.fn.name} has no meaning here")
        if len(node.fn.name) > 2 and node.fn.name.isalpha():
            raise Unreadable(
                f"the function '{node.fn.name}' is not part of this formula", node.fn.span
            )
        return self.foreign(node.fn)

    def cases(self, rows: tuple[tuple[Node, Node | None], ...], env: Env, position: int) -> Number:
        """Return the value of the first case that holds."""
        for value, condition in rows:
            if condition is None or self.holds(condition, env, position):
                return self.evaluate(value, env, position)
        raise Undefined("no case applies")

    def holds(self, condition: Node, env: Env, position: int) -> bool:
        """Whether a condition is true."""
        match condition:
            case Chain(items=items, ops=ops):
                values = [plain(self.evaluate(item, env, position)) for item in items]
                pairs = zip(ops, values[:-1], values[1:], strict=True)
                return all(_compare(op, a, b) for op, a, b in pairs)
        raise Undecidable("a condition without a relation")

    # -- gradients ------------------------------------------------------------------------------

    def gradient(self, x: Node, env: Env, position: int) -> Number:
        """The derivative along one direction of theta; all but the new policy is constant."""
        if self.in_gradient:
            raise Undecidable("a second derivative")
        self.in_gradient = True
        try:
            match x:
                case Call(fn=Name(name="log" | "ln", subs=()), args=(inner,)):
                    # the derivative of a logarithm needs no logarithm and stays exact
                    value = dual(self.evaluate(inner, env, position))
                    if not value.value:
                        raise Undefined("the logarithm of zero")
                    return value.slope / value.value
            value = self.evaluate(x, env, position)
        finally:
            self.in_gradient = False
        return value.slope if isinstance(value, Dual) else Fraction(0)

    def sign(self, x: Number) -> Number:
        """The sign of a number, 0 at 0."""
        value = plain(x)
        return Fraction((value > 0) - (value < 0))


def _compare(op: str, a: Fraction, b: Fraction) -> bool:
    match op:
        case "<=":
            return a <= b
        case ">=":
            return a >= b
        case "<":
            return a < b
        case ">":
            return a > b
        case "=":
            return a == b
        case "!=":
            return a != b
    raise Undecidable(f"the relation '{op}' in a condition")


def _arguments(node: Call) -> tuple[Node, ...]:
    """Return what a call takes, the state first where keywords say which is which."""
    named = [value for _, value in node.kwargs if isinstance(value, Name)]
    return (*node.args, *sorted(named, key=lambda name: not is_state(name)))


def _is_label(node: Node) -> bool:
    return isinstance(node, Name) and node.name in {"theta", "t", "pi"}


def _is_taken_before(parameters: tuple[Node, ...], arguments: tuple[Node, ...]) -> bool:
    """Whether a function of theta is taken at the old parameters: l(theta_old) of l(theta)."""
    return any(
        isinstance(p, Name) and isinstance(a, Name) and p.name == a.name == "theta"
        and is_old(a) and not is_old(p)
        for p, a in zip(parameters, arguments, strict=False)
    )  # fmt: skip


def _is_constant_in(x: Node, of: Node) -> bool:
    """Whether x depends on theta, and the gradient is taken in something else."""
    return isinstance(of, Name) and (of.name in PARAMETERS - {"theta"} or is_old(of)) and any(
        isinstance(n, Name) and n.name == "theta" and not is_old(n) for n in walk(x)
    )  # fmt: skip
