"""Rewards, values and residuals along a trajectory: returns, TD residuals, advantages.

A formula of this family is a polynomial (nearly always linear) in r_k, V_k and what the input
leaves free. It is evaluated at whole-number times with gamma and lambda drawn from a prime field,
so equal coefficients prove an identity in gamma and lambda up to a chance of about 10^-16
(Schwartz 1980, Zippel 1979). Infinite tails are summed by their linear recurrence; finite horizons
are tried one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from rlprep.formula.decide.effort import spend
from rlprep.formula.decide.polynomial import PRIME, Monomial, Polynomial, total
from rlprep.formula.decide.recurrence import infinite_sum
from rlprep.formula.decide.timeline import (
    REWARDS,
    clock_letters,
    horizon_letters,
    lookahead,
    mentions,
    role_of,
    step_letters,
)
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.integers import MAX_EXPONENT, integer, maybe_integer
from rlprep.formula.names import flat_lower, indices_of, labels_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Dots,
    Expect,
    Given,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Slice,
    Span,
    Tuple,
    walk,
)
from rlprep.formula.vocabulary import FUNCTIONS

WINDOW = 8
TERMS = 34
ENDLESS = 10**6  # what the letter infinity is bound to


@dataclass(frozen=True, slots=True)
class World:
    """One setting in which a formula is evaluated.

    Attributes:
        mod: the prime, or 0 for exact rationals (or symbols).
        gamma: the discount.
        lam: the mixing parameter.
        t: the time asked for.
        n: number of steps of an n-step estimate.
        end: first step after the episode or segment; None for an infinite horizon.
        is_episode: whether nothing at all follows `end` (rewards and values are 0 there).
        ended: whether the step at t ended the episode (masks are 0 there).
        shift: 1 where rewards bear Sutton's index.
        opaque: whether residuals and advantages stay atoms (to compare recursions and patterns).
    """

    mod: int
    gamma: Polynomial
    lam: Polynomial
    t: int = 0
    n: int = 3
    end: int | None = None
    is_episode: bool = False
    ended: bool = False
    shift: int = 0
    opaque: bool = False


class Series:
    """Evaluates expressions of one program in one world."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        self.program = program
        self.world = world
        self.subject = subject
        self.horizon = horizon_letters(program)
        self.steps = step_letters(program, subject)
        self.clocks = clock_letters(program)
        self.has_plain_reward = mentions(program, lambda n: n.name in REWARDS)
        self.has_tail = False
        self.remarks: set[str] = set()
        self.unknown: dict[str, Span] = {}
        self.depth = 0
        self.own: tuple[str, int] | None = None  # what the formula defines, and may not use

    def const(self, value: Fraction | int) -> Polynomial:
        """Return a number of the world."""
        return Polynomial.constant(value, self.world.mod)

    def role(self, node: Name) -> str | None:
        """Return which quantity a name of this input stands for."""
        return role_of(node, self.subject, has_plain_reward=self.has_plain_reward)

    def start(self) -> dict[str, int]:
        """Return the environment of the formula: which letters are which numbers."""
        world = self.world
        bound = {"t": world.t, "inf": ENDLESS} | dict.fromkeys(self.clocks, world.t)
        for letter in self.steps:
            bound[letter] = world.n
        if world.end is not None:
            for letter in self.horizon:
                bound[letter] = world.end
        return bound

    # -- quantities ---------------------------------------------------------------------------

    def reward(self, k: int) -> Polynomial:
        """Return the reward."""
        k -= self.world.shift
        if self.world.ended and k > self.world.t:
            return self.const(0)
        if self.world.is_episode and self.world.end is not None and k >= self.world.end:
            return self.const(0)
        return Polynomial.atom(("r", k), self.world.mod)

    def value(self, k: int) -> Polynomial:
        """Return the value of a state."""
        world = self.world
        if world.is_episode and world.end is not None and k >= world.end:
            return self.const(0)
        if world.ended and k > world.t:
            return self.const(0)
        return Polynomial.atom(("V", k), self.world.mod)

    def residual(self, k: int) -> Polynomial:
        """The residual at k, written out."""
        if self.world.opaque:
            return Polynomial.atom(("delta", k), self.world.mod)
        reward = replace(self.world, shift=0)
        plain, self.world = self.world, reward
        result = self.reward(k) + self.world.gamma * self.value(k + 1) - self.value(k)
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
        gamma = self.world.gamma
        return total((gamma.power(i) * self.residual(k + i) for i in range(n)), self.world.mod)

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
        if world.ended:
            last = min(last, world.t + 1)
        if last - k > 3 * TERMS:
            raise Undecidable("a sum has too many terms")
        weight, result = self.const(1), self.const(0)
        for i in range(k, last):
            result = result + weight * term(i)
            weight = weight * decay
        return result

    # -- expressions --------------------------------------------------------------------------

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
            case Big():
                return self.big(node, bound, position)
            case Expect(body=body):
                self.remarks.add("the expectation is over the sampled step: its integrand is read")
                return self.evaluate(body, bound, position)
            case Cases(rows=rows):
                return self.masked_cases(rows, bound, position)
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
                a, b = self.evaluate(left, bound, position), self.evaluate(right, bound, position)
                return a + b if node.op == "+" else a - b
            case "*" | "cdot" | "otimes" | "@":
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

    def name(self, node: Name, bound: dict[str, int], position: int) -> Polynomial:
        """Return the value of a name."""
        key = variable_key(node)
        if key in bound and key != "inf":
            return self.const(bound[key])
        role = self.role(node)
        defined = self.program.definition(node, position)
        if defined is not None:
            return self.defined(node, defined, bound, position)
        power = next((s for s in node.sups if maybe_integer(s, bound) is not None), None)
        if role in {"gamma", "lam"}:
            base = self.world.gamma if role == "gamma" else self.world.lam
            return self.power(base, power, bound) if power is not None else base
        if role == "ended":
            return self.const(1 if self.world.ended else 0)
        if role == "goes_on":
            return self.const(0 if self.world.ended else 1)
        if role is None:
            return self.foreign(node, power, bound)
        if self.program.is_carried(node, position) and not self._time(node, bound)[1]:
            return self.at(role, node, bound["t"] + 1, bound)
        time, _ = self._time(node, bound)
        return self.at(role, node, time, bound)

    def foreign(self, node: Name, power: Node | None, bound: dict[str, int]) -> Polynomial:
        """Return a symbol of its own for a name that is not known here."""
        self.unknown.setdefault(flat_lower(node), node.span)
        base = Polynomial.atom(("?", flat_lower(node), *self._shown_index(node, bound)),
                               self.world.mod)  # fmt: skip
        return self.power(base, power, bound) if power is not None else base

    def _shown_index(self, node: Name, bound: dict[str, int]) -> tuple[int, ...]:
        found = (maybe_integer(i, bound) for i in indices_of(node))
        return tuple(i for i in found if i is not None)

    def at(self, role: str, node: Name, time: int, bound: dict[str, int]) -> Polynomial:
        """Return the quantity of a role at a time; a superscript may give the number of steps."""
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
            case "A":
                if steps:
                    return self.n_step(steps[0], time)
                return self.advantage(time)
            case _:
                raise Undecidable(f"{node.name} has no meaning here")
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

    def _time(self, node: Name, bound: dict[str, int]) -> tuple[int, bool]:
        """Return the time that a name's scripts give it, and whether they give one."""
        offset = node.primes
        words = [node.name.lower(), *(w.lower() for w in labels_of(node))]
        if (
            "next" in words
            or words[0].startswith("next")
            or "last" in words[:1]
            or "tp1" in words
            or "bootstrap" in words
        ):
            offset += 1
        for index in reversed(indices_of(node)):
            value = maybe_integer(index, bound)
            if value is not None and not (isinstance(index, Num) and node.name in {"c"}):
                return value + offset, True
        return bound["t"] + offset, bool(offset)

    def call(self, node: Call, bound: dict[str, int], position: int) -> Polynomial:
        """Apply a function."""
        name = node.fn.name
        role = self.role(node.fn)
        defined = self.program.definition(node.fn, position)
        if defined is not None and role not in {"V", "r"}:
            return self.defined(node, defined, bound, position)
        if name in {"sum", "cumsum"} and len(node.args) == 1 and isinstance(node.args[0], Big):
            inner = node.args[0]
            return self.big(replace(inner, kind="sum"), bound, position)
        if name == "len":
            if self.world.end is None:
                raise Undecidable("a length where the horizon is infinite")
            return self.const(self.world.end)
        if not node.args and name in FUNCTIONS:
            raise Unreadable(f"{name} needs an argument", node.span)
        if name in {"mean", "avg", "average", "detach", "stopgrad", "sg", "identity", "squeeze"}:
            return self.evaluate(node.args[0], bound, position)
        if flat_lower(node.fn) in {"discount_cumsum", "discounted_cumsum", "discount",
                                   "discounted_sum"} and len(node.args) >= 2:  # fmt: skip
            return self.discounted_sum(node, bound, position)
        if role in {"r", "V", "delta", "G", "A"}:
            power = [s for s in node.fn.sups if maybe_integer(s, bound) is not None]
            if role in {"A", "G"} and power:
                return self.at(role, node.fn, self.state_time(node, bound), bound)
            return self.at(role, replace(node.fn, sups=()), self.state_time(node, bound), bound)
        if role in {"gamma", "lam"} and len(node.args) == 1:
            return self.name(node.fn, bound, position) * self.evaluate(
                node.args[0], bound, position
            )
        if name in {"Q", "q", "pi", "A"}:
            return self.foreign(node.fn, None, bound)
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
                time, given = self._time(argument, bound)
                own, own_given = self._time(node.fn, bound)
                return own if own_given and not given else time
            case Name() if maybe_integer(argument, bound) is None:
                return self._time(node.fn, bound)[0]
            case Index(x=Name() as base, items=(item,)):
                return integer(item, bound) + base.primes
            case None:
                return self._time(node.fn, bound)[0]
        return integer(argument, bound)

    def discounted_sum(self, node: Call, bound: dict[str, int], position: int) -> Polynomial:
        """`discount_cumsum(x, c)[t]`, as code names the sum over k of c^k x_{t+k}."""
        rate = self.evaluate(node.args[1], bound, position)
        start = bound["t"]
        last = self.world.end if self.world.end is not None else self.world.t + TERMS
        terms = (
            rate.power(k - start) * self.evaluate(node.args[0], {**bound, "t": k}, position)
            for k in range(start, last)
        )
        return total(terms, self.world.mod)

    def index(
        self, x: Node, items: tuple[Node, ...], bound: dict[str, int], position: int
    ) -> Polynomial:
        """`values[t+1]`, and whole arrays: `values[1:]` is one step later than `values[:-1]`."""
        if isinstance(x, Index):
            return self.index(x.x, items, bound, position)
        time = None
        for item in items:
            match item:
                case Slice(lo=None, hi=_):
                    time = time if time is not None else bound["t"]
                case Slice(lo=lo) if lo is not None:
                    time = bound["t"] + integer(lo, {})
                case _ if (value := maybe_integer(item, bound)) is not None and time is None:
                    if isinstance(item, Neg | Num):
                        continue
                    time = value
        if time is None:
            raise Undecidable("an index is not known")
        if isinstance(x, Name):
            role = self.role(x)
            if role is not None and self.program.definition(x, position) is None:
                if role in {"ended", "goes_on", "gamma", "lam"}:
                    return self.name(x, bound, position)
                return self.at(role, x, time + lookahead(x), bound)
        return self.evaluate(x, {**bound, "t": time}, position)

    def defined(self, node: Node, number: int, bound: dict[str, int], position: int) -> Polynomial:
        """Evaluate a definition of the input at the index that is used."""
        self.depth += 1
        if self.depth > 40:
            raise Undecidable("definitions refer to each other without end")
        own, self.own = self.own, None
        entry = self.program.entries[number]
        name = node.fn if isinstance(node, Call) else node
        assert isinstance(name, Name)
        inner = dict(self.start())
        inner["t"] = bound["t"]
        if isinstance(entry.target, Name | Index | Call):
            _bind_parameters(entry.target, node, inner, bound)
        result = self.evaluate(entry.values[-1], inner, number)
        self.depth -= 1
        self.own = own
        power = [s for s in name.sups if maybe_integer(s, bound) is not None]
        if power and not (isinstance(entry.target, Name) and entry.target.sups):
            result = self.power(result, power[0], bound)
        return result

    # -- sums ---------------------------------------------------------------------------------

    def big(self, node: Big, bound: dict[str, int], position: int) -> Polynomial:
        """A sum over times or steps, finite or not."""
        if node.kind not in {"sum", "range"}:
            raise Undecidable("only sums are evaluated here")
        key = variable_key(node.var) if node.var is not None else None
        if key is None:
            raise Undecidable("a sum without an index")
        lo, hi = self.limits(node, key, bound)

        def term(i: int) -> Polynomial:
            return self.evaluate(node.body, {**bound, key: i}, position)

        if hi is not None:
            if hi - lo > 3 * TERMS:
                raise Undecidable("a sum has too many terms")
            return total((term(i) for i in range(lo, hi + 1)), self.world.mod)
        if self.world.is_episode:
            last = (self.world.end or 0) + 3
            return total((term(i) for i in range(lo, max(lo, last) + 1)), self.world.mod)
        return self.tail([term(i) for i in range(lo, lo + TERMS)])

    def limits(self, node: Big, key: str, bound: dict[str, int]) -> tuple[int, int | None]:
        """Return the first and last index; None for an infinite sum."""
        from rlprep.formula.tree import Chain

        lo, hi = node.lo, node.hi
        strict_lo = strict_hi = 0
        match node.binder:
            case Chain(items=(_, high), ops=("<=" | "<" as op,)):
                hi, strict_hi = high, int(op == "<")
            case Chain(items=(low, _), ops=("<=" | "<" as op,)) if node.lo is None and hi is None:
                lo, strict_lo = low, int(op == "<")
            case Chain(items=(low, _, high), ops=("<=" | "<" as first, "<=" | "<" as second)):
                lo, hi = low, high
                strict_lo, strict_hi = int(first == "<"), int(second == "<")
            case Chain(ops=("in" | "~",)):
                raise Undecidable("a sum over an unknown set")
        if hi is None and lo is None and self.subject in {"gae_finite", "nstep_advantage"}:
            raise Undecidable("a sum without limits")
        first = integer(lo, bound) + strict_lo if lo is not None else self._default_start(node, key)
        if hi is None or (isinstance(hi, Name) and hi.name in {"inf", "infinity", "oo", "infty"}):
            return first, None
        return first, integer(hi, bound) - strict_hi

    def _default_start(self, node: Big, key: str) -> int:
        """A bare sum over l starts at 0, one over absolute time at t."""
        shifted = any(isinstance(n, Bin) and variable_key(n.left) == "t" for n in walk(node.body))
        return 0 if shifted else self.world.t

    def tail(self, terms: list[Polynomial]) -> Polynomial:
        """Sum an infinite sequence whose first terms are given, coefficient by coefficient."""
        limit = self.world.t + WINDOW
        monomials = {m for term in terms for m in term.terms if _latest(m) <= limit}
        result: dict[Monomial, Fraction | int] = {}
        for monomial in monomials:
            sequence = [term.terms.get(monomial, 0) for term in terms]
            if not any(sequence[-TERMS // 2 :]):
                value: Fraction | int = sum(sequence)
            else:
                self.has_tail = True
                value = infinite_sum(sequence, self.world.mod)
            if self.world.mod:
                value %= self.world.mod
            if value:
                result[monomial] = value
        return Polynomial(result, self.world.mod)

    def ellipsis(self, node: Bin, bound: dict[str, int], position: int) -> Polynomial:
        """`a + b + ... (+ z)`, continued by the pattern of its terms."""
        from rlprep.formula.decide.pattern import continued

        return continued(self, node, bound, position)

    def masked_cases(
        self, rows: tuple[tuple[Node, Node | None], ...], bound: dict[str, int], position: int
    ) -> Polynomial:
        """`0 if done else x`, and the cases of a recursion at its boundary."""
        from rlprep.formula.tree import Chain

        for value, condition in rows:
            if condition is None:
                return self.evaluate(value, bound, position)
            match condition:
                case Name():
                    holds = self.evaluate(condition, bound, position).constant_term != 0
                case Chain(items=(left, right), ops=(op,)):
                    a, b = maybe_integer(left, bound), maybe_integer(right, bound)
                    if a is None or b is None:
                        if self.world.end is None and op == "=":
                            continue  # the boundary of an infinite horizon is never reached
                        if self.world.end is None:
                            return self.evaluate(value, bound, position)
                        raise Undecidable("a condition that is not known here")
                    holds = {"=": a == b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b,
                             "!=": a != b}.get(op, False)  # fmt: skip
                case _:
                    raise Undecidable("a condition that is not known here")
            if holds:
                return self.evaluate(value, bound, position)
        raise Undefined("no case applies")


def _latest(monomial: Monomial) -> int:
    times = [k for atom, _ in monomial for k in atom[1:2] if isinstance(k, int)]
    return max(times, default=0)


def _terms(node: Node) -> list[Node]:
    """Return the summands of nested + and -."""
    if isinstance(node, Bin) and node.op in {"+", "-"}:
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _bind_parameters(target: Node, use: Node, inner: dict[str, int], bound: dict[str, int]) -> None:
    """Bind the index letters of a definition's left side to the indices of its use."""
    for parameter, argument in zip(_indices(target), _indices(use), strict=False):
        value = maybe_integer(argument, bound)
        if value is None:
            continue
        match parameter:
            case Name():
                key = variable_key(parameter)
                assert key is not None
                inner[key] = value
            case Bin(op=op, left=Name() as left, right=right):
                key = variable_key(left)
                assert key is not None
                offset = maybe_integer(right, {})
                if offset is None:
                    other = variable_key(right)
                    offset = inner.get(other, 0) if other is not None else 0
                    if other is not None:
                        inner.setdefault(other, 0)
                inner[key] = value - offset if op == "+" else value + offset


def _indices(node: Node) -> tuple[Node, ...]:
    match node:
        case Name():
            return (*indices_of(node), *(s for s in node.sups if not isinstance(s, Tuple)))
        case Index(items=items):
            return items
        case Call(fn=fn, args=args):
            return _indices(fn) + args
    return ()


def prime_world(**changes: object) -> World:
    """Return a world with gamma and lambda drawn (once, by a fixed seed) from the prime field."""
    gamma, lam = 982451653 * 7919**3 % PRIME, 961748941 * 104729**3 % PRIME
    base = World(PRIME, Polynomial.constant(gamma, PRIME), Polynomial.constant(lam, PRIME))
    return replace(base, **changes)  # type: ignore[arg-type]
