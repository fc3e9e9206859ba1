"""Code on whole arrays along a trajectory, run on arrays of polynomials.

`np.cumsum((w * r)[::-1])[::-1] / w`, `lfilter([1], [1, -c], x[::-1])[::-1]`, `triu(...) @ deltas`
and lists of sums mean nothing at one time alone: each entry comes from its place in an array of a
certain length. So the code is run in a world of a few steps, on arrays of that many entries.

Values may be as many as there are steps, or one more (of the state after the last); rewards are one
more (a bootstrap behind them) only where as many as steps do not fit. Only lengths that fit each
other and give one entry for each step are taken; where none do, or where several do and tell
different things, nothing is decided.
"""

import re
from dataclasses import dataclass, replace
from itertools import product

from rlprep.formula.code_arrays import statements
from rlprep.formula.code_loops import has_loop
from rlprep.formula.decide.array_code import ArrayCode
from rlprep.formula.decide.array_entries import ONE, ZERO, Entry
from rlprep.formula.decide.array_functions import JOINING, number, vector
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.tensor import Tensor
from rlprep.formula.decide.timeline import IGNORED, VALUES, is_setting, role_of, target_role
from rlprep.formula.errors import TooShort, Undecidable, Undefined, Unreadable
from rlprep.formula.names import flat, flat_lower, labels_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import Big, Call, Define, Index, Name, Node, Num, Slice

WHOLE = {"flip", "flipud", "reversed", "cumsum", "cumprod", "lfilter", "append", "pad", "roll",
         "triu", "tril", "toeplitz", "inv", "solve", "solve_triangular", "add_accumulate",
         "subtract_outer", "polyval", "convolve", "einsum"} | JOINING  # fmt: skip
"""Functions that mean something on whole arrays only."""

STEPS = {"t", "n", "h", "num_steps", "n_steps", "horizon", "steps", "length", "seq_len", "traj_len"}
"""What code calls the number of steps, in small letters."""

_ALL = re.compile(r"\benumerate\(\s*[\w.]+\s*\)")
_EACH = re.compile(r"\bt\b|\b(?:values|vals|vs)\b(?!\s*\[)")

PLURALS = {"values", "vals", "vs", "next_values", "next_vals", "rewards", "rews", "returns"}
BEHIND = {"last", "bootstrap", "bootstrapped", "final"}
STATES = {"s", "states", "obs", "observations", "state"}


def is_arrayed(program: Program) -> bool:
    """Whether a program is code that means something on whole arrays only."""
    if not program.is_code or has_loop(program.text):
        return False
    if _ALL.search(program.text) and _EACH.search(program.text):
        return True  # a list is run through from its start, beside what each step has
    nodes = list(program.nodes())
    counts = any(isinstance(n, Call) and n.fn.name == "arange" for n in nodes)
    if counts and ("len(" in program.text or not any(isinstance(n, Slice) for n in nodes)):
        return True  # powers of a discount beside arrays from their start to their end
    return any(map(_is_array_like, nodes))


