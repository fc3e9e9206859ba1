"""What the names of running code hold: numbers, arrays by time, expressions to be taken at a time.

An array expression such as `rewards + gamma * values[1:]` has no value of its own on polynomials;
it is kept with the names as they were, and evaluated at the time at which it is read.
"""

from dataclasses import dataclass, field

from rlprep.formula.code_loops import Function
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat
from rlprep.formula.tree import Call, Name, Node


@dataclass(frozen=True, slots=True)
class Delayed:
    """An expression, and what its names hold.

    Attributes:
        value: the expression.
        scope: what the names in it hold.
        bound: the whole numbers of its place, t among them.
        is_argument: whether a function got it: then its time is that of the call.
    """

    value: Node
    scope: "Scope"
    bound: dict[str, int]
    is_argument: bool = False


@dataclass(slots=True)
class Scope:
    """What names hold.

    Attributes:
        scalars: numbers.
        arrays: entries by time, or, of a list, by place.
        delayed: expressions; a name is in one of the three.
        lists: the arrays that grow entry by entry at an end.
    """

    scalars: dict[str, Polynomial] = field(default_factory=dict)
    arrays: dict[str, dict[int, Polynomial]] = field(default_factory=dict)
    delayed: dict[str, Delayed] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)

    def copy(self) -> "Scope":
        """Return the same, which later assignments leave alone."""
        arrays = {key: dict(entries) for key, entries in self.arrays.items()}
        return Scope(dict(self.scalars), arrays, dict(self.delayed), set(self.lists))

    def forget(self, key: str) -> None:
        """Drop what a name holds, before it gets something else."""
        self.scalars.pop(key, None)
        self.arrays.pop(key, None)
        self.delayed.pop(key, None)
        self.lists.discard(key)

    def lengthen(self, key: str, value: Polynomial, *, is_front: bool) -> None:
        """Put one more entry at the front or at the end of a list.

        Raises:
            Undecidable: the name holds something else, of which nothing says how long it is.
        """
        entries = self.arrays.get(key, {})
        if key in self.scalars or key in self.delayed or (entries and key not in self.lists):
            raise Undecidable("a list that starts with more than nothing")
        self.lists.add(key)
        moved = {place + 1: entry for place, entry in entries.items()} if is_front else entries
        self.arrays[key] = moved | {0 if is_front else len(entries): value}

    def turn_round(self, key: str) -> None:
        """Turn a list round, or an array that is filled.

        Raises:
            Undecidable: the name holds something else.
        """
        entries = self.arrays.get(key, {})
        if not entries or entries.keys() != set(range(len(entries))):
            raise Undecidable("data that is turned round in place")
        self.arrays[key] = {len(entries) - 1 - place: entry for place, entry in entries.items()}

    def names(self) -> set[str]:
        """Return the names that hold something."""
        return self.scalars.keys() | self.arrays.keys() | self.delayed.keys()


def arguments(function: Function, call: Call) -> list[tuple[Name, Node]]:
    """Return the parameters of a function with what a call gives them.

    Raises:
        Undecidable: the call leaves one out, or gives one that the function doesn't know.
    """
    given = {flat(p): a for p, a in zip(function.parameters, call.args, strict=False)}
    given |= dict(call.kwargs)
    parameters = {flat(p): p for p in function.parameters}
    if len(call.args) > len(function.parameters) or not given.keys() <= parameters.keys():
        raise Undecidable("a function is called with other arguments than it takes")
    return [(parameters[key], value) for key, value in given.items()]


def applied_at(function: Function, time: Node) -> Call:
    """Return the call of a recursive function at a time: the one argument that it counts on.

    Raises:
        Undecidable: it calls itself with several other arguments, or with none.
    """
    for call in function.own_calls():
        changed = [
            number for number, (parameter, argument) in enumerate(
                zip(function.parameters, call.args, strict=False))
            if not (isinstance(argument, Name) and flat(argument) == flat(parameter))
        ]  # fmt: skip
        if len(changed) != 1:
            break
        args = tuple(time if number == changed[0] else parameter
                     for number, parameter in enumerate(function.parameters))  # fmt: skip
        return Call(call.span, call.fn, args)
    raise Undecidable("a function whose arguments are not known")
