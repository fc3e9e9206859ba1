"""What the names of policy optimisation stand for in a small world of tables.

Every quantity is taken at the state, action and next state of its environment. One that needs what
is not bound raises `Free`: the expectation around it (or the implicit one around a per-sample
integrand) then binds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from zlib import crc32

from rlprep.formula.decide.argument_words import is_action, is_earlier, is_later, is_state
from rlprep.formula.decide.distributions import whose
from rlprep.formula.decide.logits import logit, raw_logits
from rlprep.formula.decide.numbers import Dual, Number, plain
from rlprep.formula.decide.policies import is_old, role_of, words_of
from rlprep.formula.decide.table_divergences import ONLY_NAMED, Divergences
from rlprep.formula.decide.table_places import (
    TRANSITIONS,
    Env,
    argument_names,
    is_moved,
    is_next_index,
    place_key,
    policy_labels,
    refuse_misplaced,
    refuse_other_index,
    refuse_strangers,
    refuse_unbound,
)
from rlprep.formula.decide.which import compared, policy_roles
from rlprep.formula.decide.worlds import World
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat, labels_of
from rlprep.formula.program import Program
from rlprep.formula.tree import Given, Name, Node, Span


class Quantities(Divergences):
    """The quantities of one world, by the names that one program gives them."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        super().__init__(program, world, subject)
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.is_before = False  # inside a function of theta that is taken at the old parameters
        self.parameters: list[dict[str, tuple[Node, Env, int]]] = []
        self.roles = policy_roles(program, subject)
        self.compared = compared(program) if subject == "kl" else frozenset()
        self.default = (
            "new" if subject in {"policy_gradient", "advantage", "entropy", "kl"} else "old"
        )
        self.logits = raw_logits(program, subject)
        self.spoken: dict[str, Name] = {}
        self.depth = 0
        self.in_expectation = False
        self.outermost: Node | None = None  # what a mean around the whole formula is of
        self.is_below = False
        self.is_named = False  # whether the ratio that is asked for is used by its own name
        self.sums_samples: bool
        self.has_sum = self.has_count = False  # met: a sum over samples, a division by their number
        self.numbers: dict[str, str] = {}  # by role, the name that a coefficient goes by
        self.picked: set[str] = set()  # letters that pick the sample in code
        self.policies: set[str] = set()  # whose values are spoken of
        self.solution: Fraction | None = None  # what is tried for the unknown of an equation

    def role(self, name: Name) -> str | None:
        """Return what a name stands for; KL(f || g) says that f and g are distributions."""
        return "policy" if flat(name) in self.compared else role_of(name, self.subject)

    def quantity(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return what a name stands for, at its arguments or at the current sample."""
        world = self.world
        match args:
            case (Given(left=Name() as reached, right=given),) if node.name in TRANSITIONS and (
                reached.name in {"s", "S"} or self._is_state(reached, env)
            ):  # fmt: skip
                s, a = self.state((given,), env), self.action((given,), env)
                return world.step[s][a][self.state((reached,), env)]
        if self.logits and (raw := logit(self, node, env)) is not None:
            return raw
        role = self.role(node)
        if node.name == "R" and role == "return" and len(args) > 1:
            role = "reward"  # R(s, a) of a decision problem
        if node.name in {"d", "mu", "rho", "eta", "p", "P"} and self._of_state_alone(args, env):
            owner = whose(node, self) or self.default
            return (world.d_old if owner == "old" else world.d_new)[self.state(args, env)]
        if role is not None:
            refuse_misplaced(role, node, args)
            self.refuse_strangers(role, args, env)
        if self.solution is not None and role == self.subject:
            return self.solution
        if self.subject == "advantage" == role:
            raise Undecidable(ONLY_NAMED)
        if self.subject == "advantage" and role in {"action_value", "value"}:
            self.policies |= set(policy_labels(node))
            if len(self.policies) > 1:
                raise Undecidable("values of two policies")
        self.is_named = self.is_named or (self.subject == "ratio" and role in {"ratio", "logratio"})
        match role:
            case "policy":
                return self.policy(node, args, env)
            case "logp":
                if "logits" in words_of(node) and self.subject not in {"kl", "entropy"}:
                    raise Undecidable("logits are log-probabilities only after log_softmax")
                return self.precision.log(self.policy(node, args, env))
            case "ratio":
                return self.ratio(env, args)
            case "score":
                return world.slope[self.state(args, env)][self.action(args, env)]
            case "logratio":
                return self.precision.log(self.ratio(env, args))
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
                return self.earned(env)
            case "residual":
                s, a = self.state(args, env), self.action(args, env)
                return world.advantage[s][a] + self._surprise(env, s, a)
            case "epsilon" | "beta" | "bound" | "gamma":
                if self.numbers.setdefault(role, flat(node)) != flat(node):
                    return self.foreign(node)  # epsilon_low and epsilon_high are two numbers
                return world.numbers[role]
            case "count":
                return self.count(flat(node))
            case "entropy":
                return self.entropy("new", env)
            case "kl":
                return self.divergence("old", "new", env)
        return self.foreign(node)

    def refuse_strangers(self, role: str, args: tuple[Node, ...], env: Env) -> None:
        """Refuse a second letter, or outside of sums a second index, for the sample at hand."""
        refuse_strangers(self.spoken, role, args, env, indices=not self.sums_samples)

    @contextmanager
    def below(self, is_below: bool) -> Iterator[None]:
        """Mark what is evaluated inside as part of a denominator."""
        outside, self.is_below = self.is_below, self.is_below or is_below
        try:
            yield
        finally:
            self.is_below = outside

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Mark what is evaluated inside as no plain denominator: N^2 and sqrt(N) are no counts."""
        outside, self.is_below = self.is_below, False
        try:
            yield
        finally:
            self.is_below = outside

    def refuse_sample(self, what: str) -> None:
        """Refuse a single sample where whole distributions are spoken of.

        Raises:
            Undecidable: this world is a single sample.
        """
        if self.world.is_sample:
            raise Undecidable(f"{what} needs whole distributions")

    def count(self, what: str) -> Number:
        """Return a number of samples: 1 where a sum over them is divided by it, which is a mean.

        A divergence and an entropy belong to one state: there a sum over states counts them.
        """
        if self.subject in {"kl", "entropy"}:
            return self.opaque("count")
        if self.is_below and self.sums_samples:
            self.has_count = True
            return Fraction(1)
        return self.opaque(what)

    def _of_state_alone(self, args: tuple[Node, ...], env: Env) -> bool:
        """Whether the arguments are one state: then the name is a distribution of states."""
        return len(args) == 1 and isinstance(args[0], Name) and (
            args[0].name in {"s", "S"} or f"s:var:{place_key(args[0])}" in env
        )  # fmt: skip

    def foreign(self, node: Name) -> Number:
        """A symbol that the formula has no use for, as some fixed number of its own."""
        key = flat(node)
        self.unknown.setdefault(key, node.span)
        return self.opaque(key)

    def opaque(self, what: str) -> Number:
        """Return a fixed number of its own for something that the tables don't know."""
        return self.precision.constant(Fraction(crc32(what.encode()) % 9973 + 3, 7))

    def policy(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return a policy's probability of an action in a state."""
        if self.subject in {"kl", "entropy"} and is_moved(node):
            raise Undecidable(f"{node.name} of another outcome than the sum's")
        if self.subject in {"kl", "entropy"} and not args:
            refuse_other_index(node, env)
        which = self.which(node)
        parameters = [n for n in argument_names(args) if n.name == "theta"]
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
        return "old" if self.is_before else self.roles(node)

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
            s = self.state(args, env)
            if any(map(is_action, argument_names(args))):
                return self.opaque(
                    f"b{s}{self.action(args, env)}"
                )  # no baseline: it takes the action
            return self.world.past[s]
        if self._is_next(node, args):
            return self.world.v[self.current("s2", env)]
        return self.world.v[self.state(args, env)]

    def reward(self, node: Name, args: tuple[Node, ...], env: Env) -> Number:
        """Return the reward; r(s, a, s') is its mean and what the next state adds to it."""
        match args:
            case (*taken, Name() as reached) if len(taken) == 2 and self._is_state(reached, env):
                s, a = self.state(tuple(taken), env), self.action(tuple(taken), env)
                later = env | {"s2": self.state((reached,), env)}
                return self.world.reward[s][a] + 3 * self._surprise(later, s, a)
        return self.world.reward[self.state(args, env)][self.action(args, env)]

    def earned(self, env: Env) -> Number:
        """The return; a trajectory's whole one adds what came before, which no gradient feels."""
        s, a = self.state((), env), self.action((), env)
        if self.subject == "advantage":
            return self.world.q[s][a] + self._surprise(env, s, a)  # one sampled return
        return self.world.q[s][a]

    def _surprise(self, env: Env, s: int, a: int) -> Fraction:
        """What the TD residual adds to the advantage: it depends on the next state."""
        s2 = self.current("s2", env)
        mean = sum(
            (self.world.step[s][a][n] * self.world.v[n] for n in self.world.states), Fraction(0)
        )
        return self.world.numbers["gamma"] * (self.world.v[s2] - mean)

    def _is_state(self, name: Name, env: Env) -> bool:
        """Whether a name is the next state, or one that a sum or an expectation binds."""
        return is_next_index(name) or f"s:var:{place_key(name)}" in env

    # -- where a quantity is taken --------------------------------------------------------------

    def state(self, args: tuple[Node, ...], env: Env) -> int:
        """Return the state that the arguments name, else the current one."""
        for name in argument_names(args):
            if (key := f"s:var:{place_key(name)}") in env:
                return env[key]
            if is_state(name) and is_next_index(name):
                return self.current("s2", env)
            if is_state(name) and (is_moved(name) or is_earlier(name)):
                raise Undecidable("a state at another time than the sample's")
        return self.current("s", env)

    def action(self, args: tuple[Node, ...], env: Env) -> int:
        """Return the action that the arguments name, else the current one."""
        for name in argument_names(args):
            if (key := f"a:var:{place_key(name)}") in env:
                return env[key]
            if is_action(name) and (is_moved(name) or is_later(name) or is_earlier(name)):
                raise Undecidable("an action at another time than the sample's")
            if is_action(name) and name.primes:
                raise Undecidable(f"{name.name}' is bound by no sum and no expectation")
        if self.subject in {"kl", "entropy"}:
            refuse_unbound(args, env)
        return self.current("a", env)

    def _is_next(self, node: Name, args: tuple[Node, ...]) -> bool:
        if "next" in {w.lower() for w in (node.name, *labels_of(node))} or is_next_index(node):
            return True
        return any(
            (is_state(n) and is_next_index(n)) or n.name == "next" for n in argument_names(args)
        )
