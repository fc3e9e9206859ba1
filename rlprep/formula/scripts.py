"""Sub- and superscripts as people write them: braced, bare, glued, nested."""

from fractions import Fraction

from rlprep.formula.errors import Unreadable
from rlprep.formula.stream import (
    INDEX_LETTERS,
    Stream,
)
from rlprep.formula.tree import (
    Bin,
    Name,
    Neg,
    Node,
    Num,
    Tuple,
)


class Scripts(Stream):
    """Reads what stands below and above a name."""

    def script(self, *, subscript: bool = False) -> Node:
        """What stands below or above: a braced list, a parenthesised group, or one token."""
        token = self.token
        if token.kind == "{":
            self.at += 1
            if self.token.kind == "}":
                raise Unreadable("an empty script", self.spans(token))
            if self.token.kind == "'" and self.tokens[self.at + 1].kind == "}":
                self.at += 2  # t^{\prime}
                return Name(self.spans(token), "prime")
            self.enter()
            items = self.items()
            self.close(token)
            self.depth -= 1
            return items[0] if len(items) == 1 else Tuple(self.spans(token), tuple(items))
        if token.kind == "(":
            return self.group()
        if token.kind in {"-", "+"}:
            self.at += 1
            inner = self.script()
            return Neg(self.spans(token), inner) if token.kind == "-" else inner
        if token.kind == "num":
            self.at += 1
            return Num(token.span, Fraction(token.text))
        if token.kind == "name":
            return self._name_script(subscript)
        if token.kind in {"frac", "sqrt", "dots", "cdot", "mark"}:
            return self.primary()
        if token.kind == "'":
            self.at += 1
            return Name(token.span, "prime")
        raise self.fail("expected a sub- or superscript")

    def _name_script(self, subscript: bool) -> Node:
        r"""A one-token script; `\\pi_\\theta_old` nests, and glued `s_t+1` is the index t+1."""
        token = self.token
        self.at += 1
        name = Name(token.span, token.text)
        if not subscript:
            return name
        after = self.token
        if after.kind == "name" and after.start == token.end and (
            after.text in {"old", "new"} or (after.text == "k" and token.text == "theta")
        ):  # fmt: skip
            self.at += 1
            return Name(self.spans(token), token.text, (Name(after.span, after.text),))
        if after.kind in {"+", "-"} and token.text in INDEX_LETTERS and self._glued_index():
            self.at += 2
            right = self.tokens[self.at - 1]
            step: Node = (
                Num(right.span, Fraction(right.text))
                if right.kind == "num"
                else Name(right.span, right.text)
            )
            index: Node = Bin(self.spans(token), after.text, name, step)
            if self.token.kind in {"+", "-"} and self._glued_index():
                op = self.token.text
                self.at += 2
                index = Bin(self.spans(token), op, index, Num(self.tokens[self.at - 1].span,
                            Fraction(self.tokens[self.at - 1].text)))  # fmt: skip
            return index
        return name

    def _glued_index(self) -> bool:
        """Whether `+1` follows without any space, and ends there: `V_t+1`, not `x_t +1`."""
        op, right, after = self.token, self.peek(), self.peek(2)
        if op.start != self.tokens[self.at - 1].end or right.start != op.end:
            return False
        if right.kind == "name":
            return right.text in INDEX_LETTERS and after.kind not in {"_", "^", "("}
        return right.kind == "num" and right.text.isdigit() and after.kind not in {"*", "^"}

    def _glued_policy(self, name: Name) -> bool:
        """`πθ` as it comes out of a PDF: a policy and its subscript, glued."""
        token = self.token
        return (
            name.name == "pi" and token.kind == "name" and token.start == self.tokens[self.at -
            1].end and token.text in {"theta", "old", "new", "k"} and not name.subs
        )  # fmt: skip

    def _glued_subscript(self) -> Node:
        token = self.token
        self.at += 1
        base = Name(token.span, token.text)
        after = self.token
        if after.kind == "name" and after.start == token.end and after.text in {"old", "new", "k"}:
            self.at += 1
            return Name(self.spans(token), base.name, (Name(after.span, after.text),))
        return base
