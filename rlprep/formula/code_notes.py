"""Definitions in the comments of code: `# n_rep = n_heads // n_kv_heads`, `# fQ = phi(Q)`.

A comment defines only what the code uses and nowhere sets, and only by an expression: a number
beside a name is an example, and a word explains.
"""

import ast
import re

from rlprep.formula.code_statements import Statements
from rlprep.formula.errors import Unreadable
from rlprep.formula.tree import Node

_COMMENT = re.compile(r"#+(?P<said>[^\n]*)")
_PIECE = re.compile(r"[ \t]*(?:(?:where|with|here|and)\s+)?(?P<stated>[A-Za-z_]\w*\s*=(?!=)[^,;]*"
                    r"(?:\([^()]*\)[^,;]*)*)(?:[,;]|$)")  # fmt: skip


def with_notes(reader: Statements, tree: ast.Module, nodes: list[Node]) -> list[Node]:
    """Return the statements of code, those that comments make in front of what they stand in."""
    set_, used = _names(tree, ast.Store), _names(tree, ast.Load)
    found = list(nodes)
    for comment in _COMMENT.finditer(reader.text):
        for piece in _PIECE.finditer(comment["said"]):
            at = comment.start("said") + piece.start("stated")
            node = _statement(reader, piece["stated"].rstrip(), at, used - set_)
            if node is not None:
                start = _loop_around(reader, tree, at + reader.shift)
                place = 0 if start is None else next(
                    (i for i, each in enumerate(found) if each.span[0] >= start), len(found)
                )  # fmt: skip
                found.insert(place, node)
    return found


def _names(tree: ast.Module, context: type[ast.expr_context]) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def _statement(reader: Statements, stated: str, at: int, wanted: set[str]) -> Node | None:
    """Return the definition that a piece of a comment is, None where it is none."""
    try:
        body = ast.parse(stated).body
    except (SyntaxError, ValueError):
        return None
    match body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value) as whole] if name in wanted:
            if not isinstance(value, ast.BinOp | ast.Call) or not any(
                isinstance(part, ast.Name) for part in ast.walk(value)
            ):
                return None  # `# T = 2 * 64` is an example
            inner = Statements(stated, reader.shift + at, frozenset())
            inner.libraries = reader.libraries
            try:
                return next(inner.statement(whole), None)
            except Unreadable:
                return None
    return None


def _loop_around(reader: Statements, tree: ast.Module, at: int) -> int | None:
    """Return where the outermost loop around a place begins."""
    spans = [reader.span(n) for n in ast.walk(tree) if isinstance(n, ast.For)]
    return min((start for start, end in spans if start <= at < end), default=None)
