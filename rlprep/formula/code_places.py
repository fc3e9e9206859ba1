"""Where in a text a node of Python's syntax tree stands."""

import ast

from rlprep.formula.errors import Unreadable
from rlprep.formula.tree import (
    Span,
)

LIBRARIES = {"torch", "np", "numpy", "F", "math", "jnp", "nn", "tf", "jax", "functional", "th",
             "scipy", "special", "linalg", "lax", "core", "mpu", "distributions", "rlax", "xp",
             "sympy", "sp", "keras", "cp", "mx", "cmath", "signal", "misc"}  # fmt: skip


class Places:
    """One piece of code, and the characters that its nodes cover."""

    def __init__(self, text: str, shift: int, variables: frozenset[str]) -> None:
        self.text = text
        self.shift = shift
        self.libraries = LIBRARIES - variables
        self.renamed: dict[str, ast.expr] = {}
        self.names_time = False
        self.lines = [0]
        for line in text.encode().splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.characters = self._character_offsets() if not text.isascii() else None

    def _character_offsets(self) -> list[int]:
        offsets: list[int] = []
        for number, char in enumerate(self.text):
            offsets.extend([number] * len(char.encode()))
        return [*offsets, len(self.text)]

    def place(self, line: int, column: int) -> int:
        """Return the character of the whole text at a line and a column of UTF-8 bytes."""
        offset = min(self.lines[min(line, len(self.lines)) - 1] + column, len(self.text.encode()))
        return self.shift + (self.characters[offset] if self.characters else offset)

    def span(self, node: ast.AST) -> Span:
        """Return the characters that a node covers."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        last = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column)
        return self.place(line, column), self.place(*last)

    def refuse(self, node: ast.AST, what: str) -> Unreadable:
        """Return the error that something is no part of a formula."""
        return Unreadable(f"{what} is no part of a formula", self.span(node),
                          hint="write the formula as an expression, or as assignments")  # fmt: skip
