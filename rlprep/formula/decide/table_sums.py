"""Expectations, sums and optima over the states, actions and samples of a world of tables."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from weakref import WeakKeyDictionary

from rlprep.formula.decide.argument_words import STATE_LETTERS, is_action, is_state
from rlprep.formula.decide.columns import refuse_crossed
from rlprep.formula.decide.distributions import Sampling, leaves_sample, sampling_of
from rlprep.formula.decide.numbers import Dual, Number, plain
from rlprep.formula.decide.policies import is_batch, role_of
from rlprep.formula.decide.reward_sums import Earned, earned
from rlprep.formula.decide.sample_indices import refuse_other_samples
from rlprep.formula.decide.table_divergences import Free
from rlprep.formula.decide.table_entries import indexed_place
from rlprep.formula.decide.table_places import (
    TRANSITIONS,
    Env,
    argument_names,
    is_moved,
    is_next_index,
)
from rlprep.formula.decide.table_quantities import Quantities
from rlprep.formula.decide.worlds import World
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Chain,
    Expect,
    Given,
    Name,
    Node,
    Num,
    Optimise,
    Tuple,
    rewritten,
    walk,
)

SAMPLES = {"i", "n", "j", "m", "b"}
"""Letters that count samples of a batch where others count steps of time."""

TIME_LETTERS = {"t", "l", "k", "n", "T", "tau", "i", "j", "h", "m", "e", "b"}


SUMMING: WeakKeyDictionary[Program, dict[str, bool]] = WeakKeyDictionary()
"""Whether a program sums over samples, which is the same in every world."""


class Sums(Quantities):
    """Binds what quantities need; `evaluate` comes with the walk over expressions."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        super().__init__(program, world, subject)
        known = SUMMING.setdefault(program, {})
        if subject not in known:
            refuse_crossed(program, subject)
            known[subject] = self._sums_over_samples()
        self.sums_samples = known[subject]
        self.weighed: dict[tuple[Big, int], Earned] = {}  # the same at every state and action

    def evaluate(self, node: Node, env: Env, position: int) -> Number:
        """Return the value of a node."""
        raise NotImplementedError

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
        is_vague = self.subject == "advantage" and not sampling.is_named
        if is_vague:
            axes = []
        if self.subject in {"kl", "entropy"}:
            if self.subject == "kl" and not sampling.explicit:
                raise Undecidable("an expectation whose distribution is not named")
            axes = [axis for axis in axes if axis != "s"]
        while True:  # at most three times: each adds an axis
            try:
                mean = self._mean(sampling, axes, body, env, position)
                if is_vague and not axes and body is not self.outermost:
                    raise Undecidable("an expectation that does not say over what")
                return mean
            except Free as missing:
                if missing.axis in axes or (missing.axis == "s" and "s" not in sampling.axes):
                    raise
                axes.append(missing.axis)

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
        start = {k: v for k, v in env.items() if not ("s" in axes and k in {"s", "a", "s2"})}
        order = [axis for axis in ("s", "a", "s2") if axis in axes]
        if any(is_next_index(n) for n in argument_names(sampling.given)) and "s2" in order:
            order.remove("s2")  # a' is drawn where the next state is known
            order.insert(order.index("a"), "s2")
        yield from self._drawn(sampling, order, Fraction(1), start)

    def _drawn(
        self, sampling: Sampling, order: list[str], weight: Number, env: Env
    ) -> Iterator[tuple[Number, Env]]:
        """Draw one variable after the other."""
        if not order:
            yield weight, env
            return
        axis, *rest = order
        world = self.world
        for value in world.actions if axis == "a" else world.states:
            if axis == "s":
                visits = world.d_new if (sampling.states or self.default) == "new" else world.d_old
                chance: Number = visits[value]
                inner = env | {"s": value} | {f"s:var:{k}": value for k in sampling.state_names}
            elif axis == "a":
                given = self.state(sampling.given, env)
                chance = self._chance(sampling.policy or self.default, given, value, sampling)
                inner = env | {f"a:var:{k}": value for k in sampling.action_names}
                if not sampling.keeps_action:
                    inner["a"] = value
            else:
                s_now, a_now = self.current("s", env), self.current("a", env)
                chance = world.step[s_now][a_now][value]
                inner = env | {"s2": value}
            yield from self._drawn(sampling, rest, weight * chance, inner)

    def _chance(self, policy: str, s: int, a: int, sampling: Sampling) -> Number:
        value = (self.world.new if policy == "new" else self.world.old)[s][a]
        if policy == "new" and self.in_gradient and sampling.explicit:
            return Dual(value, value * self.world.slope[s][a])
        return value

    # -- sums and optima ------------------------------------------------------------------------

    def _sums_over_samples(self) -> bool:
        """Whether the input sums over samples or time, so that a count makes a mean of it."""
        for node in self.program.nodes():
            match node:
                case Big(kind="sum" | "range"):
                    if any(axis in {"time", "samples"} for axis, _ in self._axes(node)):
                        return True
                case Call(fn=Name(name="sum" | "reduce_sum" | "dot" | "inner")) | Bin(op="@"):
                    return True
        return False

    def _axes(self, node: Big) -> list[tuple[str, str]]:
        """Return what each index of a sum runs over, with the index."""
        if self.program.is_code and is_batch(node.binder):
            return [("samples", "b")]  # for s, a in batch
        names = node.var.items if isinstance(node.var, Tuple) else (node.var,)
        found: list[tuple[str, str]] = []
        for var in names:
            if not isinstance(var, Name):
                unsaid = "a" if self.subject in {"kl", "entropy"} else "samples"
                found.append((unsaid, ""))
                continue
            key = variable_key(var) or ""
            if is_moved(var) and is_next_index(var):
                key = f"{key}'"  # s_{t+1} is s', and leaves the sample's own state
            found.append((self._axis(key, var, node), key))
        return found

    def big(self, node: Big, env: Env, position: int) -> Number:
        """A sum over actions, states, samples or time."""
        if node.kind == "prod":
            raise Undecidable("a product over a trajectory")
        node = self._over_entries(node)
        axes = self._axes(node)
        refuse_other_samples(node, self.subject, {key for _, key in axes})
        skips_one = isinstance(node.binder, Chain) and "!=" in node.binder.ops
        skips_end = _leaves_out(node) and any(k in SAMPLES or axis != "time" for axis, k in axes)
        if skips_one or skips_end:
            raise Undecidable("a sum that leaves some out")
        return self._summed(node, axes, env, position)

    def _over_entries(self, node: Big) -> Big:
        """Return `x log(x) for x in p` of code with p in x's place, a sum over the actions."""
        entry, whole = node.var, node.binder
        if self.subject not in {"kl", "entropy"} or not self.program.is_code or not (
            isinstance(entry, Name) and isinstance(whole, Name)
            and role_of(whole, self.subject) == "policy"
        ):  # fmt: skip
            return node
        key = variable_key(entry)

        def put(part: Node) -> Node:
            return whole if isinstance(part, Name) and variable_key(part) == key else part

        return replace(node, var=None, binder=None, body=rewritten(node.body, put))

    def _axis(self, key: str, var: Name, node: Big) -> str:
        """Return what a sum runs over, by its letter and by how the summand uses it."""
        match node.binder:
            case Chain(items=(_, Name(name="D" | "B" | "batch" | "data")), ops=("in",)):
                return "samples"  # s in D: the states that were visited
        letter = var.name
        if self.subject in {"kl", "entropy"} and letter not in {"s", "S"}:
            is_outer = any(isinstance(n, Big) for n in walk(node.body))
            return "samples" if is_outer and letter in TIME_LETTERS else "a"
        if (place := _place_of(key, node.body)) is not None:
            return place
        is_one_state = self.subject == "advantage"
        place = indexed_place(key, node.body, is_one_state=is_one_state)
        if place is not None and self.program.is_code:
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
        if axis == "samples" and self.subject in {"kl", "entropy"}:
            return self.count(key) * self._summed(node, rest, env, position)
        if axis in {"time", "samples"}:
            if self._sums_rewards(node):
                return self.future(node, env, position)
            if self.subject == "advantage":
                if self.in_expectation:
                    raise Undecidable("a sum over time inside an expectation")
                return self.foreign(Name(node.span, "sample"))
            self.has_sum = True
            if axis == "time":
                self.remarks.add("the sum over time steps is read as the mean over visited states")
            is_mean = axis == "samples" or key in SAMPLES or self.subject != "policy_gradient"
            if is_mean and "s" not in env and not rest:
                sampling = Sampling(("s", "a"), explicit=False, is_named=False)
                return self.average(sampling, node.body, env, position)
            return self._summed(node, rest, env, position)
        self.refuse_sample("a sum over actions or states")
        total: Number = Fraction(0)
        for value in self.world.actions if axis == "a" else self.world.states:
            inner = dict(env)
            inner[f"{axis}:var:{key}"] = value
            if not leaves_sample(key, axis, node.body):
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
            "reward", "return", "gamma", "count", None, "state_dist"
        } and bool(roles & {"reward", "return"})  # fmt: skip

    def future(self, node: Big, env: Env, position: int) -> Number:
        """A sum of rewards along the trajectory: its mean, given s and a."""
        s, a = self.state((), env), self.action((), env)
        found = self.weighed.get((node, position))
        if found is None:
            found = earned(self.program, node, position, self.world.numbers["gamma"],
                           from_the_start=self.subject == "policy_gradient")  # fmt: skip
            self.weighed[node, position] = found
        self.remarks.add("right in expectation: the return's mean, given s and a, is Q(s, a)")
        if found.is_shifted:
            self.remarks.add(
                "rewards bear Sutton and Barto's index here: R_{t+1} follows the action at t"
            )
        return found.share * self.world.q[s][a] + (self.world.past[s] if found.has_past else 0)

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


