"""Factors: numbers, names and everything in brackets, with their powers."""

from fractions import Fraction

from rlprep.formula.applied import Names, is_index
from rlprep.formula.errors import Unreadable
from rlprep.formula.stream import CLOSERS, STARTS
from rlprep.formula.tokens import Token
from rlprep.formula.tree import (
    Bin,
    Call,
    Cases,
    Dot,
    Dots,
    Given,
    Grad,
    Index,
    Name,
    Node,
    Num,
    Parallel,
    Sub,
    Trans,
    Tuple,
    Wrap,
    walk,
)

LIBRARIES = {"torch", "np", "numpy", "jnp", "tf", "jax", "th", "scipy"}


class Factors(Names):
    """Reads the smallest expressions; sums and relations inside them come with the parser."""

    def factor(self) -> Node:
        """A primary with its powers, transposes and subscripts."""
        node = self.primary()
        while True:
            if self.token.kind == "^":
                self.at += 1
                exponent = self.script()
                node = Bin(self.spans(node), "^", node, exponent)
            elif self.token.kind == "_" and (not isinstance(node, Name) or self._ends_group()):
                self.at += 1
                node = Sub(self.spans(node), node, self.script())
            elif self.token.kind == "|" and self.peek().kind == "_" and not self.bars:
                self.at += 2
                self.script()  # x|_{theta_k}: where x is taken
            elif self.token.kind == "'" and self.vocabulary.matrices:
                self.at += 1
                node = Trans(self.spans(node), node)
            elif self.token.kind == "[" and isinstance(node, Call) and self._is_glued():
                before, group = self.at, self.group()
                if not is_index(group):
                    self.pending = (before, self.at, group)
                    self.at = before
                    return node
                node = Index((node.span[0], self.tokens[self.at - 1].end), node, (group,))
            elif self.token.kind == "." and self.peek().kind == "name":
                node = self.method(node)
            else:
                return node

    def _ends_group(self) -> bool:
        """Whether what was read last stood in parentheses or brackets: [r] of [r]_{lo}^{hi}."""
        return self.tokens[self.at - 1].kind in {")", "]"}

    def _is_glued(self) -> bool:
        """Whether nothing stands between the last token and the next."""
        return self.token.start == self.tokens[self.at - 1].end

    def method(self, node: Node) -> Node:
        """`K.T` and `x.mean()` outside of code."""
        self.at += 1
        name = self.token.text
        self.at += 1
        if name in {"T", "mT", "t"}:
            return Trans(self.spans(node), node)
        span, labels = self.tokens[self.at - 1].span, []
        while self.token.kind == "_" and self.peek().kind == "name" and self._is_glued():
            self.at += 2  # log_softmax
            labels.append(Name(self.tokens[self.at - 1].span, self.tokens[self.at - 1].text))
        fn = Name(span, name, tuple(labels))
        args: tuple[Node, ...] = ()
        if opener := self.accept("("):
            args = () if self.token.kind == ")" else tuple(self.items())
            self.close(opener)
            if isinstance(node, Name) and node.name in LIBRARIES:
                return Call(self.spans(node), fn, args)
        return Call(self.spans(node), fn, (node, *args))

    def primary(self) -> Node:
        """The smallest expression: a number, a name, a group, or a sign with its operand."""
        token = self.token
        if self.pending and self.pending[0] == self.at:
            _, self.at, node = self.pending
            self.pending = None
            return node
        match token.kind:
            case "num":
                self.at += 1
                return Num(token.span, Fraction(token.text))
            case "name" | "mark":
                return self.name()
            case "(" | "[" | "{":
                return self.group()
            case "frac":
                return self.fraction()
            case "sqrt":
                return self.root()
            case "sum":
                from rlprep.formula.binders import big

                return big(self)
            case "nabla":
                return self.gradient()
            case "lfloor" | "lceil":
                self.at += 1
                inner = self.chain()
                self.close(token)
                return Wrap(self.spans(token), token.kind[1:], inner)
            case "langle":
                self.at += 1
                items = self.items()
                self.close(token)
                return Call(self.spans(token), Name(token.span, "inner"), tuple(items))
            case "|" | "||":
                return self.modulus()
            case "dots":
                self.at += 1
                return Dots(token.span)
            case "cdot":
                self.at += 1
                return Dot(token.span)
            case "*" if self.peek().kind == "|":
                self.at += 1
                return Dot(token.span)
            case "begincases":
                return self.cases()
            case "under":
                return self.under()
        raise self.fail("expected an expression")

    def group(self, *, is_argument: bool = False) -> Node:
        r"""A parenthesised expression, or several with commas between them.

        The braces that a decoration leaves behind (`\\hat{A}_t`) hold a name whose scripts follow.
        """
        opener = self.token
        is_domain = self.at > 0 and self.tokens[self.at - 1].text == "in"
        self.at += 1
        self.enter()
        if self.token.kind == CLOSERS[opener.kind]:
            raise Unreadable("empty parentheses", self.spans(opener))
        items = self.items()
        if is_domain and len(items) == 2 and self.accept(")", "]"):  # the interval [0, 1)
            self.depth -= 1
            return Tuple(self.spans(opener), tuple(items))
        if self.token.kind == "over" and len(items) == 1:
            self.at += 1
            below = self.chain()
            items = [Bin(self.spans(items[0]), "/", items[0], below)]
        self.close(opener)
        self.depth -= 1
        if len(items) > 1:
            return Tuple(self.spans(opener), tuple(items))
        node = items[0]
        if opener.kind == "{" and isinstance(node, Name) and not is_argument:
            return self.scripted(node)
        return node

    def items(self) -> list[Node]:
        """What stands between parentheses: items with commas, `|` and `||` between them."""
        self.bars, bars = 0, self.bars
        items: list[Node] = []
        while True:
            item = self.chain()
            if self.token.kind == "||":
                self.at += 1
                second = self.chain()
                item = Parallel(self.spans(item), item, second)
            items.append(item)
            if self.token.kind == "|":
                self.at += 1
                rest = self.items()
                left = items[0] if len(items) == 1 else Tuple(self.spans(items[0]), tuple(items))
                right = rest[0] if len(rest) == 1 else Tuple(self.spans(rest[0]), tuple(rest))
                items = [Given(self.spans(items[0]), left, right)]
                break
            if not self.accept(",", ";", ":"):
                break
            if self.token.kind == ":" and self.peek().kind in CLOSERS.values():
                self.at += 1  # `Q_{i,:}`, the whole row
                break
        self.bars = bars
        return items

    def argument(self) -> Node:
        """A braced LaTeX argument, or the one token that stands for it."""
        if self.token.kind == "{":
            return self.group(is_argument=True)
        if self.token.kind == "num":
            self.at += 1
            return Num(self.tokens[self.at - 1].span, Fraction(self.tokens[self.at - 1].text))
        return self.primary()

    def fraction(self) -> Node:
        r"""`\frac{a}{b}`; `\frac{\partial}{\partial\theta} x` is a gradient."""
        start = self.token
        self.at += 1
        above, below = self.argument(), self.argument()
        if any(isinstance(n, Name) and n.name == "partial" for n in walk(below)):
            if isinstance(above, Name) and above.name == "partial":
                return Grad(self.spans(start), self.operand())
            if isinstance(above, Bin) and isinstance(above.left, Name):
                return Grad(self.spans(start), above.right)
        return Bin(self.spans(start), "/", above, below)

    def root(self) -> Node:
        r"""`\sqrt{x}`, `√x`, `√(x)`."""
        start = self.token
        self.at += 1
        fn = Name(start.span, "sqrt")
        if self.token.kind == "[" and self.peek(2).kind == "]":
            raise Unreadable("only square roots are read", self.token.span)
        inner = self.argument() if self.token.kind == "{" else self.primary()
        return Call(self.spans(start), fn, (inner,))

    def gradient(self) -> Node:
        """A nabla with the variable it is taken in, and its operand."""
        start = self.token
        self.at += 1
        glued_theta = (
            self.token.text == "theta" and self.token.start == self.tokens[self.at - 1].end
        )
        of: Node | None = None
        if self.accept("_"):
            of = self.script()
        elif glued_theta and self.peek().kind in STARTS:
            self.at += 1
        return Grad(self.spans(start), self.operand(), of)

    def operand(self) -> Node:
        """What a prefix operator applies to: one factor, or another prefix with its operand."""
        self.enter()
        node = self.factor()
        self.depth -= 1
        return node

    def modulus(self) -> Node:
        """`|x|` or `||x||`."""
        opener = self.token
        self.at += 1
        self.bars += 1
        inner = self.sum()
        self.bars -= 1
        if not self.accept(opener.kind):
            raise self.fail(f"'{opener.text}' is not closed")
        return Wrap(self.spans(opener), "abs" if opener.kind == "|" else "norm", inner)

    def under(self) -> Node:
        r"""`\underset{a}{b}` is b with a below; what stands above is only a remark."""
        kind = self.token.text
        start = self.token
        self.at += 1
        below = self.argument()
        if self.token.kind == "{" and self.peek().kind == "rel":
            self.at += 1  # \overset{!}{=}: the relation itself
            relation = self.token
            self.at += 1
            self.close(Token("{", "{", relation.start, relation.end))
            raise Unreadable("expected an expression before the relation", relation.span)
        body = self.argument()
        if isinstance(body, Name) and kind == "underset":
            named = Name(self.spans(start), body.name, (*body.subs, below), body.sups, body.primes)
            return self.scripted(named)
        return body

    def cases(self) -> Node:
        """A cases environment: rows of a value, `&` or a comma, and a condition."""
        opener = self.token
        self.at += 1
        rows: list[tuple[Node, Node | None]] = []
        while self.token.kind != "endcases":
            value = self.sum()
            condition: Node | None = None
            while self.accept("&", ",", "quad", "kw"):
                if self.tokens[self.at - 1].text == "otherwise":
                    break
            if self.token.kind not in {"row", "endcases"}:
                condition = self.simple_chain()
            rows.append((value, condition))
            self.accept(",", ";")
            if not self.accept("row"):
                break
            while self.accept("row", "quad"):
                pass
        if not self.accept("endcases"):
            raise self.fail("expected a new row or the end of the cases")
        return Cases(self.spans(opener), tuple(rows))
