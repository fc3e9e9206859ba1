"""What names, calls and indices of running code give: what was assigned, else what they stand for.

`trajectory_loops.py` runs the statements.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from rlprep.formula.code_loops import REVERSING, Function
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.series_world import TERMS, World
from rlprep.formula.decide.timeline import FLAGS, lookahead
from rlprep.formula.decide.trajectory_blocks import Block, loop_variables, nodes, of_each_row
from rlprep.formula.decide.trajectory_scopes import Delayed, Scope, arguments
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import integer, maybe_integer
from rlprep.formula.names import flat, indices_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Slice, Tuple, walk

JOINING = {"append", "cat", "concatenate", "hstack"}
SHAPING = {"reshape", "view", "flatten", "unsqueeze", "stack", "list", "tuple", "transpose",
           "swapaxes", "moveaxis"}  # fmt: skip
LAST = {"last", "bootstrap", "final"}
"""How a name says that a value is that of the state after the last step."""

MAX_DEPTH = 3 * TERMS


class Names(Series):
    """The names of one program that runs in one world."""

    def __init__(self, program: Program, world: World, subject: str) -> None:
        super().__init__(program, replace(world, is_followed=True), subject)
        self.whole = program
        # what statements define is in `scope` and not looked up in the program
        self.program = Program([program.formula], 0, is_code=True)
        self.scope = Scope()
        self.functions: dict[str, Function] = {}
        self.assigned: frozenset[str] = frozenset()  # what any line assigns
        self.indexed: frozenset[str] = frozenset()  # what is read step by step
        self.asks_ends = False  # whether a flag was read
        self.clock: int | None = None  # the time of the turn that runs

    def run(self, block: Block, bound: dict[str, int], *, is_outer: bool) -> None:
        """Run statements one after the other."""
        raise NotImplementedError

    def name(self, node: Name, bound: dict[str, int], position: int) -> Polynomial:
        """Return the value of a name: what it was assigned last, else what it stands for."""
        key = flat(node)
        if key in self.scope.scalars:
            return self.scope.scalars[key]
        if key in self.scope.delayed:
            return self.taken(self.scope.delayed[key], bound)
        if self.scope.arrays.get(key):
            if key in self.scope.lists and self.clock is not None:
                raise Undecidable("a whole list while a loop makes it longer")
            return self.entry(key, bound["t"] if self.clock is None else self.clock)
        role = self.role(node)
        if role == "V" and self.world.end is not None and node.name.lower() in LAST:
            return self.value(self.world.end)
        if key in self.assigned and role != "V":
            return self.const(0)  # carried into the first turn without a line that says what
        if key in self.assigned and not lookahead(node):
            raise Undecidable("a value is used before a line says which")
        return super().name(node, bound, position)

    def time_of(self, node: Name, bound: dict[str, int]) -> tuple[int, bool]:
        """Return the time that a name's scripts or its words give it, and whether they do."""
        time, is_told = super().time_of(node, bound)
        role = self.role(node)
        if indices_of(node) or not (is_told or role in FLAGS):
            return time, is_told
        if role == "V" and "values" in self.indexed and self.clock is not None and (
            self.clock + 1 != self.world.end
        ):  # fmt: skip
            raise Undecidable("a value of the next state that no turn brings up to date")
        if self.world.end is not None and ("flag" if role in FLAGS else role) in self.indexed:
            return self.world.end - 1 + time - bound["t"], is_told  # beside an array: the last one
        return time if self.clock is None else time + self.clock - bound["t"], is_told

    def steps_of(self, block: Block) -> Iterator[str]:
        """Yield what the code reads step by step: "V" for values of the next step, "flag"."""
        for node in nodes(block):
            if isinstance(node, Index) and isinstance(node.x, Name):
                role = self.role(node.x)
                is_next = any(isinstance(i, Bin) and i.op == "+" for i in node.items)
                if role == "V":
                    yield "values"
                if role in FLAGS or (role == "V" and is_next):
                    yield "flag" if role in FLAGS else "V"
            elif isinstance(node, Name) and self.role(node) == "V":
                is_own = flat(node) in self.assigned or variable_key(node) in loop_variables(block)
                if not is_own and (lookahead(node) or node.name.lower() in LAST):
                    yield "last"

    def taken(self, found: Delayed, bound: dict[str, int], time: int | None = None) -> Polynomial:
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
        """Run a function of the code; any other is one of arrays, or of mathematics."""
        function = self.functions.get(flat(node.fn))
        if function is not None:
            return self._called(function, node, bound)
        name = node.fn.name
        if name in JOINING and self.world.end is not None:
            parts = node.args if len(node.args) == 2 else _items(node.args[0])
            if len(parts) == 2 and isinstance(parts[0], Name):
                return self._joined(parts[0], parts[1], bound)
        if name in {"ones", "zeros"}:
            return self.const(int(name == "ones"))
        if name in REVERSING and node.args:
            return self._turned_round(node, bound, position)
        if name in SHAPING:
            return self.evaluate(node.args[0], bound, position)
        return super().call(node, bound, position)

    def _turned_round(self, node: Call, bound: dict[str, int], position: int) -> Polynomial:
        """Return an entry of an array of all steps that is turned round: that from the end."""
        names = (n for n in walk(node.args[0]) if isinstance(n, Name))
        is_long = any(
            self.role(n) in FLAGS | {"V"} and flat(n) not in self.scope.names() for n in names
        )
        if is_long or self.clock is not None or self.world.end is None:
            raise Undecidable("an array turned round whose length is not known")
        there = bound | {"t": self.world.end - 1 - bound["t"]}
        return self.evaluate(node.args[0], there, position)

    def _joined(self, array: Name, last: Node, bound: dict[str, int]) -> Polynomial:
        """Return an entry of a whole array with one more entry behind it."""
        if self.role(array) in FLAGS and isinstance(last, Num):
            raise Undecidable("whether the value after the last step is that of an end")
        if bound["t"] >= (self.world.end or 0):
            before = bound | {"t": bound["t"] - 1}  # next_value is that after the last step
            return self.evaluate(last, before, 0)
        return self.index(array, (Num(array.span, Fraction(bound["t"])),), bound, 0)

    def _called(self, function: Function, node: Call, bound: dict[str, int]) -> Polynomial:
        """Return what a function of the code returns."""
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
            elif flat(parameter) in saved.names() or argument != parameter:
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
        is_last = isinstance(state, Name) and (lookahead(state) or state.name in LAST)
        if is_last and self.world.end is not None and "V" in self.indexed:
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
        items = of_each_row(items)
        if isinstance(x, Name) and len(items) == 1 and flat(x) in self.scope.delayed and not (
            isinstance(items[0], Slice)
        ):  # fmt: skip
            return self.taken(self.scope.delayed[flat(x)], bound, self.place(items[0], bound))
        if isinstance(x, Name) and self.scope.arrays.get(flat(x)) and isinstance(items[0], Slice):
            return self._cut(flat(x), items[0], bound)
        is_entry = len(items) == 1 and not isinstance(items[0], Slice)
        is_given = isinstance(x, Name) and is_entry and self._is_given(x, items[0], bound)
        if isinstance(x, Name) and flat(x) in self.assigned and is_entry and not is_given:
            return self.entry(flat(x), self.place(items[0], bound, flat(x)))
        if is_entry and any(isinstance(n, Neg) for n in walk(items[0])):
            last = Num(items[0].span, Fraction(self.place(items[0], bound)))
            return self.index(x, (last,), bound, position)
        if isinstance(x, Name) and len(items) == 1 and isinstance(items[0], Num):
            role, time = self.role(x), integer(items[0], {}) + lookahead(x)
            if role in FLAGS:
                return self.flag(role, time, is_told=True)
            if role in {"r", "V", "delta", "G", "A"}:
                return self.at(role, x, time, bound)
            return super().evaluate(x, bound | {"t": time}, position)
        return super().index(x, items, bound, position)

    def _cut(self, array: str, part: Slice, bound: dict[str, int]) -> Polynomial:
        """Return what `adv[1:]` or `adv[:-1]` of an array that the code fills has at a time."""
        if self.clock is not None:
            raise Undecidable("a part of an array inside of a loop")
        first = self.place(part.lo, bound, array) if part.lo is not None else 0
        if array in self.scope.lists and part.hi is not None and (
            bound["t"] + first >= self.place(part.hi, bound, array)
        ):  # fmt: skip
            raise Undecidable("an entry that the list does not have")
        return self.entry(array, bound["t"] + first)

    def _is_given(self, array: Name, item: Node, bound: dict[str, int]) -> bool:
        """Whether an entry is one of the data that come from outside, and no line fills it."""
        key, role = flat(array), self.role(array)
        if role not in {"r", "V"} or key in self.scope.scalars or key in self.scope.delayed:
            return False
        time = self.place(item, bound)
        if time in self.scope.arrays.get(key, {}):
            return False
        if role == "V" and time == self.world.end and "last" in self.indexed:
            raise Undecidable("an entry behind the last, beside a value for it")
        return True

    def place(self, item: Node, bound: dict[str, int], array: str = "") -> int:
        """Return the time of an index; a negative one counts from the end, of a list from its."""
        time = integer(item, bound)
        size = len(self.scope.arrays[array]) if array in self.scope.lists else self.world.end or 0
        is_from_end = any(isinstance(n, Neg) for n in walk(item))
        return time + size if is_from_end and time < 0 else time

    def entry(self, array: str, time: int) -> Polynomial:
        """Return an entry of an array that the code fills: 0 where it has filled none."""
        if array in self.scope.scalars:
            if self.scope.scalars[array].atoms():
                raise Undecidable("an entry of a number")
            return self.scope.scalars[array]  # [0.0] * T
        entries = self.scope.arrays.get(array, {})
        if array in self.scope.lists and time not in entries:
            raise Undecidable("an entry that the list does not have")
        return entries.get(time, self.const(0))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Tuple) else (node,)
