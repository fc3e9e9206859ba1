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
            case Bin(op="+" | "-" as op, left=Name() as left, right=right):
                key = variable_key(left)
                assert key is not None
                offset, other = maybe_integer(right, {}), variable_key(right)
                if offset is not None:
                    inner[key] = value - offset if op == "+" else value + offset
                elif other is not None:
                    # delta_{t+l}: t stays what it is, and l is how far from it
                    inner.setdefault(key, value)
                    inner[other] = value - inner[key] if op == "+" else inner[key] - value


def _indices(node: Node) -> tuple[Node, ...]:
    match node:
        case Name():
            return (*indices_of(node), *(s for s in node.sups if not isinstance(s, Tuple)))
        case Index(items=items):
            return items
        case Call(fn=fn, args=args):
            return _indices(fn) + args
    return ()
