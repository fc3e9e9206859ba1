"""Expectations, policies and divergences, evaluated exactly in a small world of tables.

The evaluator walks the syntax tree with the current state, action and next state in its
environment. A quantity that needs one that is not bound raises `Free`: the expectation around it
(or the implicit one around a per-sample integrand) then binds it.
"""

from collections.abc import Iterator
from fractions import Fraction
from zlib import crc32

from rlprep.formula.decide.distributions import Sampling, sampling_of
from rlprep.formula.decide.effort import spend
from rlprep.formula.decide.numbers import Dual, Number, Precision, dual, plain
from rlprep.formula.decide.policies import is_old, role_of
from rlprep.formula.decide.which import policy_roles
from rlprep.formula.decide.worlds import World
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.names import flat, indices_of, labels_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Dot,
    Dots,
    Expect,
    Given,
    Grad,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Parallel,
    Span,
    Sub,
    Tuple,
    Wrap,
    walk,
)
from rlprep.formula.vocabulary import FUNCTIONS

Env = dict[str, int]

ACTION_LETTERS = {"a", "u", "x", "X", "y", "b", "A", "i", "j", "z", "w", "c"}
STATE_LETTERS = {"s", "S", "o", "h"}
TIME_LETTERS = {"t", "l", "k", "n", "T", "tau", "i", "j", "h", "m", "e", "b"}
TRANSPARENT = {"detach", "stopgrad", "sg", "identity", "squeeze", "float", "Stopgrad", "unsqueeze",
               "gather", "flatten", "view", "reshape", "stop_gradient", "ravel",
               "clone"}  # fmt: skip


class Free(Undecidable):
    """A quantity needs a state, action or next state that nothing binds."""

    def __init__(self, axis: str) -> None:
        super().__init__(axis)
        self.axis = axis


