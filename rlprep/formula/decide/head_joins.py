"""Copies of the key-value heads that `cat` and `stack` put together: `torch.cat([k] * n, dim=2)`.

Copies along the heads' own axis, or along a new one before it, put all heads one after another. A
new axis behind the heads, or the tokens' axis cut up again by a new shape, puts the copies of each
head side by side: of (b, h, n, d), `cat([k] * g, 2).reshape(b, h * g, n, d)` is h * g + its copy.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.decide.size_names import key_of
from rlprep.formula.decide.size_tensors import shapes_of
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.tree import Big, Call, Index, Name, Node, Num, Tuple

if TYPE_CHECKING:
    from rlprep.formula.decide.counting import Number
    from rlprep.formula.decide.head_copies import Copies

JOINED = {"cat", "concat", "concatenate", "stack"}
UNKNOWN = "copies of the heads, put together in a way that is not understood"
Sizes = tuple[Node, ...]


def joined(of: Copies, node: Call, merge: Call | None, position: int) -> Number:
    """Return the key-value head that copies put at the query head's place.

    Args:
        of: evaluates sizes, with the head and the head counts.
        node: the call that puts copies together.
        merge: the call that gives them their final shape, if any.
        position: the statement of it.

    Raises:
        Undecidable: it is not seen where the heads are, or what becomes of them.
    """
    match node.args[:1]:
        case (Big(kind="range", var=Name() as turn, lo=Node() as lo, hi=Node() as hi, body=copy),):
            pass
        case _:
            raise Undecidable(UNKNOWN)
    whole, place = _array_of(copy)
    if key_of(whole) == key_of(turn):
        raise Undecidable(UNKNOWN)
    one = of.arithmetic.const(Fraction(1))
    times = of.evaluate(hi, position) - of.evaluate(lo, position) + one
    shape = shapes_of(of.program).get(key_of(whole))
    said = shape.sizes if shape is not None else ()
    new = _new_sizes(merge)
    is_new_axis = node.fn.name == "stack" or place is not None
    axis = _axis(node, len(said or new) + is_new_axis if said or new else 0)
    if place is not None and (place != axis or node.fn.name == "stack"):
        raise Undecidable(UNKNOWN)
    heads = _of_heads(of, said, "kv_heads", position)
    after = _of_heads(of, new, "q_heads", position) if new else _merged(merge, axis)
    if heads is None:
        heads = after if after is not None else axis
    if after not in {None, heads}:
        raise Undecidable(UNKNOWN)
    if axis == heads and (after is not None or not is_new_axis):
        return of.spread(times, is_adjacent=False)
    if axis == heads + 1 and after is not None and (new or is_new_axis):
        return of.spread(times, is_adjacent=True)
    raise Undecidable(UNKNOWN)


def _array_of(copy: Node) -> tuple[Name, int | None]:
    """Return the array that is copied, and the place of a new axis that each copy gets."""
    match copy:
        case Name():
            return copy, None
        case Call(fn=Name(name="unsqueeze" | "expand_dims"), args=(Name() as whole, Num(value=at))):
            return whole, int(at)
        case Index(x=Name() as whole, items=items):
            news = [i for i, x in enumerate(items) if isinstance(x, Name) and x.name == "None"]
            if len(news) == 1:
                return whole, news[0]
    raise Undecidable(UNKNOWN)


def _axis(node: Call, rank: int) -> int:
    """Return the axis along which copies are put together, counted from the front."""
    given = node.axis()
    axis = 0 if given is None else maybe_integer(given, {})
    if axis is None or (axis < 0 and not rank):
        raise Undecidable(UNKNOWN)
    return axis + rank if axis < 0 else axis


def _new_sizes(merge: Call | None) -> Sizes:
    """Return the shape that `reshape` gives; none for other calls."""
    if merge is None or key_of(merge.fn) not in {"reshape", "view"}:
        return ()
    sizes = merge.args[1:]
    return sizes[0].items if len(sizes) == 1 and isinstance(sizes[0], Tuple) else sizes


def _of_heads(of: Copies, sizes: Sizes, role: str, position: int) -> int | None:
    """Return the one axis that has so many heads; None where no shape is said."""
    found = [i for i, x in enumerate(sizes) if of.is_count(x, of.values[role], position)]
    if len(found) > 1 or (sizes and not found):
        raise Undecidable(UNKNOWN)
    return found[0] if found else None


def _merged(merge: Call | None, axis: int) -> int | None:
    """Return where the axis of the copies and the one beside it become one."""
    if merge is None:
        return None
    ends = [maybe_integer(x, {}) for x in merge.args[1:3]]
    ends += [maybe_integer(x, {}) for word in ("start_dim", "end_dim")
             if (x := merge.keyword(word)) is not None]  # fmt: skip
    if key_of(merge.fn) == "flatten" and ends in ([axis - 1, axis], [axis, axis + 1]):
        return ends[0]
    raise Undecidable(UNKNOWN)
