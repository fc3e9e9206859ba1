"""Statements put in order: which one is the formula, and which ones define what it uses.

In mathematics definitions may come before or after the formula (`where r_t = ...`); in code an
assignment sees only what stands above it, and a variable that a line updates from itself is carried
from one turn of a loop to the next.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from rlprep.formula.errors import Undecidable
from rlprep.formula.names import INDEX_PAIRS, INDEX_WORDS, labels_of
from rlprep.formula.show import latex
from rlprep.formula.tree import (
    Bin,
    Call,
    Chain,
    Define,
    Grad,
    Index,
    Name,
    Node,
    Num,
    Optimise,
    walk,
)

EQUALITIES = {"=", "<-", "->", "propto"}


def key_of(node: Node) -> str | None:
    """Return what a definition's left side is called, without its indices."""
    match node:
        case Name():
            labels = [word for word in labels_of(node) if word not in INDEX_WORDS | INDEX_PAIRS]
            return "_".join([node.name, *labels]) + "'" * node.primes
        case Call(fn=fn):
            return key_of(fn)
        case Index(x=x):
            return key_of(x)
        case Bin(op="*", left=left, right=right):
            return f"{key_of(left)} {key_of(right)}"
        case Grad(x=x):
            key = key_of(x)
            return f"grad {key}" if key else None
    return None


def is_plain_target(node: Node) -> bool:
    """Whether a node can stand on the left of a definition."""
    match node:
        case Name():
            return True
        case Index(x=x):
            return is_plain_target(x)
        case Call(fn=fn):
            return fn.name not in {"min", "max", "clip", "log", "exp", "sqrt", "sum", "softmax"}
        case Bin(op="*", left=left, right=right):
            return _is_word(left) and _is_word(right)
        case Grad(x=Name(name=name) | Call(fn=Name(name=name))):
            return name not in {"log", "ln", "pi"}
    return False


def _is_word(node: Node) -> bool:
    """Whether a side is a phrase (`KV cache size`) or a marked name (`Delta theta`)."""
    match node:
        case Name(name=name):
            return len(name) > 1 and name not in {"gamma", "lambda", "lam", "beta"}
        case Bin(op="*", left=left, right=right):
            return _is_word(left) and _is_word(right)
    return False


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement: what it defines (None for a bare formula) and the values it gives."""

    node: Node
    target: Node | None
    values: tuple[Node, ...]
    uses: frozenset[str]

    @property
    def key(self) -> str | None:
        """The name that this statement defines."""
        return key_of(self.target) if self.target is not None else None

    @property
    def is_constant(self) -> bool:
        """Whether the statement only sets a number, as before a loop."""
        match self.values[-1]:
            case Num():
                return True
            case Call(fn=Name(name="zeros" | "ones" | "empty")):
                return True
        return False


def entry_of(node: Node) -> Entry:
    """Return a statement with its sides told apart."""
    target: Node | None = None
    node = _without_its_set(node)
    values: tuple[Node, ...] = (node,)
    match node:
        case Define(target=left, value=right):
            target, values = left, (right,)
        case Chain(items=(first, *rest), ops=ops) if EQUALITIES.issuperset(ops) and (
            is_plain_target(first)
        ):
            target, values = first, tuple(rest)
        case Chain(items=(Optimise(objective=first) as whole, *rest), ops=ops) if (
            EQUALITIES.issuperset(ops) and is_plain_target(first)
        ):  # minimise loss(theta) = ...
            target, values = first, tuple(replace(whole, objective=value) for value in rest)
    uses = frozenset(
        key for value in values for part in walk(value)
        if isinstance(part, Name) and (key := key_of(part)) is not None
    )  # fmt: skip
    return Entry(node, target, values, uses)


def _without_its_set(node: Node) -> Node:
    r"""Return `S = x` of `S = x \in \mathbb{R}^{n \times n}`: the set only says what x is."""
    match node:
        case Chain(items=(*items, _), ops=(*ops, "in")) if ops and EQUALITIES.issuperset(ops):
            return Chain(node.span, tuple(items), tuple(ops))
    return node


@dataclass(slots=True, eq=False, weakref_slot=True)
class Program:
    """The statements of an input with one of them picked as the formula; never changed.

    Attributes:
        entries: all statements in order.
        main: number of the formula among them.
        is_code: whether order matters.
        text: the whole input.
        examples: the free parameters that the input gives a number, as `gamma = 0.99` does.
    """

    entries: list[Entry]
    main: int
    is_code: bool
    text: str = ""
    examples: tuple[str, ...] = ()

    @property
    def formula(self) -> Entry:
        """The statement that is the formula."""
        return self.entries[self.main]

    def sides(self) -> list[Node]:
        """Return the sides of the formula that must each equal the reference."""
        found: list[Node] = []
        for value in (*self.formula.values, *self.restated()):
            is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
            found.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
        return found

    def restated(self) -> list[Node]:
        """Return what other lines of mathematics say that the formula's left side is."""
        target = self.formula.target
        if self.is_code or target is None:
            return []
        shown = latex(target)
        return [value for number, entry in enumerate(self.entries) if number != self.main
                and entry.target is not None and latex(entry.target) == shown
                for value in entry.values]  # fmt: skip

    def nodes(self) -> Iterator[Node]:
        """Yield every node of what the statements say; the names that they define are left out."""
        for entry in self.entries:
            for value in entry.values:
                yield from walk(value)

    def definition(self, name: Name, position: int, arity: int | None = None) -> int | None:
        """Return the number of the statement that defines `name` as seen from `position`.

        A function is looked for by its number of arguments too: H(P, Q) is not H(P).
        """
        key = key_of(name)
        found = [
            i for i, e in enumerate(self.entries)
            if e.key == key and i != position and _fits(e.target, arity)
        ]  # fmt: skip
        if not self.is_code:
            # a second equation for what is asked (`A_T = 0`) is a boundary, not a definition
            found = [i for i in found if i != self.main and key != self.formula.key]
            self.refuse_two_meanings(found)
            return found[0] if found else None
        earlier = [i for i in found if i < position]
        if not earlier:
            return None
        last = earlier[-1]
        carried = self.entries[position].key == key and self.entries[last].is_constant
        return None if carried else last

    def refuse_two_meanings(self, found: list[int]) -> None:
        """Refuse mathematics that gives one name two values: which one holds is not said."""
        said: dict[str, str] = {}
        for entry in (self.entries[i] for i in found):
            if entry.target is not None:
                shown = latex(entry.node)
                if said.setdefault(latex(entry.target), shown) != shown:
                    raise Undecidable(f"{entry.key} is defined twice")

    def is_carried(self, name: Name, position: int) -> bool:
        """Whether a line of code updates `name` from itself."""
        if not self.is_code and len(self.entries) > 1:
            return False
        key = key_of(name)
        return any(e.key == key for e in self.entries[position:]) and (
            self.definition(name, position) is None
        )


