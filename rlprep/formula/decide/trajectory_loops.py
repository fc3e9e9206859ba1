"""Code with loops along a trajectory, run turn by turn on polynomials.

What a line `G = r + gamma * G` means depends on the loop around it: from the last reward to the
first it is the return, the other way round it is something else. A variable that a backward loop
carries stands, after the turn of time t, for the quantity at t; one that a forward loop adds up
stands, in the end, for the quantity at the first step.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from rlprep.formula.code_loops import Append, Function, Loop, Statement, Turns, blocks, is_run
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.series_world import TERMS, World
from rlprep.formula.decide.trajectory_scopes import Delayed, Scope, applied_at, arguments
from rlprep.formula.decide.timeline import FLAGS, lookahead, target_role
from rlprep.formula.errors import TooShort, Undecidable, Unreadable
from rlprep.formula.integers import integer, maybe_integer
from rlprep.formula.names import flat, indices_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Define, Index, Name, Neg, Node, Num, Slice, Tuple, walk

JOINING = {"append", "cat", "concatenate", "hstack"}

LAST = {"last", "bootstrap", "final"}
"""How a name says that a value is that of the state after the last step."""

EMPTY = {"zeros", "empty", "full"}
MAX_DEPTH = 3 * TERMS
Block = tuple[Statement, ...]


def is_looped(program: Program) -> bool:
    """Whether a program is code in which a loop carries something."""
    return program.is_code and is_run(program.text)


class Run(Series):
    """Runs one program in one world."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        super().__init__(program, replace(world, is_followed=True), subject)
        self.whole = program
        # what statements define is in `scalars` and `arrays` and not looked up in the program
        self.program = Program([program.formula], 0, is_code=True)
        self.scope = Scope()
        self.functions: dict[str, Function] = {}
        self.filled: dict[str, Name] = {}  # the arrays that got entries
        self.carried: set[str] = set()  # what loops assign
        self.turns: dict[int, dict[str, Polynomial]] = {}
        self.is_backward = False
        self.indexed: frozenset[str] = frozenset()  # what is read step by step
        self.asks_ends = False  # whether a flag was read
        self.clock: int | None = None  # the time of the turn that runs

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
        self.assigned = frozenset(_assigned(block))
        self.indexed = frozenset(self._indexed(block))
        if self.subject == "nstep_advantage" and not self.steps:
            counts = {n.name for n in _nodes(block) if isinstance(n, Name)} & {"n", "N", "k", "m"}
            self.steps = tuple(counts - _loop_variables(block))
        bound = self.start() | dict.fromkeys(self._lengths_of(block), self.world.end or 0)
        is_relative = "t" not in _loop_variables(block) and any(
            isinstance(n, Name) and n.name == "t" for n in _nodes(block)
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
        name = self._result()
        if name in self.scope.arrays:
            return self._entry(name, self.world.t)
        if name in self.scope.delayed:
            return self._concluded(self.scope.delayed[name], bound)
        if is_relative or not self.turns:
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
        if any(flat(n) in self.carried & result.scope.scalars.keys() for n in names):
            if any(self.role(n) in {"V", "r"} and n.name.endswith("s") for n in names):
                raise Undecidable("one number beside a whole array")
            if self.world.t:
                raise TooShort("a sum from the first step on")
        return self._taken(result, bound)

    def _lengths_of(self, block: Block) -> set[str]:
        """Return the letter that loops end at and that nothing says: how many steps there are."""
        ends = (t.hi for loop in block if isinstance(loop, Loop) for t in loop.turns if t.hi)
        names = {key for end in ends for key in _top_names(end)}
        free = names - _loop_variables(block) - self.start().keys() - self.assigned - {"t", "len"}
        has_end = self.world.end is not None and not any(
            isinstance(n, Call) and n.fn.name == "len" for n in _nodes(block)
        )
        return free if has_end and len(free) == 1 else set()

    def _result(self) -> str:
        """Return the variable that holds what is asked for."""
        formula = self.whole.formula
        known = self.scope.names()
        wanted = target_role(self.subject)
        filled = [key for key, name in self.filled.items() if self.role(name) == wanted]
        for node in (formula.target, formula.values[-1]):
            base = node.x if isinstance(node, Index) else node
            if isinstance(base, Name) and flat(base) in known:
                is_carried = flat(base) in self.scope.scalars and self.role(base) == wanted
                return filled[-1] if filled and is_carried else flat(base)
        if isinstance(formula.values[-1], Name):  # a list of what the loop carries
            named = [e.target for e in self.whole.entries if isinstance(e.target, Name)]
            found = [flat(n) for n in named if self.role(n) == wanted and flat(n) in known]
            if found:
                return found[-1]
        elif "result" in self.scope.scalars:
            return "result"
        raise Undecidable("it is not clear which variable of the code is the result")

    # -- statements -----------------------------------------------------------------------------

    def run(self, block: Block, bound: dict[str, int], *, is_outer: bool) -> None:
        """Run statements one after the other."""
        done: set[str] = set()  # variables of loops that are over
        for statement in block:
            if done & {variable_key(n) for n in _nodes((statement,)) if isinstance(n, Name)} - (
                _loop_variables((statement,))
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
                value = self.evaluate(statement.value, bound, 0)
                self.scope.arrays.setdefault(flat(statement.target), {})[self.clock] = value
            elif isinstance(statement, Define):
                self._assign(statement.target, statement.value, bound)
            elif not isinstance(statement, Name):
                self.scope.scalars["result"] = self.evaluate(statement, bound, 0)

    def _loop(self, loop: Loop, bound: dict[str, int], *, is_outer: bool) -> None:
        sequences = [list(self._values(turns, bound)) for turns in loop.turns]
        lengths = {len(s) for s, t in zip(sequences, loop.turns, strict=True) if not _is_open(t)}
        count = min(lengths) if lengths else len(sequences[0])
        times: list[int] = []
        is_clock, before = self.clock is None, self.scope.copy()
        self.carried |= set(_assigned(loop.block))
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

    def _values(self, turns: Turns, bound: dict[str, int]) -> Iterator[int]:
        """Yield the whole numbers, or the elements' indices, that a variable runs through."""
        lo = integer(turns.lo, bound) if turns.lo is not None else 0
        hi = self.world.end if turns.hi is None else integer(turns.hi, bound)
        if hi is None:
            raise Undecidable("a loop whose end is not known")
        if hi - lo > 3 * TERMS:
            raise Undecidable("a loop of too many turns")
        numbers = range(lo, hi)
        yield from reversed(numbers) if turns.is_backward else numbers

    def _assign(self, target: Node, value: Node, bound: dict[str, int]) -> None:
        match target:
            case Index(x=Name() as array, items=(item,)):
                time = self._place(item, bound)
                value_then = self.evaluate(value, bound, 0)
                if flat(array) not in self.scope.arrays:
                    self.scope.forget(flat(array))
                self.scope.arrays.setdefault(flat(array), {})[time] = value_then
                self.filled[flat(array)] = array
            case Name():
                key = flat(target)
                if isinstance(value, Call) and value.fn.name in EMPTY:
                    self.scope.forget(key)
                    self.scope.arrays[key] = {}
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

    # -- what was assigned ----------------------------------------------------------------------

    def name(self, node: Name, bound: dict[str, int], position: int) -> Polynomial:
        """Return the value of a name: what it was assigned last, else what it stands for."""
        key = flat(node)
        if key in self.scope.scalars:
            return self.scope.scalars[key]
        if key in self.scope.delayed:
            return self._taken(self.scope.delayed[key], bound)
        if self.scope.arrays.get(key):
            return self._entry(key, bound["t"] if self.clock is None else self.clock)
        role = self.role(node)
        if role == "V" and self.world.end is not None and node.name.lower() in LAST:
            return self.value(self.world.end)
        if key in self.assigned and role != "V":
            return self.const(0)  # carried into the first turn without a line that says what
        if key in self.assigned and not lookahead(node):
            raise Undecidable("a value is used before a line says which")
        return super().name(node, bound, position)

    def _time(self, node: Name, bound: dict[str, int]) -> tuple[int, bool]:
        time, is_told = super()._time(node, bound)
        role = self.role(node)
        if self.clock is None or indices_of(node) or not (is_told or role in FLAGS):
            return time, is_told
        if self.world.end is not None and ("flag" if role in FLAGS else role) in self.indexed:
            return self.world.end - 1 + time - bound["t"], is_told  # beside an array: the last one
        return time + self.clock - bound["t"], is_told

    def _indexed(self, block: Block) -> Iterator[str]:
        """Yield what the code reads step by step: "V" for values of the next step, "flag"."""
        for node in _nodes(block):
            if isinstance(node, Index) and isinstance(node.x, Name):
                role = self.role(node.x)
                is_next = any(isinstance(i, Bin) and i.op == "+" for i in node.items)
                if role in FLAGS or (role == "V" and is_next):
                    yield "flag" if role in FLAGS else "V"

    def _taken(self, found: Delayed, bound: dict[str, int], time: int | None = None) -> Polynomial:
        """Return what an expression gives at a time, or at that of where it is read."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Undecidable("definitions refer to each other without end")
        saved, self.scope, clock = self.scope, found.scope, self.clock
        inner = dict(found.bound)
        if not found.is_argument:
            inner["t"] = bound["t"] if clock is None else clock
        if time is not None:
            inner["t"], self.clock = time, None
        try:
            if time is not None and isinstance(found.value, Name):
                place = Num(found.value.span, Fraction(time))
                return self.index(found.value, (place,), inner, 0)
            return self.evaluate(found.value, inner, 0)
        finally:
            self.scope, self.clock = saved, clock
            self.depth -= 1

    def call(self, node: Call, bound: dict[str, int], position: int) -> Polynomial:
        """Run a function of the code; any other is one of mathematics."""
        function = self.functions.get(flat(node.fn))
        if function is None and node.fn.name in JOINING and self.world.end is not None:
            parts = node.args if len(node.args) == 2 else _items(node.args[0])
            if len(parts) == 2 and isinstance(parts[0], Name):
                if self.role(parts[0]) in FLAGS and isinstance(parts[1], Num):
                    raise Undecidable("whether the value after the last step is that of an end")
                if bound["t"] >= self.world.end:  # what stands behind a whole array
                    before = bound | {"t": bound["t"] - 1}  # next_value is that after the last step
                    return self.evaluate(parts[1], before, position)
                place = Num(node.span, Fraction(bound["t"]))
                return self.index(parts[0], (place,), bound, position)
        if function is None and node.fn.name in {"ones", "zeros"}:
            return self.const(int(node.fn.name == "ones"))
        if function is None and node.fn.name in {"reshape", "view", "flatten", "unsqueeze"}:
            return self.evaluate(node.args[0], bound, position)
        if function is None:
            return super().call(node, bound, position)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Undecidable("a function calls itself without end")
        saved, clock, inner = self.scope, self.clock, dict(bound)
        scope = saved.copy()
        for parameter, argument in arguments(function, node):
            scope.forget(flat(parameter))
            whole = maybe_integer(argument, bound)
            if whole is not None and self.role(parameter) is None:
                inner[variable_key(parameter) or ""] = whole
            elif flat(parameter) not in saved.names() and argument == parameter:
                continue
            else:
                found = Delayed(argument, saved, dict(bound), is_argument=True)
                scope.delayed[flat(parameter)] = found
        self.scope, self.clock = scope, None
        try:
            self.run(function.block, inner, is_outer=False)
            return self.evaluate(function.value, inner, 0)
        finally:
            self.scope, self.clock = saved, clock
            self.depth -= 1

    def state_time(self, node: Call, bound: dict[str, int]) -> int:
        """Return the time of `get_value(next_obs)`: beside an array of values, the last one's."""
        state = node.args[0] if node.args else None
        if isinstance(state, Name) and self.world.end is not None and "V" in self.indexed:
            if lookahead(state) or state.name in LAST:
                return self.world.end
        return super().state_time(node, bound)

    def flag(self, role: str, k: int, *, is_told: bool) -> Polynomial:
        """Return 0 or 1: what a flag says of the end of an episode."""
        self.asks_ends = True
        return super().flag(role, k, is_told=is_told)

    def index(
        self, x: Node, items: tuple[Node, ...], bound: dict[str, int], position: int
    ) -> Polynomial:
        """Return an entry of an array that the code fills, or of the data."""
        if isinstance(x, Name) and len(items) == 1 and flat(x) in self.scope.delayed and not (
            isinstance(items[0], Slice)
        ):  # fmt: skip
            return self._taken(self.scope.delayed[flat(x)], bound, self._place(items[0], bound))
        is_data = isinstance(x, Name) and self.role(x) in {"r", "V"}
        if isinstance(x, Name) and flat(x) in self.assigned and not (
            is_data and flat(x) not in self.scope.names()
            or any(isinstance(item, Slice) for item in items)
        ):  # fmt: skip
            if len(items) != 1:
                raise Undecidable("an index is not known")
            return self._entry(flat(x), self._place(items[0], bound))
        if len(items) == 1 and isinstance(items[0], Neg):
            last = Num(items[0].span, Fraction(self._place(items[0], bound)))
            return self.index(x, (last,), bound, position)
        if isinstance(x, Name) and len(items) == 1 and isinstance(items[0], Num):
            role, time = self.role(x), integer(items[0], {}) + lookahead(x)
            if role in FLAGS:
                return self.flag(role, time, is_told=True)
            if role in {"r", "V", "delta", "G", "A"}:
                return self.at(role, x, time, bound)
            return super().evaluate(x, bound | {"t": time}, position)
        return super().index(x, items, bound, position)

    def _place(self, item: Node, bound: dict[str, int]) -> int:
        """Return the time of an index; a negative one counts from the end."""
        time = integer(item, bound)
        return time + (self.world.end or 0) if isinstance(item, Neg) else time

    def _entry(self, array: str, time: int) -> Polynomial:
        if array in self.scope.scalars:
            if self.scope.scalars[array].atoms():
                raise Undecidable("an entry of a number")
            return self.scope.scalars[array]  # [0.0] * T
        return self.scope.arrays.get(array, {}).get(time, self.const(0))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Tuple) else (node,)


def flat_of(node: Node) -> str:
    """Return the key of a loop's variable."""
    if not isinstance(node, Name):
        raise Undecidable("an unusual loop variable")
    return flat(node)


def _top_names(node: Node) -> Iterator[str]:
    """Yield the names of a loop's end: T of T - 1; not what a script says, as in num_steps."""
    match node:
        case Name():
            yield variable_key(node) or ""
        case Bin(left=left, right=right):
            yield from _top_names(left)
            yield from _top_names(right)


def _is_open(turns: Turns) -> bool:
    """Whether only what runs beside it says how long it runs: the number of `enumerate`."""
    return turns.elements is None and turns.hi is None


def _nodes(block: Block) -> Iterator[Node]:
    for statement in block:
        if isinstance(statement, Loop):
            for turns in statement.turns:
                for bound in (turns.lo, turns.hi, turns.elements):
                    if bound is not None:
                        yield from walk(bound)
            yield from _nodes(statement.block)
        elif isinstance(statement, Function):
            yield from _nodes(statement.block)
            yield from walk(statement.value)
        elif isinstance(statement, Append):
            yield from walk(statement.value)
        else:
            yield from walk(statement)


def _loop_variables(block: Block) -> set[str]:
    found: set[str] = set()
    for statement in block:
        if isinstance(statement, Loop):
            found |= {variable_key(t.variable) or "" for t in statement.turns}
            found |= _loop_variables(statement.block)
        elif isinstance(statement, Function):
            found |= {variable_key(p) or "" for p in statement.parameters}
            found |= _loop_variables(statement.block)
        elif isinstance(statement, Define):
            found.add(variable_key(statement.target) or "")
    return found


def _assigned(block: Block) -> Iterator[str]:
    for statement in block:
        if isinstance(statement, Loop | Function):
            yield from _assigned(statement.block)
        elif isinstance(statement, Append):
            yield flat(statement.target)
        elif isinstance(statement, Define):
            base = statement.target.x if isinstance(statement.target, Index) else statement.target
            if isinstance(base, Name):
                yield flat(base)
