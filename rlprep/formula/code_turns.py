"""Comprehensions that run through arrays side by side: `f(k, v) for k, v in zip(K, V)`.

A formula's reader puts the arrays in their entries' places, which is enough where every name stands
for one number at a time. Who knows rows from matrices reads the same text once more: `var` is what
each turn binds, one name or a tuple, and `binder` the call of `zip` or `enumerate` that runs.
"""

import ast
from dataclasses import replace
from functools import lru_cache

from rlprep.formula.code_statements import Statements
from rlprep.formula.errors import Unreadable
from rlprep.formula.tree import Big, Call, Name, Node

SIDE_BY_SIDE = {"zip", "enumerate"}


class TurnStatements(Statements):
    """Reads expressions in which what a comprehension binds keeps its name."""

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """Return a comprehension over several arrays as it is written, others as ever."""
        match node.generators:
            case [
                ast.comprehension(
                    target=target, iter=ast.Call(func=ast.Name(id=word)) as over, ifs=[]
                )
            ] if word in SIDE_BY_SIDE:
                var, source = self.expression(target), self.expression(over)
                body = self.expression(node.elt)
                return Big(self.span(node), "range", var, None, None, source, body)
        return super().comprehension(node)


def with_turns(big: Big, text: str, variables: frozenset[str] = frozenset()) -> Big:
    """Return a comprehension over arrays side by side as it is written; any other as it is.

    Args:
        big: the comprehension, as a formula's reader gives it.
        text: the whole input.
        variables: names that are no libraries (`K.T`).
    """
    is_other = big.var is not None and not (isinstance(big.hi, Name) and big.hi.name == "inf")
    if is_other or big.kind not in {"range", "sum"}:
        return big
    found = _read(text, big.span, variables)
    return big if found is None else replace(found, kind=big.kind)


@lru_cache(maxsize=256)
def _read(text: str, span: tuple[int, int], variables: frozenset[str]) -> Big | None:
    start, end = span
    try:
        tree = ast.parse(text[start:end], mode="eval").body
        is_one = isinstance(tree, ast.GeneratorExp | ast.ListComp) and len(tree.generators) == 1
        found = TurnStatements(text[start:end], start, variables).expression(tree)
    except (SyntaxError, ValueError, RecursionError, Unreadable):
        return None
    is_read = is_one and isinstance(found, Big) and isinstance(found.binder, Call)
    return found if is_read and isinstance(found, Big) else None
