"""Code on whole arrays, read with what a formula's reader leaves out: which brackets make a list.

To a formula `[x]` is x and `[f(l) for l in range(n)]` a sum to be. Code that turns arrays round,
joins them or runs through them needs to know what is a list, what runs through what and in which
order; `statements` reads the same text once more and keeps that apart.
"""

import ast
from functools import lru_cache

from rlprep.formula.code_statements import Statements
from rlprep.formula.pycode import opened
from rlprep.formula.tree import Big, Define, Node, Tuple


class ArrayStatements(Statements):
    """Reads statements in which a list is a list, and `y := x` binds y."""

    def expression(self, node: ast.expr) -> Node:
        """Return the node of an expression; a list is a `Tuple`."""
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items) if not any(
                isinstance(item, ast.Starred) for item in items
            ):
                return Tuple(self.span(node), tuple(self.expression(item) for item in items))
            case ast.NamedExpr(target=target, value=value):
                return Define(self.span(node), self.expression(target), self.expression(value))
        return super().expression(node)

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """`f(x) for x in xs` as a list: `var` is what each turn binds, `binder` what runs."""
        if len(node.generators) != 1 or node.generators[0].ifs:
            raise self.refuse(node, "a comprehension with conditions")
        each = node.generators[0]
        var, over = self.expression(each.target), self.expression(each.iter)
        return Big(self.span(node), "list", var, None, None, over, self.expression(node.elt))


@lru_cache(maxsize=64)
def statements(text: str) -> tuple[Node, ...]:
    """Return the statements of code, one for each that `pycode.parse` returns.

    Raises:
        Unreadable: something in it is no part of array code.
        SyntaxError: the text is not Python.
    """
    plain, tree = opened(text, frozenset())
    reader = ArrayStatements(plain.text, plain.shift, frozenset())
    return tuple(reader.body(tree.body))
