"""Ellipses inside of brackets: `a + c (b + c (d + ...))` is `a + c b + c^2 d + ...`.

Each bracket is the rest of the series with one factor taken out, so the factors on the way to a
term belong to it. Brackets that show two terms or more before their dots have a pattern of their
own and are left to `pattern.py`.
"""

from rlprep.formula.tree import Bin, Dots, Neg, Node

Signed = tuple[int, Node]


def unfolded(node: Node) -> Node | None:
    """Return a sum without its nested brackets, ending in dots; None for any other sum."""
    addends = _addends(node)
    nested = [number for number, (_, term) in enumerate(addends) if _split(term) is not None]
    if len(nested) != 1 or any(isinstance(term, Dots) for _, term in addends):
        return None
    last = nested[0]
    series = _series(addends[last], None)
    if series is None:
        return None
    # what stands behind the brackets is no part of the series: it comes first, as written
    return _summed([*addends[last + 1 :], *addends[:last], *series])


def _series(bracket: Signed, factor: Node | None) -> list[Signed] | None:
    """Return the terms inside of a bracket, each with all the factors before it."""
    sign, term = bracket
    split = _split(term)
    if split is None:
        return None
    before, inner = split
    factor = before if factor is None else Bin(term.span, "*", factor, before)
    if isinstance(inner, Dots):
        return [(sign, inner)]
    *own, last = _addends(inner)
    terms = [(sign * s, Bin(n.span, "*", factor, n)) for s, n in own]
    if isinstance(last[1], Dots):
        return [*terms, (sign * last[0], last[1])] if len(own) == 1 else None
    rest = _series((sign * last[0], last[1]), factor)
    return [*terms, *rest] if rest is not None and len(own) == 1 else None


def _split(term: Node) -> tuple[Node, Node] | None:
    """Return the factor before a bracket that ends in dots, and what the bracket holds."""
    match term:
        case Bin(op="*" | "cdot", left=factor, right=Dots() as inner):
            return factor, inner
        case Bin(op="*" | "cdot", left=factor, right=Bin(op="+" | "-") as inner):
            last = _addends(inner)[-1][1]
            return (factor, inner) if isinstance(last, Dots) or _split(last) else None
    return None


def _addends(node: Node, sign: int = 1) -> list[Signed]:
    match node:
        case Bin(op="+", left=left, right=right):
            return _addends(left, sign) + _addends(right, sign)
        case Bin(op="-", left=left, right=right):
            return _addends(left, sign) + _addends(right, -sign)
        case Neg(x=x):
            return _addends(x, -sign)
    return [(sign, node)]


def _summed(addends: list[Signed]) -> Node:
    sign, result = addends[0]
    result = result if sign > 0 else Neg(result.span, result)
    for sign, term in addends[1:]:
        result = Bin(result.span, "+" if sign > 0 else "-", result, term)
    return result
