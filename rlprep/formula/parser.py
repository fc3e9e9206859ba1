"""Tokens to a tree: a Pratt parser for mathematics as people write it.

Precedence, loosest first: relations, conditionals, sums, products (written or by juxtaposition),
signs, powers and scripts. The parser is linear, its depth is bounded, and every error says what was
expected and where.
"""

from collections.abc import Iterable

from rlprep.formula.errors import Unreadable
from rlprep.formula.factors import Factors
from rlprep.formula.stream import CLOSERS, MAX_TERMS, PRODUCTS, STARTS
from rlprep.formula.tree import (
    Bin,
    Call,
    Cases,
    Chain,
    Name,
    Neg,
    Node,
    children,
)


class ExpressionParser(Factors):
    """Parses expressions from a list of tokens; `statements.py` drives it line by line."""

    # -- relations and conditionals -----------------------------------------------------------

    def chain(self) -> Node:
        """A conditional expression, or several of them joined by relations."""
        self.enter()
        items, ops = [self.conditional()], []
        while self.token.kind == "rel" or (
            self.token.kind == ":" and self.peek().kind == "rel" and self.peek().text == "="
        ):
            self.accept(":")
            op = self.accept("rel")
            assert op is not None
            ops.append(op.text)
            if op.text == "~" and self.token.kind in {"]", ")", "}"}:
                raise self.fail("expected a distribution after '~'")
            items.append(self.conditional())
        self.depth -= 1
        if not ops:
            return items[0]
        return Chain(self.spans(items[0]), tuple(items), tuple(ops))

    def conditional(self) -> Node:
        """`a if c else b`, `a if c, b otherwise`, or just a sum."""
        first = self.sum()
        if not (self.token.kind == "kw" and self.token.text == "if"):
            return first
        rows: list[tuple[Node, Node | None]] = []
        value = first
        while True:
            if self.token.kind == "kw" and self.token.text == "if":
                self.at += 1
                rows.append((value, self.simple_chain()))
            elif self.token.kind == "kw" and self.token.text == "otherwise":
                self.at += 1
                rows.append((value, None))
                break
            if self.token.kind == "kw" and self.token.text == "else":
                self.at += 1
            elif self.token.kind in {",", ";", "nl", "row"} and self._another_case():
                self.at += 1
                if self.token.kind == "kw" and self.token.text in {"else", "otherwise"}:
                    self.at += 1
            else:
                break
            value = self.sum()
            if not (self.token.kind == "kw" and self.token.text in {"if", "otherwise"}):
                rows.append((value, None))
                break
        return Cases(self.spans(first), tuple(rows))

    def _another_case(self) -> bool:
        """Look ahead: does an 'if', 'else' or 'otherwise' come before the statement ends?"""
        depth = 0
        for token in self.tokens[self.at + 1 :]:
            if token.kind in CLOSERS:
                depth += 1
            elif token.kind in {")", "]", "}"}:
                depth -= 1
            if depth < 0 or token.kind == "end" or (token.kind == "," and depth == 0):
                return False
            if token.kind == "kw" and depth == 0:
                return token.text in {"if", "otherwise", "else"}
        return False

    def simple_chain(self) -> Node:
        """A condition: relations between sums."""
        items, ops = [self.sum()], []
        while self.token.kind == "rel":
            ops.append(self.token.text)
            self.at += 1
            items.append(self.sum())
        return Chain(self.spans(items[0]), tuple(items), tuple(ops)) if ops else items[0]

    # -- sums and products ----------------------------------------------------------------------

    def sum(self) -> Node:
        """Terms joined by + and -."""
        self.enter()
        left = self.signed_product()
        terms = 1
        while self.token.kind in {"+", "-", "pm"}:
            op = self.token
            self.at += 1
            right = self.signed_product()
            left = Bin(self.spans(left), op.text, left, right)
            terms += 1
            if terms > MAX_TERMS:
                raise Unreadable(f"a sum of more than {MAX_TERMS} terms", op.span)
        if self.token.kind == ".." and self.accept(".."):
            right = self.sum()
            left = Bin(self.spans(left), "..", left, right)
        self.depth -= 1
        return left

    def signed_product(self) -> Node:
        """A product that may begin with signs."""
        sign = self.accept("-", "+")
        if sign is None:
            return self.product()
        self.enter()
        inner = self.signed_product()
        self.depth -= 1
        return Neg(self.spans(sign), inner) if sign.kind == "-" else inner

    def product(self) -> Node:
        """Factors joined by written operators or juxtaposed."""
        left = self.factor()
        factors = 1
        while True:
            if self.token.kind in PRODUCTS and not self.is_placeholder():
                op = self.token.text
                if op == "odot" and not self.vocabulary.matrices:
                    op = "*"  # entry by entry is what a product of vectors is elsewhere
                self.at += 1
                right = self.denominator() if op == "/" else self.signed_factor()
                left = Bin(self.spans(left), op, left, right)
            elif self.starts_factor():
                right = self.factor()
                left = Bin(self.spans(left), "*", left, right)
            elif self.token.kind == "name" and self.token.text in {"mod", "div"}:
                op = "%" if self.token.text == "mod" else "//"
                self.at += 1
                right = self.factor()
                left = Bin(self.spans(left), op, left, right)
            else:
                return left
            factors += 1
            if factors > MAX_TERMS:
                raise Unreadable(f"a product of more than {MAX_TERMS} factors", self.token.span)

    def signed_factor(self) -> Node:
        """A factor after a written operator, where a sign is allowed: `2 * -x`."""
        if sign := self.accept("-"):
            inner = self.signed_factor()
            return Neg(self.spans(sign), inner)
        return self.factor()

    def denominator(self) -> Node:
        """What a slash divides by: one factor, or a whole product where only that has a meaning.

        `2 delta / g^T F^{-1} g` divides by the quadratic form: nothing can be divided by a row.
        """
        first = self.signed_factor()
        if not (self.vocabulary.matrices and self._is_matrix_like(first)):
            return first
        while self.starts_factor():
            further = self.factor()
            first = Bin(self.spans(first), "*", first, further)
        return first

    def _is_matrix_like(self, node: Node) -> bool:
        match node:
            case Name(name=name, sups=sups):
                return bool(sups) or name in self.vocabulary.letters - {"d", "n", "N"}
            case Call(fn=Name(name=name)):
                return name in self.vocabulary.applied
            case Bin(op="^", left=left):
                return self._is_matrix_like(left)
        return False

    def starts_factor(self) -> bool:
        """Whether the next token begins another factor of a juxtaposed product."""
        kind, text = self.token.kind, self.token.text
        if kind == "name" and text in {"mod", "div"}:
            return False
        return kind in STARTS and not (kind == "[" and self.token.start == -1)

    def is_placeholder(self) -> bool:
        """Whether a centred dot is the `.` of `pi(.|s)` and no product."""
        after = self.peek().kind
        return self.token.kind == "cdot" and after in {"|", ")", "]", ",", "}", "end"}


def depth_of(nodes: Iterable[Node]) -> int:
    """Return the height of the tallest tree, computed without recursion."""
    level, depth = list(nodes), 0
    while level:
        level = [child for node in level for child in children(node)]
        depth += 1
    return depth
