"""Arrays along a trajectory, as NumPy and PyTorch write them: entries, slices, sums of products."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from rlprep.formula.decide.polynomial import Polynomial, total
from rlprep.formula.decide.series_world import TERMS, refuse_far
from rlprep.formula.decide.timeline import FLAGS, lookahead
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import integer, maybe_integer
from rlprep.formula.names import labels_of
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Slice, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.series import Series


def discounted_sum(
    series: "Series", node: Call, bound: dict[str, int], position: int
) -> Polynomial:
    """`discount_cumsum(x, c)[t]`, as code names the sum over k of c^k x_{t+k}."""
    rate = series.evaluate(node.args[1], bound, position)
    start = bound["t"]
    last = series.world.end if series.world.end is not None else series.world.t + TERMS
    terms = (
        rate.power(k - start) * series.evaluate(node.args[0], {**bound, "t": k}, position)
        for k in range(start, last)
    )
    return total(terms, series.world.mod)


def indexed(
    series: "Series", x: Node, items: tuple[Node, ...], bound: dict[str, int], position: int
) -> Polynomial:
    """`values[t+1]`, and whole arrays: `values[1:]` is one step later than `values[:-1]`."""
    if isinstance(x, Index):
        return series.index(x.x, items, bound, position)
    time = None
    for item in items:
        refuse_far(item.lo if isinstance(item, Slice) else item)
        match item:
            case Slice(lo=Node() as lo):
                time = bound["t"] + integer(lo, {})
            case Slice():
                continue  # all of an axis: where nothing else says a time, that of the steps
            case _ if (value := maybe_integer(item, bound)) is not None and time is None:
                if isinstance(item, Neg | Num):
                    continue
                time = value
            case Name(name="s" | "S" | "state" | "obs" | "s2" | "sp" | "ns") if time is None:
                is_later = lookahead(item) or item.name in {"s2", "sp", "ns"}
                time = bound["t"] + int(is_later or "prime" in labels_of(item))
    if time is None and any(isinstance(item, Slice) for item in items):
        time = bound["t"]
    if time is None:
        raise Undecidable("an index is not known")
    if isinstance(x, Name):
        role = series.role(x)
        if role is not None and series.program.definition(x, position) is None:
            if role in {"gamma", "lam"}:
                return series.name(x, bound, position)
            if role in FLAGS:
                is_whole = all(isinstance(i, Slice) and i.lo is i.hi is None for i in items)
                later = lookahead(x)
                return series.flag(role, time + later, is_told=bool(later) or not is_whole)
            return series.at(role, x, time + lookahead(x), bound)
    return series.evaluate(x, {**bound, "t": time}, position)


POSITION = "position"
"""What counts the entries of the arrays that are summed."""


def takes_arrays(node: Call, program: Program) -> bool:
    """Whether a sum is of arrays whose positions are written out: `arange(n)`, `r[t:t+n]`."""
    return any(map(_is_positions, walk(_summand(node, program))))


def array_sum(series: "Series", node: Call, bound: dict[str, int], position: int) -> Polynomial:
    """`sum(gamma ** arange(n) * r[t:t+n])`: the sum over the arrays' positions.

    Raises:
        Undecidable: nothing says how long the arrays are.
        Undefined: they have different lengths.
    """
    body = _summand(node, series.program)
    sizes: set[int] = set()
    open_from: set[int] = set()
    for part in walk(body):
        match part:
            case Call(fn=Name(name="arange"), args=args):
                lo, hi = _range(args, bound)
                sizes.add(hi - lo)
            case Index(items=(Slice(lo=lo, hi=hi),)):
                first = integer(lo, bound) if lo is not None else 0
                if hi is None or isinstance(hi, Neg | Num):
                    open_from.add(first)
                else:
                    sizes.add(integer(hi, bound) - first)
    if len(sizes) > 1:
        raise Undefined("arrays of different lengths")
    if not sizes and series.world.end is not None and len(open_from) == 1:
        sizes = {series.world.end - open_from.pop()}
    if not sizes:
        raise Undecidable("an array whose length is not known")
    count = sizes.pop()
    if count > 3 * TERMS:
        raise Undecidable("a sum has too many terms")
    entry = _changed(body, _entry)
    terms = (series.evaluate(entry, {**bound, POSITION: k}, position) for k in range(count))
    return total(terms, series.world.mod)


def _summand(node: Call, program: Program) -> Node:
    """Return what a sum or a dot product sums, with names of arrays of positions written out."""
    body = node.args[0]
    if len(node.args) == 2 and node.fn.name != "sum":
        body = Bin(node.span, "*", *node.args)

    def written(part: Node) -> Node | None:
        if not isinstance(part, Name):
            return None
        number = program.definition(part, program.main)
        value = program.entries[number].values[-1] if number is not None else None
        return value if value is not None and any(map(_is_positions, walk(value))) else None

    return _changed(body, written)


def _is_positions(node: Node) -> bool:
    match node:
        case Call(fn=Name(name="arange")):
            return True
        case Index(items=(Slice(),)):
            return True
    return False


def _range(args: tuple[Node, ...], bound: dict[str, int]) -> tuple[int, int]:
    ends = [integer(arg, bound) for arg in args]
    match ends:
        case [hi]:
            return 0, hi
        case [lo, hi]:
            return lo, hi
    raise Undecidable("positions in unusual steps")


def _entry(node: Node) -> Node | None:
    """Return an array of positions or a slice at the letter `POSITION`; None for another node."""
    k = Name(node.span, POSITION)
    match node:
        case Call(fn=Name(name="arange"), args=args):
            return Bin(node.span, "+", args[0], k) if len(args) == 2 else k
        case Index(x=x, items=(Slice(lo=lo),)):
            return Index(node.span, x, (k if lo is None else Bin(node.span, "+", lo, k),))
        case Call(fn=Name(name="power" | "pow"), args=(base, exponent)):
            return _changed(Bin(node.span, "^", base, exponent), _entry)
    return None


def _changed(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Return a tree with the parts replaced for which `change` has another."""
    found = change(node)
    if found is not None:
        return found

    def each(value: Any) -> Any:
        if isinstance(value, Node):
            return _changed(value, change)
        return tuple(map(each, value)) if isinstance(value, tuple) else value

    return replace(node, **{f.name: each(getattr(node, f.name)) for f in fields(node)})