def _is_array_like(node: Node) -> bool:
    match node:
        case Call(fn=fn):
            return fn.name in WHOLE or flat(fn) in WHOLE
        case Big(kind="range"):
            return True  # a list of what holds at each step
        case Index(items=items):
            return any(isinstance(i, Name) and i.name in {"None", "newaxis"} for i in items)
    return False


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many entries the arrays of the data have.

    Attributes:
        rewards: of the rewards.
        values: of the states' values.
        is_each: whether `next_value` is one for each step; else it is that behind the last.
    """

    rewards: int
    values: int
    is_each: bool


def outcome(series: Series) -> Polynomial:
    """Return what the array code of a series gives at its world's time.

    Raises:
        TooShort: it gives the value at the first step only, and another is asked for.
        Undecidable: it does something that is not known here, or no lengths fit.
    """
    program, world = series.program, series.world
    if world.end is None:
        raise Undecidable("whole arrays where the horizon is infinite")
    # behind the end of an episode stand another one's data
    live = Series(program, replace(world, is_followed=True), series.subject)
    try:
        lines = statements(program.text)
    except (Unreadable, SyntaxError) as error:
        raise Undecidable(f"the code's arrays are not read: {error}") from None
    found: list[Polynomial] = []
    sizes = (world.end, world.end + 1)
    for rewards, is_each, values in product(sizes, (True, False), sizes):
        if found and values == world.end:
            break  # what is less usual is tried only where nothing else fits
        run = ArrayRun(series, live, Lengths(rewards, values, is_each))
        try:
            result = run.result(lines)
        except Undefined:
            continue  # these lengths do not fit
        if result not in found:
            found.append(result)
    if not found:
        raise Undecidable("no lengths of the arrays fit")
    if len(found) > 1:
        raise Undecidable("the result hangs on how long the arrays are")
    return found[0]


class Misfit(Undefined):
    """The lengths of the data give another number of results than there are steps."""


class ArrayRun(ArrayCode):
    """Runs one program in one world, with data of certain lengths."""

    def __init__(self, series: Series, live: Series, lengths: Lengths) -> None:
        super().__init__()
        self.program = series.program
        self.world = series.world
        self.subject = series.subject
        self.lengths = lengths
        self.series = series
        self.live = live
        self.is_relative = False

    @property
    def end(self) -> int:
        """The number of steps."""
        assert self.world.end is not None
        return self.world.end

    def result(self, lines: tuple[Node, ...]) -> Polynomial:
        """Return the entry at the world's time of what the program gives."""
        # the program was built without its settings, which its numbers of lines leave out
        last = [self.run(line) for line in lines if not self._is_setting(line)]
        target = self.program.formula.target
        base = target.x if isinstance(target, Index) else target
        if isinstance(base, Name) and flat(base) in self.scope:
            value = self.scope[flat(base)]
        else:
            value = last[self.program.main] if len(last) > self.program.main else None
        if value is None:
            raise Undecidable("it is not clear which variable of the code is the result")
        return self._entry_asked_for(value).polynomial(self.world.mod)

    def _is_setting(self, line: Node) -> bool:
        match line:
            case Define(target=Name(sups=()) as target, value=Num(value=value)):
                return is_setting(self.series.role(target), value)
        return False

    def _entry_asked_for(self, value: Tensor) -> Entry:
        if not value.shape:
            if not self.is_relative and self.world.t:
                raise TooShort("a sum from the first step on")
            return value.item
        if self.is_relative:
            raise Undecidable("an array that changes with t")
        if value.shape != (self.end,):
            raise Misfit("another number of results than steps")
        return value.data[self.world.t]

    # -- data -----------------------------------------------------------------------------------

    def given(self, node: Name) -> Tensor:
        """Return the data or the number that a name stands for."""
        key = flat(node)
        if _is_last_value(node):
            return Tensor.scalar(self._value_at(self.end))
        role = self.series.role(node)
        match role:
            case "gamma":
                return Tensor.scalar(Entry.of(self.world.gamma))
            case "lam":
                return Tensor.scalar(Entry.of(self.world.lam))
            case "r":
                return vector([Entry.of(self.live.reward(k)) for k in range(self.lengths.rewards)])
            case "V":
                return self._state_values(node)
            case "ended" | "goes_on" | "began":
                return self._flags(role, node)
            case "delta" | "G" | "A" if role != target_role(self.subject):
                return vector([self._derived(role, k) for k in range(self.end)])
        if variable_key(node) == "t":
            self.is_relative = True
            return number(self.world.t)
        if flat_lower(node) in STEPS and node.name != "t":
            return number(self.end)
        if self.subject == "discounted_return" and key == "x" and not self._names_rewards():
            self.series.remarks.add("x is read as the array of rewards")
            return vector([Entry.of(self.live.reward(k)) for k in range(self.lengths.rewards)])
        raise Undecidable(f"it is not known what '{key}' stands for")

    def _names_rewards(self) -> bool:
        return any(
            isinstance(n, Name) and role_of(n, self.subject) in {"r", "V", "delta", "G", "A"}
            for n in self.program.nodes()
        )

    def _derived(self, role: str, k: int) -> Entry:
        """A residual, return or advantage."""
        live = self.live
        quantity = {"delta": live.residual, "G": live.discounted, "A": live.advantage}[role]
        return Entry.of(quantity(k))

    def _value_at(self, k: int) -> Entry:
        return Entry.of(self.live.value(k))

    def _values(self) -> Tensor:
        return vector([self._value_at(k) for k in range(self.lengths.values)])

    def _value_of_states(self, states: Node) -> Tensor:
        """`V(states)`, `V(next_states)`, `V(states[1:])`: the values, indexed as the states are."""
        match states:
            case Name() if flat_lower(states) in STATES:
                return self._values()
            case Name() if _is_next(states) and labels_of(states)[-1:] in {("states",), ("obs",)}:
                return vector([self._value_at(k + 1) for k in range(self.end)])
            case Index(x=Name() as base, items=items) if flat_lower(base) in STATES:
                return self.cut(self._values(), items)
        raise Undecidable("the value of something that is no array of states")

    def known_call(self, node: Call) -> Tensor | None:
        """Return the values of states; None for another function."""
        if self.series.role(node.fn) == "V" and len(node.args) == 1:
            return self._value_of_states(node.args[0])
        return None

    def _state_values(self, node: Name) -> Tensor:
        """The values of all states, of the next ones, or of the state after the last step."""
        words = {node.name.lower(), *(word.lower() for word in labels_of(node))}
        if _is_next(node) and not (self.lengths.is_each or words & PLURALS):
            return Tensor.scalar(self._value_at(self.end))
        if _is_next(node):
            return vector([self._value_at(k + 1) for k in range(self.end)])
        return self._values()

    def _flags(self, role: str, node: Name) -> Tensor:
        """What is said of an episode's end at each step; by the name of the next, behind them."""
        places = [self.end] if _is_next(node) else range(self.end)
        flags = [ONE if self.live.flag(role, k, is_told=True).terms else ZERO for k in places]
        return Tensor.scalar(flags[0]) if _is_next(node) else vector(flags)


def _is_last_value(node: Name) -> bool:
    """Whether a name says the value of the state after the last step: `last_val`, `bootstrap`."""
    words = {node.name.lower(), *(word.lower() for word in labels_of(node))}
    is_value = bool(words & VALUES) or "bootstrap" in words
    return is_value and bool(words & BEHIND) and words <= BEHIND | VALUES | IGNORED


def _is_next(node: Name) -> bool:
    words = [node.name.lower(), *(word.lower() for word in labels_of(node))]
    return "next" in words or words[0].startswith("next")
