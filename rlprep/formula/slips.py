"""Generic slips: one small change to what was written that would make it right.

Each repair replaces one node of the input's tree (a sign, an index, a bound, a factor, swapped
arguments) and says in words what the slip was. Whether a repair helps is decided by the same
procedure as the formula itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from rlprep.formula.tree import Big, Bin, Call, Name, Neg, Node, Num, Parallel, Span, Wrap


@dataclass(frozen=True, slots=True)
class Repair:
    """A changed tree, what was changed, and where."""

    tree: Node
    text: str
    span: Span


def repairs(tree: Node) -> Iterator[Repair]:
    """Yield the trees that differ from `tree` by one small change, likely slips first."""
    found = [
        (rank, place, Repair(changed, text, span))
        for place, (node, rebuild) in enumerate(_positions(tree, lambda n: n))
        for rank, new, text, span in _changes(node)
        if (changed := rebuild(new)) is not None
    ]
    for _, _, repair in sorted(found, key=lambda item: item[:2]):
        yield repair


def _positions(
    node: Node, rebuild: Callable[[Node], Node]
) -> Iterator[tuple[Node, Callable[[Node], Node]]]:
    """Yield every node with the function that puts another one in its place."""
    yield node, rebuild
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield from _positions(value, _setter(node, field.name, rebuild))
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if isinstance(item, Node):
                    yield from _positions(item, _item_setter(node, field.name, number, rebuild))


def _setter(node: Node, name: str, rebuild: Callable[[Node], Node]) -> Callable[[Node], Node]:
    def put(new: Node) -> Node:
        change: dict[str, Any] = {name: new}
        return rebuild(replace(node, **change))

    return put


def _item_setter(
    node: Node, name: str, number: int, rebuild: Callable[[Node], Node]
) -> Callable[[Node], Node]:
    def put(new: Node) -> Node:
        items = getattr(node, name)
        change: dict[str, Any] = {name: (*items[:number], new, *items[number + 1 :])}
        return rebuild(replace(node, **change))

    return put


Change = tuple[int, Node, str, Span]


def _changes(node: Node) -> Iterator[Change]:
    """Yield (rank, new node, what the slip was, where) for one node."""
    span = node.span
    one = Num(span, Fraction(1))
    match node:
        case Neg(x=x):
            yield 0, x, "a minus sign too many", span
        case Bin(op="+", left=left, right=right):
            yield 0, replace(node, op="-"), "a plus that should be a minus", right.span
            yield 3, left, "a term that does not belong", right.span
            yield 3, right, "a term that does not belong", left.span
        case Bin(op="-", left=left, right=right):
            yield 0, replace(node, op="+"), "a minus that should be a plus", right.span
            yield 1, replace(node, left=right, right=left), "a difference the wrong way round", span
            yield 3, left, "a term that does not belong", right.span
        case Bin(op="*", left=left, right=right):
            yield 2, right, "a factor that does not belong", left.span
            yield 2, left, "a factor that does not belong", right.span
        case Bin(op="/", left=left, right=right):
            yield 1, replace(node, left=right, right=left), "a fraction upside down", span
            yield 3, left, "a divisor that does not belong", right.span
        case Bin(op="^", left=left, right=right):
            yield 2, left, "an exponent that does not belong", right.span
            for step, words in ((1, "too small"), (-1, "too large")):
                yield 1, replace(node, right=_plus(right, step)), f"an exponent {words} by 1", (
                    right.span)  # fmt: skip
        case Parallel(left=left, right=right):
            yield 0, replace(node, left=right, right=left), "the arguments are exchanged", span
        case Call():
            yield from _call_changes(node)
        case Big(lo=lo, hi=hi):
            for step, words in ((1, "too small"), (-1, "too large")):
                if lo is not None and isinstance(lo, Num):
                    yield (
                        1,
                        replace(node, lo=_plus(lo, step)),
                        f"a lower limit {words} by 1",
                        lo.span,
                    )
                if hi is not None and not (isinstance(hi, Name) and hi.name == "inf"):
                    yield (
                        1,
                        replace(node, hi=_plus(hi, step)),
                        f"an upper limit {words} by 1",
                        hi.span,
                    )
        case Wrap(kind="floor" | "ceil" as kind, x=x):
            other = "ceil" if kind == "floor" else "floor"
            yield 0, replace(node, kind=other), f"a {kind} where a {other} belongs", span
            yield 3, x, f"a {kind} that does not belong", span
        case Name():
            yield from _name_changes(node)
    if isinstance(node, Num) and node.value not in {0, 1}:
        yield 3, one, "a number that does not belong", span


def _call_changes(node: Call) -> Iterator[Change]:
    name, args, span = node.fn.name, node.args, node.span
    opposite = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}.get(name)
    if opposite:
        fn = replace(node.fn, name=opposite)
        yield 0, replace(node, fn=fn), f"a {name} where a {opposite} belongs", node.fn.span
    if len(args) >= 2:
        for i in range(len(args) - 1):
            swapped = (*args[:i], args[i + 1], args[i], *args[i + 2 :])
            yield 1, replace(node, args=swapped), "two arguments are exchanged", (
                args[i].span[0], args[i + 1].span[1])  # fmt: skip
    if len(args) == 1 and name in {"log", "ln", "exp", "sqrt", "abs", "floor", "ceil"}:
        yield 2, args[0], f"a {name} that does not belong", span


def _name_changes(node: Name) -> Iterator[Change]:
    for number, sub in enumerate(node.subs):
        if not isinstance(sub, Name | Bin | Num):
            continue
        for step, words in ((1, "early"), (-1, "late")):
            subs = (*node.subs[:number], _plus(sub, step), *node.subs[number + 1 :])
            yield 1, replace(node, subs=subs), f"an index one step too {words}", node.span


def _plus(node: Node, step: int) -> Node:
    """Return an index or exponent moved by one, without piling up sums."""
    match node:
        case Num(value=value):
            return replace(node, value=value + step)
        case Bin(op="+" | "-" as op, left=left, right=Num(value=value)):
            total = (value if op == "+" else -value) + step
            if not total:
                return left
            return Bin(node.span, "+" if total > 0 else "-", left, Num(node.span, abs(total)))
    return Bin(node.span, "+" if step > 0 else "-", node, Num(node.span, Fraction(abs(step))))