class Tabular:
    """Evaluates the expressions of one program in one world of tables."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        self.program = program
        self.world = world
        self.subject = subject
        self.precision = Precision()
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.in_gradient = False
        self.parameters: list[dict[str, tuple[Node, Env, int]]] = []
        self.roles = policy_roles(program, subject)
        self.default = (
            "new" if subject in {"policy_gradient", "advantage", "entropy", "kl"} else "old"
        )
        self.depth = 0
        self.in_expectation = False

    # -- entry --------------------------------------------------------------------------------

    def whole(self, node: Node) -> Number:
        """Return the value of a closed formula; a per-sample one is averaged over the data."""
        position = self.program.main
        try:
            return self.evaluate(node, {}, position)
        except Free:
            pass
        self.remarks.add("the per-sample integrand is read; the objective is its expectation")
        return self.average(Sampling(("s", "a"), explicit=False), node, {}, position)

    # -- expressions --------------------------------------------------------------------------

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
            case Grad(x=x):
                return self.gradient(x, env, position)
            case Big():
                return self.big(node, env, position)
            case Cases(rows=rows):
                return self.cases(rows, env, position)
            case Wrap(kind="abs", x=x):
                if isinstance(x, Name) and len(x.name) == 1:
                    return Fraction(1)  # |D|: the size of the batch
                return self.precision.absolute(self.evaluate(x, env, position))
            case Index(x=x) | Sub(x=x):
                return self.evaluate(x, env, position)
            case Optimise():
                return self.extreme(node, env, position)
            case Wrap(kind="norm"):
                return Fraction(13, 11)  # of parameters: nothing that the tables know
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, node: Bin, env: Env, position: int) -> Number:
        """Apply a binary operation."""
        if node.op == "^":
            if isinstance(node.left, Name) and node.left.name == "e":
                return self.precision.exp(self.evaluate(node.right, env, position))
            base = self.evaluate(node.left, env, position)
            return self.precision.power(base, self.evaluate(node.right, env, position))
        a = self.evaluate(node.left, env, position)
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

    # -- names --------------------------------------------------------------------------------

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
        value = self.quantity(node, (), env)
        return self.precision.power(value, power) if power is not None else value

    def _power(self, node: Name, env: Env, position: int) -> Fraction | None:
        """Return the exponent among the superscripts, which may also be labels."""
        for sup in node.sups:
            match sup:
                case Num(value=value) if value != 0:
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
        frame: dict[str, tuple[Node, Env, int]] = {}
        if isinstance(target, Call) and arguments:
            for parameter, argument in zip(target.args, arguments, strict=False):
                key = variable_key(parameter)
                if key is not None and variable_key(argument) != key and not _is_label(parameter):
                    frame[key] = (argument, env, self.program.main)
        if frame:
            self.parameters = [*self.parameters, frame]
        try:
            return self.evaluate(entry.values[-1], env, number)
        finally:
            if frame:
                self.parameters = self.parameters[:-1]

    def quantity(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return what a name stands for, at its arguments or at the current sample."""
        world = self.world
        role = role_of(node, self.subject)
        if node.name in {"d", "mu", "rho", "eta", "p", "P"} and self._of_state_alone(args):
            labelled = {"old", "k"} & {w.lower() for w in labels_of(node)}
            visits = world.d_old if labelled or self.default == "old" else world.d_new
            return visits[self.state(args, env)]
        match role:
            case "policy":
                return self.policy(node, args, env)
            case "logp":
                return self.precision.log(self.policy(node, args, env))
            case "ratio":
                return self.ratio(env, args)
            case "score":
                return world.slope[self.state(args, env)][self.action(args, env)]
            case "logratio":
                return self.precision.log(self.ratio(env, args))
            case "advantage" if self.subject == "advantage":
                raise Undecidable("the formula only names what is asked for")
            case "advantage":
                return world.advantage[self.state(args, env)][self.action(args, env)]
            case "action_value":
                return world.q[self.state(args, env)][self.action(args, env)]
            case "value":
                return self.value(node, args, env)
            case "reward":
                return self.reward(node, args, env)
            case "return":
                self.remarks.add(
                    "right in expectation: the return's mean, given s and a, is Q(s, a)"
                )
                return self.earned(node, args, env)
            case "residual":
                s, a = self.state(args, env), self.action(args, env)
                return world.advantage[s][a] + self._surprise(env, s, a)
            case "epsilon" | "beta" | "bound" | "gamma":
                return world.numbers[role]
            case "count":
                return Fraction(1)
            case "entropy":
                return self.entropy("new", env)
            case "kl":
                return self.divergence("old", "new", env)
        return self.foreign(node)

    def _of_state_alone(self, args: tuple[Node, ...]) -> bool:
        """Whether the arguments are one state: then the name is a distribution of states."""
        return len(args) == 1 and isinstance(args[0], Name) and args[0].name in {"s", "S"}

    def foreign(self, node: Name) -> Number:
        """A symbol that the formula has no use for, as some fixed number of its own."""
        key = flat(node)
        self.unknown.setdefault(key, node.span)
        return self.precision.constant(Fraction(crc32(key.encode()) % 89 + 3, 7))

    def policy(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return a policy's probability of an action in a state."""
        which = self.which(node)
        parameters = [n for n in _argument_names(args) if n.name == "theta"]
        if parameters and (is_old(parameters[0]) or parameters[0].primes):
            which = "old"
        table = self.world.new if which == "new" else self.world.old
        s, a = self.state(args, env), self.action(args, env)
        value = table[s][a]
        if which == "new" and self.in_gradient:
            return Dual(value, value * self.world.slope[s][a])
        return value

    def which(self, node: Name) -> str:
        """Return 'new' or 'old' for a policy's name."""
        return self.roles(node)

    def ratio(self, env: Env, args: tuple[Node, ...]) -> Number:
        """Return pi_theta / pi_old at the sample."""
        s, a = self.state(args, env), self.action(args, env)
        value: Number = self.world.new[s][a]
        if self.in_gradient:
            value = Dual(plain(value), plain(value) * self.world.slope[s][a])
        return self.precision.divide(value, self.world.old[s][a])

    def value(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return the value of a state."""
        if node.name == "b":
            return self.world.past[self.state(args, env)]
        if self._is_next(node, args):
            return self.world.v[self._current("s2", env)]
        return self.world.v[self.state(args, env)]

    def reward(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return the reward."""
        return self.world.reward[self.state(args, env)][self.action(args, env)]

    def earned(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """The return: from here on, or (given a trajectory) with what came before."""
        s, a = self.state((), env), self.action((), env)
        if self.subject == "advantage":
            return self.world.q[s][a] + self._surprise(env, s, a)  # one sampled return
        whole = any(isinstance(x, Name) and x.name == "tau" for x in args)
        return self.world.q[s][a] + (self.world.past[s] if whole else 0)

    def _surprise(self, env: Env, s: int, a: int) -> Fraction:
        """What the TD residual adds to the advantage: it depends on the next state."""
        s2 = self._current("s2", env)
        mean = sum(
            (self.world.step[s][a][n] * self.world.v[n] for n in self.world.states), Fraction(0)
        )
        return self.world.numbers["gamma"] * (self.world.v[s2] - mean)

    # -- where a quantity is taken --------------------------------------------------------------

    def _current(self, axis: str, env: Env) -> int:
        if axis not in env:
            raise Free(axis)
        return env[axis]

    def state(self, args: tuple[Node, ...], env: Env) -> int:
        """Return the state that the arguments name, else the current one."""
        for name in _argument_names(args):
            key = "var:" + (variable_key(name) or "")
            if "s:" + key in env:
                return env["s:" + key]
            if name.name in STATE_LETTERS and _is_next_index(name):
                return self._current("s2", env)
        return self._current("s", env)

    def action(self, args: tuple[Node, ...], env: Env) -> int:
        """Return the action that the arguments name, else the current one."""
        for name in _argument_names(args):
            key = "a:var:" + (variable_key(name) or "")
            if key in env:
                return env[key]
        return self._current("a", env)

    def _is_next(self, node: Name, args: tuple[Node, ...]) -> bool:
        if "next" in {w.lower() for w in (node.name, *labels_of(node))} or _is_next_index(node):
            return True
        return any(n.name in STATE_LETTERS | {"next"} and (_is_next_index(n) or n.name == "next")
                   for n in _argument_names(args))  # fmt: skip

    # -- expectations and sums ------------------------------------------------------------------

    def expect(self, node: Expect, env: Env, position: int) -> Number:
        """Evaluate an expectation."""
        sampling = sampling_of(node, self)
        body = node.body
        outside, self.in_expectation = self.in_expectation, True
        try:
            if isinstance(body, Given):
                return self.conditional(body, sampling, env, position)
            return self.average(sampling, body, env, position)
        finally:
            self.in_expectation = outside

    def conditional(self, body: Given, sampling: Sampling, env: Env, position: int) -> Number:
        """E[x | s, a]: what is given stays, the rest is averaged."""
        names = {n.name for n in walk(body.right) if isinstance(n, Name)}
        axes = ("s2",) if names & {"a", "A"} else ("a", "s2")
        return self.average(Sampling(axes, policy="new", explicit=True), body.left, env, position)

    def average(self, sampling: Sampling, body: Node, env: Env, position: int) -> Number:
        """Return the mean of the body over what the sampling binds, and what else it needs."""
        if self.world.is_sample:
            if sampling.explicit:
                raise Undecidable("a distribution is named")
            return self.evaluate(body, {"s": 0, "a": 0, "s2": 0} | env, position)
        axes = list(sampling.axes)
        if self.subject == "advantage" and not sampling.explicit:
            axes = []
        if self.subject in {"kl", "entropy"}:
            if self.subject == "kl" and not sampling.explicit:
                raise Undecidable("an expectation whose distribution is not named")
            axes = [axis for axis in axes if axis != "s"]
        for _ in range(4):
            try:
                return self._mean(sampling, axes, body, env, position)
            except Free as missing:
                if missing.axis in axes or (missing.axis == "s" and "s" not in sampling.axes):
                    raise
                axes.append(missing.axis)
        raise Undecidable("an expectation that cannot be resolved")

    def _mean(
        self, sampling: Sampling, axes: list[str], body: Node, env: Env, position: int
    ) -> Number:
        total: Number = Fraction(0)
        for weight, inner in self._outcomes(sampling, axes, env):
            total = total + weight * self.evaluate(body, inner, position)
        return total

    def _outcomes(
        self, sampling: Sampling, axes: list[str], env: Env
    ) -> Iterator[tuple[Number, Env]]:
        """Yield every outcome of the sampled variables with its probability."""
        world = self.world
        policy = sampling.policy or self.default
        visits = world.d_new if (sampling.states or self.default) == "new" else world.d_old
        start = {k: v for k, v in env.items() if not ("s" in axes and k in {"s", "a", "s2"})}
        for s in world.states if "s" in axes else (None,):
            first = dict(start)
            if s is not None:
                first |= {"s": s} | {f"s:var:{k}": s for k in sampling.state_names}
            for a in world.actions if "a" in axes else (None,):
                second = dict(first)
                weight: Number = visits[s] if s is not None else Fraction(1)
                if a is not None:
                    current = self._current("s", second)
                    weight = weight * self._chance(policy, current, a, sampling)
                    second |= {f"a:var:{k}": a for k in sampling.action_names}
                    if not sampling.keeps_action:
                        second["a"] = a
                for n in world.states if "s2" in axes else (None,):
                    third = dict(second)
                    if n is None:
                        yield weight, third
                        continue
                    third["s2"] = n
                    s_now, a_now = self._current("s", third), self._current("a", third)
                    yield weight * world.step[s_now][a_now][n], third

    def _chance(self, policy: str, s: int, a: int, sampling: Sampling) -> Number:
        value = (self.world.new if policy == "new" else self.world.old)[s][a]
        if policy == "new" and self.in_gradient and sampling.explicit:
            return Dual(value, value * self.world.slope[s][a])
        return value

    def big(self, node: Big, env: Env, position: int) -> Number:
        """A sum over actions, states, samples or time."""
        if node.kind == "prod":
            raise Undecidable("a product over a trajectory")
        names = node.var.items if isinstance(node.var, Tuple) else (node.var,)
        result: list[tuple[str, str]] = []
        for var in names:
            key = variable_key(var) if var is not None else None
            result.append((self._axis(key, var, node), key or ""))
        return self._summed(node, result, env, position)

    def _axis(self, key: str | None, var: Node | None, node: Big) -> str:
        """Return what a sum runs over, by its letter and by how the summand uses it."""
        if var is None or key is None or not isinstance(var, Name):
            return "a" if self.subject in {"kl", "entropy"} else "samples"
        letter = var.name
        if self.subject in {"kl", "entropy"} and letter not in {"s", "S"}:
            return "a"
        if (place := _place_of(key, node.body)) is not None and letter not in {"t", "l", "k"}:
            return place
        if letter in {"a", "u", "A"}:
            return "a"
        if letter in STATE_LETTERS and letter != "h":
            return "s"
        return "time" if letter in TIME_LETTERS else "samples"

    def _summed(self, node: Big, axes: list[tuple[str, str]], env: Env, position: int) -> Number:
        if not axes:
            return self.evaluate(node.body, env, position)
        (axis, key), *rest = axes
        if axis in {"time", "samples"}:
            if self._sums_rewards(node):
                return self.future(node, key, env)
            if self.subject == "advantage":
                if self.in_expectation:
                    raise Undecidable("a sum over time inside an expectation")
                return self.foreign(Name(node.span, "sample"))
            sampled = axis == "samples" or key in {"i", "n", "j", "m", "b"}
            if sampled and "s" not in env and not rest:
                return self.average(Sampling(("s", "a"), explicit=False), node.body, env, position)
            self.remarks.add("the sum over time steps is read as the mean over visited states")
            return self._summed(node, rest, env, position)
        total: Number = Fraction(0)
        for value in self.world.actions if axis == "a" else self.world.states:
            inner = dict(env)
            inner[f"{axis}:var:{key}"] = value
            if not key.endswith("'"):
                inner[axis] = value
            elif axis == "s":
                inner["s2"] = value
            total = total + self._summed(node, rest, inner, position)
        return total

    def _sums_rewards(self, node: Big) -> bool:
        names = [n for n in walk(node.body) if isinstance(n, Name)]
        roles = {role_of(n, self.subject) for n in names}
        if self.subject == "advantage" and not self.in_expectation:
            return False
        return self.subject in {"policy_gradient", "advantage"} and roles <= {
            "reward", "return", "gamma", "count", None, "state_dist", "policy"
        } and bool(roles & {"reward", "return"}) and "policy" not in roles  # fmt: skip

    def future(self, node: Big, key: str, env: Env) -> Number:
        """A sum of rewards along the trajectory: its mean, given s and a."""
        s, a = self.state((), env), self.action((), env)
        self.remarks.add("right in expectation: the return's mean, given s and a, is Q(s, a)")
        lower = node.lo
        starts_here = isinstance(lower, Name) and lower.name == "t" and not lower.primes
        relative = any(isinstance(n, Bin) and variable_key(n.left) == "t" for n in walk(node.body))
        if starts_here or (relative and isinstance(lower, Num) and lower.value == 0):
            return self.world.q[s][a]
        if isinstance(lower, Num | type(None)) and (lower is None or lower.value in {0, 1}):
            return self.world.q[s][a] + self.world.past[s]
        raise Undecidable("a sum of rewards from an unusual start")

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

    def extreme(self, node: Optimise, env: Env, position: int) -> Number:
        """The best value over states or actions; over parameters, the objective itself."""
        letters = {n.name for over in node.over for n in walk(over) if isinstance(n, Name)}
        axis = "s" if letters & {"s", "S"} else "a" if letters & {"a", "A"} else None
        if axis is None:
            return self.evaluate(node.objective, env, position)
        keys = [k for over in node.over if (k := variable_key(over)) is not None]
        values = []
        for value in self.world.states if axis == "s" else self.world.actions:
            inner = {**env, **{f"{axis}:var:{key}": value for key in keys}}
            if not any(key.endswith("'") for key in keys):
                inner[axis] = value
            values.append(self.evaluate(node.objective, inner, position))
        return (max if node.sense == "max" else min)(values, key=plain)

    # -- cases ----------------------------------------------------------------------------------

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

    # -- functions ------------------------------------------------------------------------------

    def call(self, node: Call, env: Env, position: int) -> Number:
        """Apply a function."""
        from rlprep.formula.decide.functions import apply

        defined = self.program.definition(node.fn, position, len(node.args))
        if defined is not None and role_of(node.fn, self.subject) != "policy":
            return self.define(defined, node.args, env)
        value = apply(self, node, env, position)
        if value is not None:
            return value
        role = role_of(node.fn, self.subject)
        if role is not None and node.fn.name not in FUNCTIONS:
            power = self._power(node.fn, env, position)
            value = self.quantity(node.fn, node.args, env)
            return self.precision.power(value, power) if power is not None else value
        if node.fn.name in FUNCTIONS:
            raise Undecidable(f"{node.fn.name} has no meaning here")
        if len(node.fn.name) > 2 and node.fn.name.isalpha():
            raise Unreadable(
                f"the function '{node.fn.name}' is not part of this formula", node.fn.span
            )
        return self.foreign(node.fn)

    def divergence(self, first: str, second: str, env: Env) -> Number:
        """KL of two policies at the current state."""
        tables = {"new": self.world.new, "old": self.world.old}
        s = self._current("s", env)
        total: Number = Fraction(0)
        for a in self.world.actions:
            p: Number = tables[first][s][a]
            q: Number = tables[second][s][a]
            if self.in_gradient:
                slope = self.world.slope[s][a]
                p = Dual(plain(p), plain(p) * slope) if first == "new" else p
                q = Dual(plain(q), plain(q) * slope) if second == "new" else q
            total = total + p * self.precision.log(self.precision.divide(p, q))
        return total

    def entropy(self, which: str, env: Env) -> Number:
        """Entropy of a policy at the current state."""
        table = self.world.new if which == "new" else self.world.old
        row = table[self._current("s", env)]
        total: Number = Fraction(0)
        for p in row:
            total = total - p * self.precision.log(p)
        return total


def _place_of(key: str, body: Node) -> str | None:
    """Return whether a variable stands where policies and values take an action, or a state."""
    for node in walk(body):
        match node:
            case Given(left=Name() as left, right=right):
                if variable_key(left) == key:
                    return "a"
                if isinstance(right, Name) and variable_key(right) == key:
                    return "s"
            case Call(fn=Name(name="Q" | "q" | "A" | "pi"), args=(_, Name() as second)):
                if variable_key(second) == key:
                    return "a"
    return None


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


def _argument_names(args: tuple[Node, ...]) -> Iterator[Name]:
    """Yield the names among the arguments of a quantity."""
    for arg in args:
        match arg:
            case Name():
                yield arg
            case Given(left=left, right=right):
                yield from _argument_names((left, right))
            case Tuple(items=items):
                yield from _argument_names(items)
            case Index(x=Name() as base):
                yield base
            case Dot() | Parallel() | Dots():
                pass


def _is_next_index(name: Name) -> bool:
    """Whether a name is taken one step later: s', s_{t+1}."""
    if name.primes == 1 and name.name in {"s", "S", "V", "v"}:
        return True
    return any(
        isinstance(i, Bin) and i.op == "+" and isinstance(i.right, Num) and i.right.value == 1
        for i in indices_of(name)
    )


def _is_label(node: Node) -> bool:
    return isinstance(node, Name) and node.name in {"theta", "s", "a", "t", "pi"}
