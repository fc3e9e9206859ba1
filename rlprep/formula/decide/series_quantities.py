"""Rewards, values, residuals, returns and advantages of a trajectory, as polynomials."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from rlprep.formula.decide.polynomial import Polynomial, total
from rlprep.formula.decide.series_world import ENDLESS, TERMS, World, refuse_far
from rlprep.formula.decide.timeline import (
    REWARDS,
    adds_rewards,
    clock_letters,
    horizon_letters,
    mentions,
    role_of,
    step_letters,
)
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import MAX_EXPONENT, maybe_integer
from rlprep.formula.names import indices_of, labels_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Bin,
    Dots,
    Name,
    Node,
    Span,
)


class Quantities:
    """The quantities of one world, by the names that one program gives them."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        self.program = program
        self.world = world
        self.subject = subject
        self.horizon = horizon_letters(program)
        self.steps = step_letters(program, subject)
        self.clocks = clock_letters(program)
        self.has_plain_reward = mentions(program, lambda n: n.name in REWARDS)
        self.adds_rewards = adds_rewards(program)
        self.has_dots = any(isinstance(n, Dots) for n in program.nodes())
        self.has_tail = False
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.depth = 0
        self.own: tuple[str, int] | None = None  # what the formula defines, and may not use
        self.lengths = [] if program.is_code else list(self._lengths())

    def _lengths(self) -> Iterator[tuple[str, Node]]:
        """Yield the letters that the input defines by others: `where N = T - t`."""
        for entry in self.program.entries:
            target, value = entry.target, entry.values[-1]
            if isinstance(target, Name) and isinstance(value, Bin) and not (
                target.sups or (key := variable_key(target)) is None
            ):  # fmt: skip
                yield key, value

    def const(self, value: Fraction | int) -> Polynomial:
        """Return a number of the world."""
        return Polynomial.constant(value, self.world.mod)

    def role(self, node: Name) -> str | None:
        """Return which quantity a name of this input stands for."""
        return role_of(
            node, self.subject, has_plain_reward=self.has_plain_reward,
            adds_rewards=self.adds_rewards,
        )  # fmt: skip

    def start(self) -> dict[str, int]:
        """Return the environment of the formula: which letters are which numbers."""
        world = self.world
        bound = {"t": world.t, "inf": ENDLESS} | dict.fromkeys(self.clocks, world.t)
        for letter in self.steps:
            bound[letter] = world.n
        if world.end is not None:
            for letter in self.horizon:
                bound[letter] = world.end
        for key, length in self.lengths:
            whole = maybe_integer(length, bound)
            if whole is not None:
                bound.setdefault(key, whole)
        return bound

    # -- at a time ------------------------------------------------------------------------------

    def reward(self, k: int) -> Polynomial:
        """Return the reward."""
        k -= self.world.shift
        if self.world.is_past(k):
            return self.const(0)
        if self.world.is_episode and self.world.end is not None and k >= self.world.end:
            return self.const(0)
        return Polynomial.atom(("r", k), self.world.mod)

    def value(self, k: int) -> Polynomial:
        """Return the value of a state."""
        world = self.world
        if world.is_episode and world.end is not None and k >= world.end:
            return self.const(0)
        if world.is_past(k):
            return self.const(0)
        return Polynomial.atom(("V", k), self.world.mod)

    def flag(self, role: str, k: int, *, is_told: bool) -> Polynomial:
        """Return 0 or 1: what a flag says of the end of an episode.

        Args:
            role: "ended", "goes_on", or "began", which is told of the step after an end.
            k: the time that its index or its name gives it.
            is_told: whether one does; a bare `done` is that of the step at hand.
        """
        lag = 1 if role == "began" else self.world.lag if is_told else 0
        return self.const(int((k - lag in self.world.ends) is not (role == "goes_on")))

    def residual(self, k: int) -> Polynomial:
        """The residual at k, written out."""
        if self.world.opaque:
            return Polynomial.atom(("delta", k), self.world.mod)
        reward = replace(self.world, shift=0)
        plain, self.world = self.world, reward
        goes_on = self.const(0 if k in self.world.ends else 1)
        result = self.reward(k) + self.world.gamma * goes_on * self.value(k + 1) - self.value(k)
        self.world = plain
        return result

    def n_step(self, n: int, k: int) -> Polynomial:
        """The n-step advantage at k: the sum of n discounted residuals."""
        if n >= ENDLESS:
            return self.discounted(k) - self.value(k)
        if not 0 <= n <= 3 * TERMS:
            raise Undecidable("an unusual number of steps")
        if self.world.opaque:
            return Polynomial.atom(("A", k, n), self.world.mod)
        gamma, last = self.world.gamma, self.world.end_from(k)
        count = n if last is None else min(n, last + 1 - k)
        return total((gamma.power(i) * self.residual(k + i) for i in range(count)), self.world.mod)

    def discounted(self, k: int) -> Polynomial:
        """The return from k on."""
        if self.world.opaque:
            return Polynomial.atom(("G", k), self.world.mod)
        plain, self.world = self.world, replace(self.world, shift=0)
        result = self._decayed(self.world.gamma, self.reward, k)
        self.world = plain
        return result

    def advantage(self, k: int) -> Polynomial:
        """The advantage that is asked about, at k: the solution of its recursion."""
        if self.world.opaque:
            return Polynomial.atom(("A", k), self.world.mod)
        decay = self.world.gamma
        if self.subject not in {"gae_lambda1", "gae_lambda0"}:
            decay = decay * self.world.lam
        if self.subject == "gae_lambda0":
            return self.residual(k)
        return self._decayed(decay, self.residual, k)

    def _decayed(self, decay: Polynomial, term: Callable[[int], Polynomial], k: int) -> Polynomial:
        world = self.world
        last = world.end if world.end is not None else world.t + TERMS
        if (end := world.end_from(k)) is not None:
            last = min(last, end + 1)
        if last - k > 3 * TERMS:
            raise Undecidable("a sum has too many terms")
        weight, result = self.const(1), self.const(0)
        for i in range(k, last):
            result = result + weight * term(i)
            weight = weight * decay
        return result

    def at(self, role: str, node: Name, time: int, bound: dict[str, int]) -> Polynomial:
        """Return the quantity of a role at a time; a superscript may give the number of steps."""
        for script in node.sups:
            refuse_far(script)
        steps = [n for s in node.sups if (n := maybe_integer(s, bound)) is not None]
        if self.own == (role, time) and steps in ([], [self.world.n] if self.steps else []):
            return Polynomial.atom(("self",), self.world.mod)
        match role:
            case "r":
                quantity = self.reward(time)
            case "V":
                quantity = self.value(time)
            case "delta":
                quantity = self.residual(time)
            case "G":
                return self.returned(node, time, steps, bound)
            case _:  # an advantage
                return self.n_step(steps[0], time) if steps else self.advantage(time)
        if steps:
            if not 0 < steps[0] <= MAX_EXPONENT:
                raise Undecidable("an unusual power")
            return quantity.power(steps[0])
        return quantity

    def returned(
        self, node: Name, time: int, steps: list[int], bound: dict[str, int]
    ) -> Polynomial:
        """A return: plain, of n steps, or the lambda-return."""
        indices = [k for i in indices_of(node) if (k := maybe_integer(i, bound)) is not None]
        if len(indices) == 2:
            time, steps = indices[0], [indices[1] - indices[0]]
        if steps:
            return self.n_step(steps[0], time) + self.value(time)
        if any(word in {"lambda", "lam"} for word in labels_of(node)):
            return self.advantage(time) + self.value(time)
        return self.discounted(time)
