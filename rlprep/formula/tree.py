"""The syntax tree: what every notation is read into, and what every decider starts from.

Nodes are frozen and carry the character range of the input that they came from, so that a message
can point. The tree knows nothing of meaning: a name is a name with its scripts, and whether a
superscript is a power, a label or a transpose is settled by whoever knows the formula being asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes; `span` is a half-open character range of the input."""

    span: Span


@dataclass(frozen=True, slots=True)
class Num(Node):
    """An exact number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name with its scripts: `A_t^{(n)}` is A with sub t and sup n; primes are counted."""

    name: str
    subs: tuple[Node, ...] = ()
    sups: tuple[Node, ...] = ()
    primes: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """The placeholder of `pi(.|s)`."""


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """An ellipsis."""


@dataclass(frozen=True, slots=True)
class Neg(Node):
    """Minus x."""

    x: Node


@dataclass(frozen=True, slots=True)
class Bin(Node):
    """A binary operation: + - * / ^ @ // % and +- (both signs); juxtaposition is '*'."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Sub(Node):
    """A subscript on something that is not a name: `(...)_{col}`."""

    x: Node
    sub: Node


@dataclass(frozen=True, slots=True)
class Trans(Node):
    """A transpose that the notation itself marks (`x.T`, `k.transpose(-2, -1)`)."""

    x: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of arguments. `fn` is a Name; keyword arguments come from code."""

    fn: Name
    args: tuple[Node, ...]
    kwargs: tuple[tuple[str, Node], ...] = ()

    def keyword(self, *names: str) -> Node | None:
        """Return the value of the first keyword argument of one of these names."""
        return next((value for key, value in self.kwargs if key in names), None)

    def axis(self, position: int = 1) -> Node | None:
        """Return the axis that a call of an array library names, else its argument at a place."""
        return self.keyword("dim", "axis") or next(iter(self.args[position:]), None)


@dataclass(frozen=True, slots=True)
class Index(Node):
    """Square-bracket indexing: `values[t+1]`, `q[:, None]`."""

    x: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """A slice inside an index; missing ends are None."""

    lo: Node | None
    hi: Node | None


@dataclass(frozen=True, slots=True)
class Big(Node):
    """A sum, product or integral. `binder` is what stood below the sign, `hi` what stood above."""

    kind: str
    var: Node | None
    lo: Node | None
    hi: Node | None
    binder: Node | None
    body: Node


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """An expectation; `dist` holds the items of its subscript."""

    dist: tuple[Node, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Grad(Node):
    """A gradient of what follows the sign; `of` is the variable, where it is written."""

    x: Node
    of: Node | None = None


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Relations in a row: items joined by ops (= <= >= < > ~ in)."""

    items: tuple[Node, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given(Node):
    """`left | right`, inside the parentheses of a probability or an expectation."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Parallel(Node):
    """`left || right`: the two distributions of a divergence."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """Comma-separated expressions in parentheses."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Rows of (value, condition); a missing condition is 'otherwise'."""

    rows: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True, slots=True)
class Wrap(Node):
    """Delimiters with a meaning: floor, ceil, abs, norm."""

    kind: str
    x: Node


@dataclass(frozen=True, slots=True)
class Optimise(Node):
    """Maximise or minimise an objective over something, with constraints if any."""

    sense: str
    objective: Node
    constraints: tuple[Node, ...] = ()
    over: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Define(Node):
    """A statement `target = value` of code or of a 'where' line."""

    target: Node
    value: Node


@lru_cache(maxsize=64)
def _parts(kind: type[Node]) -> tuple[str, ...]:
    """Return the fields of a class of nodes that may hold nodes."""
    return tuple(field.name for field in fields(kind) if field.name != "span")


def children(node: Node) -> Iterator[Node]:
    """Yield the direct child nodes, in source order of the fields."""
    for name in _parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)


def _nodes_in(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, without recursion."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def rewritten(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the tree with every node put through `change`, innermost first."""
    changes: dict[str, Any] = {}
    for name in _parts(type(node)):
        value = getattr(node, name)
        new = _rewritten_in(value, change)
        if new is not value:
            changes[name] = new
    return change(replace(node, **changes) if changes else node)


def _rewritten_in(value: object, change: Callable[[Node], Node]) -> object:
    if isinstance(value, Node):
        return rewritten(value, change)
    if isinstance(value, tuple) and any(isinstance(item, Node | tuple) for item in value):
        items = tuple(_rewritten_in(item, change) for item in value)
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value