def _fits(target: Node | None, arity: int | None) -> bool:
    return arity is None or not isinstance(target, Call) or len(target.args) == arity


def build(
    statements: tuple[Node, ...],
    *,
    is_code: bool,
    is_target: Callable[[Node], bool],
    is_example: Callable[[Name, Fraction], bool],
    text: str = "",
) -> Program:
    """Pick the formula among the statements.

    Args:
        statements: what was read, in order.
        is_code: whether order matters.
        is_target: whether a left side bears the name that the formula usually has.
        is_example: whether a number only sets a free parameter, which stays free.
        text: the whole input.
    """
    entries = [entry_of(node) for node in statements]
    given = [e for e in entries if _sets_a_number(e, is_example)]
    if len(given) < len(entries):
        entries = [e for e in entries if e not in given]
    if not is_code:
        entries = [*entries, *_between(entries)]
    last_assigned = {e.key: i for i, e in enumerate(entries) if e.key}
    candidates = [
        i for i, e in enumerate(entries)
        if e.key is None or not any(e.key in o.uses for j, o in enumerate(entries) if j != i)
        or (is_code and last_assigned[e.key] == i
            and not any(e.key in o.uses for o in entries[i + 1 :]))
    ]  # fmt: skip
    candidates = candidates or list(range(len(entries)))
    defined = {e.key for e in entries if e.key}

    def rank(i: int) -> tuple[bool, bool, int, int]:
        entry = entries[i]
        optimises = any(isinstance(v, Optimise) for v in entry.values)
        wanted = optimises or (entry.target is not None and is_target(entry.target))
        reached = len(_reached(entry, entries) & defined - {entry.key})
        renames = entry.target is not None and isinstance(entry.values[-1], Name)
        says_more = not entry.is_constant and not renames
        return wanted, says_more, reached, i if is_code else -i

    examples = tuple(e.key for e in given if e.key)
    return Program(entries, max(candidates, key=rank), is_code, text, examples)


def _between(entries: list[Entry]) -> Iterator[Entry]:
    """Yield what `x = y = e` says of y, where another statement uses it and none defines it."""
    defined = {e.key for e in entries}
    for number, entry in enumerate(entries):
        for middle in entry.values[:-1]:
            key = key_of(middle) if isinstance(middle, Name) else None
            used = any(key in e.uses for i, e in enumerate(entries) if i != number)
            if key is not None and used and key not in defined:
                yield Entry(entry.node, middle, entry.values[-1:], entry.uses)


def _sets_a_number(entry: Entry, is_example: Callable[[Name, Fraction], bool]) -> bool:
    match entry:
        case Entry(target=Name(sups=()) as name, values=(Num(value=value),)):
            return is_example(name, value)
    return False


def _reached(entry: Entry, entries: list[Entry]) -> set[str]:
    """Return the keys that a statement uses, through definitions too."""
    seen: set[str] = set()
    pending = set(entry.uses)
    while pending:
        key = pending.pop()
        if key in seen:
            continue
        seen.add(key)
        for other in entries:
            if other.key == key:
                pending |= other.uses
    return seen