def _leaves_out(node: Big) -> bool:
    """Whether a sum's limits skip the first, or stop before the last: 2..n, 1..n-1, 0..n-2."""
    first = node.lo.value if isinstance(node.lo, Num) else 0
    last, less = node.hi, Fraction(0)
    while isinstance(last, Bin) and last.op in {"+", "-"} and isinstance(last.right, Num):
        less += last.right.value if last.op == "-" else -last.right.value
        last = last.left
    if isinstance(last, Num) and last is node.hi:
        return True
    return first not in {0, 1} or (last is not node.hi and less + first != 1)


def _place_of(key: str, body: Node) -> str | None:
    """Return whether a variable stands where policies and values take an action, or a state."""
    for node in walk(body):
        match node:
            case Call(fn=Name(name=name), args=(Given(left=Name() as left, right=right),)) if (
                name in TRANSITIONS and variable_key(left) == key
                and any(is_action(n) for n in walk(right))
            ):  # fmt: skip
                return "s"
            case Given(left=Name() as left, right=right):
                if variable_key(left) == key:
                    return "s" if is_state(left) else "a"
                if isinstance(right, Name) and variable_key(right) == key:
                    return "s"
            case Call(fn=Name(name="Q" | "q" | "A" | "pi"), args=(_, Name() as second)):
                if variable_key(second) == key:
                    return "a"
    return None
