"""Definitions beside a formula: `A = softmax(...)`, `alpha_{ij} = ...`, `S_i = S_{i-1} + ...`.

A definition is evaluated at the indices of its use; recurrences recur down to the state before the
first position, which is 0 unless the input says otherwise.
"""

from __future__ import annotations

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import World
from rlprep.formula.decide.matrix_rules import Convention, Mask, Rules
from rlprep.formula.decide.tensor import Tensor, stacked
from rlprep.formula.decide.token_indices import free_letters
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import variable_key
from rlprep.formula.program import Entry, Program
from rlprep.formula.show import latex
from rlprep.formula.tree import Big, Bin, Call, Index, Name, Node, Num, Span, walk

Scope = dict[str, "Tensor | int"]
MAX_STEPS = 4
POSITION, UPDATED = "@", "@updated"
"""Where a state is carried without an index: the present position, and the update that runs."""


def bound_key(spelt: names.Spelling) -> str:
    """Return the key of a parameter, with its indices: `x_i` is one name."""
    return "_".join([spelt.key, *map(latex, spelt.indices)])


def bound_to(spelt: names.Spelling, scope: Scope) -> Tensor | None:
    """Return what a parameter with indices stands for; None for any other name."""
    if not any(isinstance(value, Tensor) for value in scope.values()):
        return None
    found = scope.get(bound_key(spelt))
    return found if isinstance(found, Tensor) else None


