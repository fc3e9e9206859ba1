"""Indices: the letters that an expression leaves free, relations between two of them."""

from rlprep.formula.decide import attention_names as names
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import variable_key
from rlprep.formula.tree import Big, Name, Node, Num, Sub, Tuple, children, walk


def free_letters(expression: Node) -> list[str]:
    """Return the index letters of an expression that no sum binds, in order."""
    found: dict[str, None] = {}
    _collect(expression, frozenset(), found)
    return list(found)


def _collect(node: Node, bound: frozenset[str], found: dict[str, None]) -> None:
    """Add the free index letters of an expression, in order of appearance."""
    if isinstance(node, Big) and node.var is not None:
        bound |= {variable_key(node.var) or ""}
    for index in _indices(node):
        for letter in walk(index):
            key = variable_key(letter) if isinstance(letter, Name) else None
            if key is not None and key not in bound:
                found[key] = None
    if isinstance(node, Name):
        children_of: tuple[Node, ...] = node.sups if node.name == "e" else ()
    elif isinstance(node, Big):
        children_of = (node.body,)
    else:
        children_of = tuple(children(node))
    for child in children_of:
        _collect(child, bound, found)


def _indices(node: Node) -> tuple[Node, ...]:
    match node:
        case Sub(x=Num()):
            return ()  # `1_n` is the vector of ones
        case Sub(sub=script):
            items = script.items if isinstance(script, Tuple) else (script,)
            return tuple(i for item in items for i in names.index_nodes(item))
        case Name():
            spelt = names.spelling(node, is_code=False)
            is_index = spelt.key != "softmax" and names.role_of(spelt.key) != "ones"
            return spelt.indices if is_index else ()
    return ()


def compared(op: str, a: int | None, b: int | None) -> bool:
    """Return whether two indices satisfy a relation."""
    if a is None or b is None:
        raise Undecidable("a condition that is not known here")
    return {"=": a == b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "!=": a != b}[op]
