"""Code with loops along a trajectory, run turn by turn on polynomials.

What a line `G = r + gamma * G` means depends on the loop around it: from the last reward to the
first it is the return, the other way round it is something else. A variable that a backward loop
carries stands, after the turn of time t, for the quantity at t; one that a forward loop adds up
stands, in the end, for the quantity at the first step.
"""

from collections.abc import Iterator
from fractions import Fraction

from rlprep.formula.code_loops import (
    Append,
    Function,
    Loop,
    Turned,
    Turns,
    blocks,
)
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series_world import TERMS, World
from rlprep.formula.decide.timeline import is_setting, target_role
from rlprep.formula.decide.trajectory_blocks import (
    Block,
    assigned,
    loop_variables,
    nodes,
    of_each_row,
    top_names,
)
from rlprep.formula.decide.trajectory_names import Names
from rlprep.formula.decide.trajectory_scopes import Delayed, applied_at
from rlprep.formula.errors import TooShort, Undecidable, Unreadable
from rlprep.formula.integers import integer, maybe_integer
from rlprep.formula.names import flat, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Define, Index, Name, Neg, Node, Num, Tuple, walk

EMPTY = {"zeros", "empty", "full"}
LISTS = {"list", "deque"}
RESULT = "result"
"""What a bare expression gives, as at the end of a function."""