class Definitions(Rules):
    """Finds and evaluates what an input defines; `value` comes with the walk over expressions."""

    is_code = False

    def __init__(self, program: Program, world: World, convention: Convention) -> None:
        super().__init__(world, convention)
        self.program = program
        self.unknown: dict[str, Span] = {}
        self.running: list[int] = []
        self.primed = any(isinstance(e.target, Name) and e.target.primes for e in program.entries)
        self.base = 0 if self._counts_from_zero() else 1
        self.carried = self._carried_names()
        self.has_bare_query = convention.query or self._has_bare_query()
        self.known: dict[tuple[int, tuple[object, ...]], Tensor] = {}

    def _has_bare_query(self) -> bool:
        """Whether a plain `q` stands beside keys or values with indices: one query's vector.

        Beside a plain `k` or `v` it is a matrix as they are.
        """
        spelt = [
            self.spelt(n)
            for e in self.program.entries for v in e.values for n in names.plain_names(v)
        ]  # fmt: skip
        inputs = [s for s in spelt if s.key in names.INPUT_NAMES]
        bare = {s.key for s in inputs if not s.indices}
        return "q" in bare and not bare & {"k", "v"} and any(
            s.indices for s in inputs if s.key != "q"
        )  # fmt: skip

    def spelt(self, name: Name) -> names.Spelling:
        """Return a name taken apart, as this input writes names."""
        return names.spelling(name, is_code=self.is_code, primed=self.primed)

    def value(self, node: Node, scope: Scope) -> Tensor:
        """Return the value of an expression."""
        raise NotImplementedError

    def _counts_from_zero(self) -> bool:
        return any(
            isinstance(n, Big) and isinstance(n.lo, Num) and n.lo.value == 0
            for n in self.program.nodes()
        )  # fmt: skip

    def _carried_names(self) -> set[str]:
        """Return the names that a statement updates from themselves: `S <- S + k v^T`."""
        found: set[str] = set()
        for number, entry in enumerate(self.program.entries):
            if not isinstance(entry.target, Name):
                continue
            target = self.spelt(entry.target)
            if any(n < number and not e.is_constant for n, e in self.definitions(target.key)):
                continue  # a name that is reused, like an A with a hat and one without
            for node in walk(entry.values[-1]):
                if isinstance(node, Name) and not target.indices:
                    spelt = self.spelt(node)
                    if spelt.key == target.key and not spelt.indices:
                        found.add(target.key)
        return found - names.INPUT_NAMES

    def definitions(self, key: str) -> list[tuple[int, Entry]]:
        """Return the statements that define a name, with their numbers."""
        found = []
        for number, entry in enumerate(self.program.entries):
            target = entry.target
            while isinstance(target, Index):
                target = target.x
            if isinstance(target, Call):
                target = target.fn
            if isinstance(target, Name) and (self.spelt(target).key == key):
                found.append((number, entry))
        return found

    def usable_definitions(self, key: str) -> list[tuple[int, Entry]]:
        """Return the definitions of a name, without those that only say where inputs come from."""
        found = [(i, e) for i, e in self.definitions(key) if i not in self.running or (
            self.parameters(e) or len(self.definitions(key)) > 1)]  # fmt: skip
        if names.role_of(key) in {"Q", "K", "V"}:
            found = [(i, e) for i, e in found if self._uses_inputs(e)
                     and (self.is_code or i != self.program.main)]  # fmt: skip
        return found

    def _uses_inputs(self, entry: Entry, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a statement says something of the inputs, in itself or by what it names."""
        keys = {self.spelt(node).key for node in names.plain_names(entry.values[-1])} - seen
        if any(key in names.INPUT_NAMES or names.role_of(key) in "QKV" for key in keys):
            return True
        return any(
            self._uses_inputs(other, seen | keys)
            for key in keys for _, other in self.definitions(key) if other is not entry
        )  # fmt: skip

    def defined(
        self, spelt: names.Spelling, found: list[tuple[int, Entry]], scope: Scope
    ) -> Tensor:
        """The value of a defined name at its indices, by recursion where it is a recurrence."""
        places = self.places(spelt.indices, scope)
        parameters: list[Node] = []
        for number, entry in found:
            parameters = self.parameters(entry)
            literals = [maybe_integer(p, {}) for p in parameters]
            if places and literals == places:
                return self.entry_value(number, entry, {})
        general = [(n, e) for n, e in found
                   if not any(isinstance(p, Num) for p in self.parameters(e))]  # fmt: skip
        # `S = sum_j S_j` defines two things by one letter
        general = [p for p in general if bool(self.parameters(p[1])) == bool(places)] or general
        if not general:
            raise Undecidable(f"{spelt.key} is not defined everywhere")
        number, entry = self._in_force(general)
        if isinstance(entry.target, Call) and not any(
            self.spelt(n).key in names.INPUT_NAMES for n in names.plain_names(entry.target)
        ):  # fmt: skip
            raise Undecidable(f"the function {spelt.key} stands without its argument")
        parameters = self.parameters(entry)
        if not parameters:
            return self.at(self.entry_value(number, entry, self.surroundings(entry, scope)), places)
        if not places:
            return self.whole(number, entry, parameters, scope)
        if places[0] < self.base:
            return self.world.scalar(0)  # the state before the first position
        named, rest = places[: len(parameters)], places[len(parameters) :]
        scope = self.surroundings(entry, scope) | self.bound(parameters, named)
        return self.at(self.entry_value(number, entry, scope), rest)  # `w_{ij}` of a vector `w_i`

    def _in_force(self, found: list[tuple[int, Entry]]) -> tuple[int, Entry]:
        """Return the definition that holds here: inside a redefinition, the one before it."""
        if self.parameters(found[0][1]) or len(found) == 1:
            return found[0]
        running = [number for number, _ in found if number in self.running]
        earlier = [pair for pair in found if not running or pair[0] < min(running)]
        if not earlier:
            raise Undecidable("definitions refer to each other without end")
        return earlier[-1]

    def surroundings(self, entry: Entry, scope: Scope) -> Scope:
        """Return the indices of the use that a definition's right side leaves open."""
        letters = {POSITION, *free_letters(entry.values[-1])}
        return {key: scope[key] for key in letters & scope.keys() if isinstance(scope[key], int)}

    def state(self, key: str, scope: Scope) -> Tensor:
        """The value of a carried name: after its update, or before it inside the update itself."""
        place = scope.get(POSITION)
        if not isinstance(place, int):
            raise Undecidable("a state without a position")
        number, entry = next(pair for pair in self.definitions(key) if not pair[1].is_constant)
        if scope.get(UPDATED) == number:
            place -= 1
        if place < self.base:
            return self.world.scalar(0)
        return self.entry_value(number, entry, {POSITION: place, UPDATED: number})

    def parameters(self, entry: Entry) -> list[Node]:
        """Return the indices on the left of a definition."""
        target = entry.target
        found: list[Node] = []
        while isinstance(target, Index):
            found = [*target.items, *found]
            target = target.x
        if isinstance(target, Name):
            found = [*self.spelt(target).indices, *found]
        return found

    def bound(self, parameters: list[Node], places: list[int]) -> Scope:
        """Bind the index letters on the left of a definition (`S_{i+1} = ...` too)."""
        scope: Scope = {}
        for parameter, place in zip(parameters, places, strict=False):
            match parameter:
                case Name():
                    scope[variable_key(parameter) or ""] = place
                case Bin(op="+" | "-" as op, left=Name(name=letter), right=Num(value=step)):
                    scope[letter] = place - int(step) if op == "+" else place + int(step)
                case _:
                    raise Undecidable("an unusual index on the left of a definition")
        return scope

    def whole(self, number: int, entry: Entry, parameters: list[Node], scope: Scope) -> Tensor:
        """A name used without the indices that it is defined with."""
        letters = [p.name for p in parameters if isinstance(p, Name)]
        if len(letters) == len(parameters) and all(
            isinstance(scope.get(letter), int) for letter in letters
        ):
            return self.entry_value(number, entry, {x: scope[x] for x in letters})
        if not letters or len(parameters) > 2:
            raise Undecidable("a name is used without its index")
        sizes = [self.world.sizes[self._counted(letter, entry.values[-1], "nm"[place], 0)]
                 for place, letter in enumerate(letters)]  # fmt: skip
        rows = []
        for i in range(sizes[0]):
            inner = self.surroundings(entry, scope) | {letters[0]: i + self.base}
            if len(letters) == 1:
                row = self.entry_value(number, entry, inner)
                rows.append(row.reshaped((len(row.data),)))
                continue
            values = [self.entry_value(number, entry, inner | {letters[1]: j + self.base})
                      for j in range(sizes[1])]  # fmt: skip
            rows.append(Tensor((len(values),), [value.item for value in values]))
        return self.marked(stacked(rows))

    def _counted(self, letter: str, node: Node, default: str, depth: int) -> str:
        """Return what an index counts where it stands: queries "n" or keys and values "m"."""
        for name in walk(node):
            spelt = self.spelt(name) if isinstance(name, Name) else None
            for place, index in enumerate(spelt.indices if spelt is not None else ()):
                if spelt is None or variable_key(index) != letter:
                    continue
                if found := self.usable_definitions(spelt.key):
                    inner = self.parameters(found[-1][1])[place:][:1]
                    if depth < MAX_STEPS and inner and isinstance(inner[0], Name):
                        return self._counted(
                            inner[0].name, found[-1][1].values[-1], default, depth + 1
                        )
                elif place == 0 and (role := names.role_of(spelt.key)) in "QKV":
                    return "n" if role == "Q" else "m"
        return default

    def marked(self, a: Tensor) -> Tensor:
        """Return a matrix of zeros and ones as a mask."""
        zero, one = self.world.scalar(0).item, self.world.scalar(1).item
        return Mask.of(a) if all(x in (zero, one) for x in a.data) else a

    def entry_value(self, number: int, entry: Entry, scope: Scope) -> Tensor:
        """The value of a definition's right side, remembered by its indices."""
        key = (number, tuple(sorted((k, v) for k, v in scope.items() if isinstance(v, int))))
        is_plain = all(isinstance(v, int) for v in scope.values())
        if is_plain and key in self.known:
            return self.known[key]
        self.running.append(number)
        value = self.value(entry.values[-1], scope)
        self.running.pop()
        if is_plain:
            self.known[key] = value
        return value

    def known_indices(self, scope: Scope) -> dict[str, int]:
        """Return the whole numbers that names stand for."""
        return {key: value for key, value in scope.items() if isinstance(value, int)}

    def places(self, indices: tuple[Node, ...], scope: Scope) -> list[int]:
        """Return index expressions as whole numbers, counted from the formula's base."""
        bound = self.known_indices(scope)
        found = [maybe_integer(index, bound) for index in indices]
        if any(place is None for place in found):
            raise Undecidable("an index is not known")
        return [place for place in found if place is not None]

    def at(self, whole: Tensor, places: list[int]) -> Tensor:
        """Return a row as a vector, or an entry."""
        if not places:
            return whole
        if not whole.shape:
            return whole
        if 1 in whole.shape and len(places) == 1:
            return Tensor.scalar(self._entry(whole.data, places[0]))
        row = whole.picked(0, places[0] - self.base)
        if len(places) == 2:
            return Tensor.scalar(self._entry(row.data, places[1]))
        return row.reshaped((1, len(row.data)) if self.convention.rows else (len(row.data), 1))

    def _entry(self, data: list[object], place: int) -> object:
        if not 0 <= place - self.base < len(data):
            raise Undefined("an index lies outside")
        return data[place - self.base]
