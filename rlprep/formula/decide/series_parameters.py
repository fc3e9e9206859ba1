"""The letters of a definition's left side, bound to the indices of its use."""

from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import indices_of, variable_key
from rlprep.formula.tree import (
    Bin,
    Call,
    Index,
    Name,
    Node,
    Tuple,
)


def bind_parameters(target: Node, use: Node, inner: dict[str, int], bound: dict[str, int]) -> None:
    """Bind the index letters of a definition's left side to the indices of its use."""
    for parameter, argument in zip(_indices(target), _indices(use), strict=False):
        value = maybe_integer(argument, bound)
        if value is None:
            continue
        match parameter:
            case Name():
                key = variable_key(parameter)
                assert key is not None
                inner[key] = value
            case Bin(op=op, left=Name() as left, right=right):
                key = variable_key(left)
                assert key is not None
                offset = maybe_integer(right, {})
                if offset is None:
                    other = variable_key(right)
                    offset = inner.get(other, 0) if other is not None else 0
                    if other is not None:
                        inner.setdefault(other, 0)
                inner[key] = value - offset if op == "+" else value + offset


def _indices(node: Node) -> tuple[Node, ...]:
    match node:
        case Name():
            return (*indices_of(node), *(s for s in node.sups if not isinstance(s, Tuple)))
        case Index(items=items):
            return items
        case Call(fn=fn, args=args):
            return _indices(fn) + args
    return ()