class Run(Names):
    """Runs one program in one world."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        super().__init__(program, world, subject)
        self.filled: dict[str, Name] = {}  # what the arrays that got entries hold
        self.carried: set[str] = set()  # what loops assign
        self.turns: dict[int, dict[str, Polynomial]] = {}
        self.is_backward = False

    def outcome(self) -> Polynomial:
        """Return what the program gives at the world's time.

        Raises:
            TooShort: it gives the value at the first step only, and another is asked for.
            Undecidable: the code does something that is not known here.
        """
        try:
            block = blocks(self.whole.text)
        except (Unreadable, SyntaxError) as error:
            raise Undecidable(f"the code's loops are not read: {error}") from None
        self.assigned = frozenset(assigned(block))
        self.indexed = frozenset(self.steps_of(block))
        if self.subject == "nstep_advantage" and not self.steps:
            counts = {n.name for n in nodes(block) if isinstance(n, Name)} & {"n", "N", "k", "m"}
            self.steps = tuple(counts - loop_variables(block))
        bound = self.start() | dict.fromkeys(self._lengths_of(block), self.world.end or 0)
        is_relative = "t" not in loop_variables(block) and any(
            isinstance(n, Name) and n.name == "t" for n in nodes(block)
        )
        found = self._outcome(block, bound, is_relative=is_relative)
        if self.world.ends and not self.asks_ends:
            raise TooShort("no flag is asked")
        return found

    def _outcome(self, block: Block, bound: dict[str, int], *, is_relative: bool) -> Polynomial:
        self.run(block, bound, is_outer=True)
        if block and all(isinstance(statement, Function) for statement in block):
            *_, last = self.functions.values()
            time = Num(last.name.span, Fraction(self.world.t))
            return self.evaluate(applied_at(last, time), bound, 0)
        name = self._result(block)
        if name in self.scope.arrays:
            return self.entry(name, self.world.t)
        if name in self.scope.delayed:
            return self._concluded(self.scope.delayed[name], bound)
        if is_relative or not any(name in turn for turn in self.turns.values()):
            return self.scope.scalars[name]
        if self.is_backward:
            if self.world.t not in self.turns:
                raise Undecidable("a loop that leaves out the time that is asked for")
            return self.turns[self.world.t][name]
        if self.world.t:
            raise TooShort("a sum from the first step on")
        return self.scope.scalars[name]

    def _concluded(self, result: Delayed, bound: dict[str, int]) -> Polynomial:
        """Return what a line after the loops gives, which may use what they carried to the end."""
        names = [n for n in walk(result.value) if isinstance(n, Name)]
        entries = [
            n.x for n in walk(result.value)
            if isinstance(n, Index) and maybe_integer(n.items[0], {}) is not None
        ]  # fmt: skip
        carried = self.carried & result.scope.scalars.keys()
        if any(flat(n) in carried or (n in entries and flat(n) in self.filled) for n in names):
            arrays = (n for n in names if n not in entries and n.name.endswith("s"))
            if any(self.role(n) in {"V", "r"} for n in arrays):
                raise Undecidable("one number beside a whole array")
            if self.world.t:
                raise TooShort("a sum from the first step on")
        return self.taken(result, bound)

    def _lengths_of(self, block: Block) -> set[str]:
        """Return the letter that loops end at and that nothing says: how many steps there are."""
        ends = (t.hi for loop in block if isinstance(loop, Loop) for t in loop.turns if t.hi)
        names = {key for end in ends for key in top_names(end)}
        free = names - loop_variables(block) - self.start().keys() - self.assigned - {"t", "len"}
        has_end = self.world.end is not None and not any(
            isinstance(n, Call) and n.fn.name == "len" for n in nodes(block)
        )
        return free if has_end and len(free) == 1 else set()

    def _result(self, block: Block) -> str:
        """Return the variable that holds what is asked for."""
        formula = self.whole.formula
        known = self.scope.names()
        wanted = target_role(self.subject)
        last = block[-1]
        if isinstance(last, Name) and flat(last) in known:
            return flat(last)
        if any(isinstance(n, Name) and flat(n) in self.filled for n in nodes((last,))):
            match last:
                case Define(target=Name() as target) if self.role(target) in {wanted, None}:
                    return flat(target)
                case Call() | Bin() | Index() | Tuple():
                    return RESULT
        filled = [key for key, name in self.filled.items() if self.role(name) == wanted]
        for node in (formula.target, formula.values[-1]):
            base = node.x if isinstance(node, Index) else node
            if isinstance(node, Call) and node.fn.name in {"append", "insert"} and node.args:
                base = node.args[0]
            if isinstance(base, Name) and flat(base) in known:
                is_carried = flat(base) in self.scope.scalars and self.role(base) == wanted
                return filled[-1] if filled and is_carried else flat(base)
        if isinstance(formula.values[-1], Name):  # a list of what the loop carries
            named = [e.target for e in self.whole.entries if isinstance(e.target, Name)]
            found = [flat(n) for n in named if self.role(n) == wanted and flat(n) in known]
            if found:
                return found[-1]
        elif RESULT in known:
            return RESULT
        raise Undecidable("it is not clear which variable of the code is the result")

    def _told_first(self, value: Node) -> Node:
        """Return the part of `return advs, returns` that is asked for, by the names in it."""
        if not isinstance(value, Tuple):
            return value
        wanted = target_role(self.subject)
        named = [
            item for item in value.items
            if any(isinstance(n, Name) and self.role(self.filled.get(flat(n), n)) == wanted
                   for n in walk(item))
        ]  # fmt: skip
        if not named:
            raise Undecidable("it is not clear which variable of the code is the result")
        return named[0]

    # -- statements -----------------------------------------------------------------------------

    def run(self, block: Block, bound: dict[str, int], *, is_outer: bool) -> None:
        """Run statements one after the other."""
        done: set[str] = set()  # variables of loops that are over
        for statement in block:
            if done & {variable_key(n) for n in nodes((statement,)) if isinstance(n, Name)} - (
                loop_variables((statement,))
            ):
                raise Undecidable("a loop's variable after the loop")
            if isinstance(statement, Loop):
                done |= {variable_key(turns.variable) or "" for turns in statement.turns}
                self._loop(statement, bound, is_outer=is_outer)
            elif isinstance(statement, Function):
                self.functions[flat(statement.name)] = statement
            elif isinstance(statement, Append):
                if self.clock is None:
                    joined = Call(statement.target.span, Name(statement.target.span, "append"),
                                  (statement.target, statement.value))  # fmt: skip
                    self._assign(statement.target, joined, bound)
                    continue
                key, value = flat(statement.target), self.evaluate(statement.value, bound, 0)
                self.scope.lengthen(key, value, is_front=statement.is_front)
                holds = statement.value if isinstance(statement.value, Name) else statement.target
                self.filled[key] = statement.target if self.role(statement.target) else holds
            elif isinstance(statement, Turned):
                self.scope.turn_round(flat(statement.target))
            elif isinstance(statement, Define):
                self._assign(statement.target, statement.value, bound)
            elif not isinstance(statement, Name):
                value = self._told_first(statement)
                self._assign(Name(statement.span, RESULT), value, bound)

    def _loop(self, loop: Loop, bound: dict[str, int], *, is_outer: bool) -> None:
        sequences = [list(self._values(turns, bound)) for turns in loop.turns]
        lengths = {len(s) for s, t in zip(sequences, loop.turns, strict=True) if not _is_open(t)}
        count = min(lengths) if lengths else len(sequences[0])
        times: list[int] = []
        is_clock, before = self.clock is None, self.scope.copy()
        self.carried |= set(assigned(loop.block))
        for number in range(count):
            inner = dict(bound)
            for turns, sequence in zip(loop.turns, sequences, strict=True):
                key = variable_key(turns.variable) or ""
                time = sequence[number]
                if turns.elements is None:
                    inner[key] = time
                else:
                    place = Num(turns.variable.span, Fraction(time))
                    now, self.scope = self.scope, before
                    element = self.index(turns.elements, (place,), bound, 0)
                    self.scope = now
                    self.scope.scalars[flat_of(turns.variable)] = element
            if is_clock:
                self.clock = sequences[-1][number]
            self.run(loop.block, inner, is_outer=False)
            spoken = any(variable_key(n.target) == "t" for n in loop.block if isinstance(n, Define))
            times.append(inner["t"] if spoken else sequences[-1][number])
            if is_outer:
                self.turns[times[-1]] = dict(self.scope.scalars)
        self.clock = None if is_clock else self.clock
        if is_outer:
            self.is_backward = len(times) > 1 and times[0] > times[-1]

    def _spread_out(self, key: str, bound: dict[str, int]) -> None:
        """Make an array of a whole expression (`adv = deltas.copy()`) whose entries change."""
        whole, entries = self.scope.delayed.get(key), {}
        if whole is not None and self.world.end is not None:
            entries = {k: self.taken(whole, bound, k) for k in range(self.world.end)}
        self.scope.forget(key)
        self.scope.arrays[key] = entries

    def _values(self, turns: Turns, bound: dict[str, int]) -> Iterator[int]:
        """Yield the whole numbers, or the elements' indices, that a variable runs through."""
        lo = integer(turns.lo, bound) if turns.lo is not None else 0
        size, array = self.world.end, turns.elements
        is_cut = turns.lo is not None or turns.hi is not None
        has_more = is_cut and isinstance(array, Name) and self.role(array) == "V"
        if size is not None and has_more:
            size += 1  # values[:-1] and values[1:]: that of the state after the last is there too
        hi = size if turns.hi is None else integer(turns.hi, bound)
        if array is not None and size is not None and hi is not None and hi < 0:
            hi = hi + size if has_more else None
        if hi is None:
            raise Undecidable("a loop whose end is not known")
        if hi - lo > 3 * TERMS:
            raise Undecidable("a loop of too many turns")
        numbers = range(lo, hi)
        yield from reversed(numbers) if turns.is_backward else numbers

    def _assign(self, target: Node, value: Node, bound: dict[str, int]) -> None:
        match target:
            case Index(x=Name() as array, items=items) if len(of_each_row(items)) == 1:
                (item,) = of_each_row(items)
                time = self.place(item, bound)
                if isinstance(item, Neg) and self.role(array) == "V":
                    time += 1  # values[-1] = next_value: room was left behind the last
                value_then = self.evaluate(value, bound, 0)
                if flat(array) not in self.scope.arrays:
                    self._spread_out(flat(array), bound)
                self.scope.arrays.setdefault(flat(array), {})[time] = value_then
                self.filled[flat(array)] = array
            case Name():
                key = flat(target)
                if isinstance(value, Call) and (value.fn.name in EMPTY or _is_empty_list(value)):
                    self.scope.forget(key)
                    self.scope.arrays[key] = {}
                    return
                if isinstance(value, Num) and is_setting(self.role(target), value.value):
                    self.scope.forget(key)  # one choice of what stands for any
                    is_gamma = self.role(target) == "gamma"
                    self.scope.scalars[key] = self.world.gamma if is_gamma else self.world.lam
                    return
                whole = maybe_integer(value, bound)
                if whole is not None and self.role(target) is None:
                    bound[variable_key(target) or ""] = whole
                names_time = any(isinstance(n, Name) and n.name == "t" for n in walk(value))
                if self.clock is None and whole is None and not names_time:
                    found = Delayed(value, self.scope.copy(), dict(bound))
                    self.scope.forget(key)
                    self.scope.delayed[key] = found
                    return
                number = self.evaluate(value, bound, 0)
                self.scope.forget(key)
                self.scope.scalars[key] = number
            case _:
                raise Undecidable("an unusual assignment")


def _is_empty_list(call: Call) -> bool:
    """Whether a call makes a list of nothing: `deque()`, `collections.deque([])`."""
    return call.fn.name in LISTS and all(
        (isinstance(a, Tuple) and not a.items) or (isinstance(a, Name) and a.name == "collections")
        for a in call.args
    )


def flat_of(node: Node) -> str:
    """Return the key of a loop's variable."""
    if not isinstance(node, Name):
        raise Undecidable("an unusual loop variable")
    return flat(node)


def _is_open(turns: Turns) -> bool:
    """Whether only what runs beside it says how long it runs: the number of `enumerate`."""
    return turns.elements is None and turns.hi is None
