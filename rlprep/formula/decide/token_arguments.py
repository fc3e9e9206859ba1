"""What the arguments of a call say: the array, the axis, whether the axis is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlprep.formula.decide.tensor import Tensor
from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.tree import Call, Name, Neg, Node, Num, Tuple

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices
    from rlprep.formula.decide.token_definitions import Scope


def arguments(node: Call, count: int) -> tuple[Node, ...]:
    """Return the first arguments of a call.

    Raises:
        Unreadable: there are fewer.
    """
    if len(node.args) < count:
        needed = "an argument" if count == 1 else f"{count} arguments"
        raise Unreadable(f"{node.fn.name} needs {needed}", node.span)
    return node.args[:count]


def single(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """Return the value of the first argument."""
    (first,) = arguments(node, 1)
    return of.value(first, scope)


def axis_of(of: Matrices, node: Call, position: int) -> int | None:
    """Return the axis that a call names, None where it names none."""
    given = node.keyword("dim", "axis")
    if given is None and len(node.args) > position:
        given = node.args[position]
    if given is None or (isinstance(given, Name) and given.name == "None"):
        return None
    axes = integers(given)
    if len(axes) != 1:
        raise Undecidable("several axes at once")
    return axes[0]


def keeps(node: Call) -> bool:
    """Whether a reduced axis stays, with length 1."""
    kept = node.keyword("keepdim", "keepdims")
    return isinstance(kept, Num) and kept.value != 0


def refuse_fixed(node: Node, value: int, size: int) -> None:
    """Refuse a number without letters that reaches the end of an axis.

    Here it means all tokens, or all entries; for other sizes it does not.

    Raises:
        Undecidable: the number is one.
    """
    if abs(value) >= size and maybe_integer(node, {}) is not None:
        raise Undecidable("a fixed number stands where the sizes are free")


def rectified(node: Call, *, is_code: bool) -> Node | None:
    """Return what a call cuts off below zero, as relu does; None if it is no such call.

    `max(x, 0)` is one in mathematics only: in code it is the largest along the first axis.
    """
    name, floor = node.fn.name, node.keyword("min", "a_min")
    if name in {"clamp", "clip", "clamp_min", "maximum"} or (name == "max" and not is_code):
        args = node.args if floor is None else (*node.args[:1], floor)
        if len(args) == 2 or (len(args) == 3 and isinstance(args[2], Name)):
            x, other = args[:2]
            if isinstance(other, Num) and other.value == 0:
                return x
            if isinstance(x, Num) and x.value == 0 and name in {"max", "maximum"}:
                return other
    return None


def integers(node: Node) -> list[int]:
    """Return the whole numbers of a list of axes."""
    match node:
        case Num(value=value):
            return [int(value)]
        case Neg(x=Num(value=value)):
            return [-int(value)]
        case Tuple(items=items):
            return [x for item in items for x in integers(item)]
    raise Undecidable("an axis that is not known")
