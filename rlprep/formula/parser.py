"""Tokens to a tree: a Pratt parser for mathematics as people write it.

Precedence, loosest first: relations, conditionals, sums, products (written or by juxtaposition),
signs, powers and scripts. The parser is linear, its depth is bounded, and every error says what was
expected and where.
"""

from collections.abc import Iterable
from fractions import Fraction

from rlprep.formula.errors import Unreadable
from rlprep.formula.lexer import Token
from rlprep.formula.tree import (
    Bin,
    Call,
    Cases,
    Chain,
    Dot,
    Dots,
    Expect,
    Given,
    Grad,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Parallel,
    Span,
    Sub,
    Trans,
    Tuple,
    Wrap,
    walk,
)
from rlprep.formula.vocabulary import FUNCTIONS, OPTIMISERS, PREFIXES, Vocabulary

MAX_DEPTH = 60
MAX_TERMS = 100

CLOSERS = {"(": ")", "[": "]", "{": "}", "lfloor": "rfloor", "lceil": "rceil", "langle": "rangle"}
STARTS = {"num", "name", "(", "[", "{", "sum", "nabla", "sqrt", "frac", "lfloor", "lceil", "dots",
          "langle", "begincases", "under", "mark"}  # fmt: skip
PRODUCTS = {"*", "cdot", "/", "@", "//", "%", "otimes"}
PROBABILITIES = {"pi", "p", "q", "P", "Q", "policy"}
INDEX_LETTERS = {"t", "k", "n", "l", "i", "j", "T", "m"}
SHOWN = {"end": "the end of the input", "name": "a name", "num": "a number", "nl": "a new line",
         "row": "a new line", "lfloor": "⌊", "rfloor": "⌋", "rel": "a relation", "quad": "a gap",
         "kw": "a word"}  # fmt: skip


def shown(token: Token) -> str:
    """Return how a message names a token."""
    if token.kind == "end":
        return "the end of the input"
    return f"'{token.text}'" if token.kind in {"name", "num", "rel", "kw"} else (
        SHOWN.get(token.kind) or f"'{token.text}'")  # fmt: skip


class ExpressionParser:
    """Parses expressions from a list of tokens; `statements.py` drives it line by line."""

    def __init__(self, tokens: list[Token], vocabulary: Vocabulary) -> None:
        self.tokens = tokens
        self.vocabulary = vocabulary
        self.at = 0
        self.depth = 0
        self.bars = 0
        self.pending: tuple[int, int, Node] | None = None

    # -- the stream -------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        """Return the token `ahead` places further, or the end."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def accept(self, *kinds: str) -> Token | None:
        """Read and return the next token if it is of one of these kinds."""
        if self.token.kind in kinds:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def fail(self, what: str, *, hint: str | None = None) -> Unreadable:
        """Return the error that something else was expected here."""
        return Unreadable(f"{what}, but found {shown(self.token)}", self.token.span, hint=hint)

    def close(self, opener: Token) -> Token:
        """Read the delimiter that closes `opener`."""
        wanted = CLOSERS[opener.kind]
        if token := self.accept(wanted):
            return token
        where = self.token.span if self.token.kind != "end" else opener.span
        raise Unreadable(
            f"'{opener.text}' is not closed: expected '{wanted}' before {shown(self.token)}",
            where, hint=f"close the '{opener.text}' that opens at character {opener.start + 1}",
        )  # fmt: skip

    def spans(self, first: Node | Token, last: Node | Token | None = None) -> Span:
        """Return the range from the start of `first` to the last token read."""
        start = first.span[0]
        end = last.span[1] if last else self.tokens[self.at - 1].end
        return start, max(start, end)

    def enter(self) -> None:
        """Count one level of nesting."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", self.token.span)

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

    # -- sums and products --------------------------------------------------------------------

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
            left = Bin(self.spans(left), "..", left, self.sum())
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
                self.at += 1
                right = self.denominator() if op == "/" else self.signed_factor()
                left = Bin(self.spans(left), op, left, right)
            elif self.starts_factor():
                right = self.factor()
                left = Bin(self.spans(left), "*", left, right)
            elif self.token.kind == "name" and self.token.text in {"mod", "div"}:
                op = "%" if self.token.text == "mod" else "//"
                self.at += 1
                left = Bin(self.spans(left), op, left, self.factor())
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
            first = Bin(self.spans(first), "*", first, self.factor())
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

    # -- factors ------------------------------------------------------------------------------

    def factor(self) -> Node:
        """A primary with its powers, transposes and subscripts."""
        node = self.primary()
        while True:
            if self.token.kind == "^":
                self.at += 1
                exponent = self.script()
                node = Bin(self.spans(node), "^", node, exponent)
            elif self.token.kind == "_" and not isinstance(node, Name):
                self.at += 1
                node = Sub(self.spans(node), node, self.script())
            elif self.token.kind == "'" and self.vocabulary.matrices:
                self.at += 1
                node = Trans(self.spans(node), node)
            elif self.token.kind == "[" and isinstance(node, Call) and self._is_glued():
                before, group = self.at, self.group()
                if not _is_index(group):
                    self.pending = (before, self.at, group)
                    self.at = before
                    return node
                node = Index((node.span[0], self.tokens[self.at - 1].end), node, (group,))
            elif self.token.kind == "." and self.peek().kind == "name":
                node = self.method(node)
            else:
                return node

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
        fn = Name(self.tokens[self.at - 1].span, name)
        args: tuple[Node, ...] = ()
        if opener := self.accept("("):
            args = () if self.token.kind == ")" else tuple(self.items())
            self.close(opener)
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
        """A parenthesised expression, or several with commas between them.

        The braces that a decoration leaves behind (`\\hat{A}_t`) hold a name whose scripts follow.
        """
        opener = self.token
        self.at += 1
        self.enter()
        if self.token.kind == CLOSERS[opener.kind]:
            raise Unreadable("empty parentheses", self.spans(opener))
        items = self.items()
        if self.token.kind == "over" and len(items) == 1:
            self.at += 1
            items = [Bin(self.spans(items[0]), "/", items[0], self.chain())]
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
                item = Parallel(self.spans(item), item, self.chain())
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
        """A nabla with the variable it is taken in (dropped: there is one) and its operand."""
        start = self.token
        self.at += 1
        glued_theta = (
            self.token.text == "theta" and self.token.start == self.tokens[self.at - 1].end
        )
        if self.accept("_"):
            self.script()
        elif glued_theta and self.peek().kind in STARTS:
            self.at += 1
        return Grad(self.spans(start), self.operand())

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

    # -- names --------------------------------------------------------------------------------

    def name(self) -> Node:
        """A name with its scripts, and what it is applied to."""
        mark = ""
        while token := self.accept("mark"):
            mark = token.text
            if self.token.kind == "{":
                inner = self.group()
                if not isinstance(inner, Name):
                    return inner
                marked = Name(inner.span, inner.name, inner.subs, inner.sups, inner.primes, mark)
                return self.scripted(marked)
        token = self.accept("name")
        if token is None:
            return self.factor()
        if token.text == "?":
            raise Unreadable("unexpected backslash", token.span)
        return self.scripted(Name(token.span, token.text, mark=mark))

    def scripted(self, name: Name) -> Node:
        """Read the scripts of a name, then decide what the name does with what follows."""
        subs, sups, primes = list(name.subs), list(name.sups), name.primes
        if self._glued_policy(name):
            subs.append(self._glued_subscript())
        while True:
            if self.accept("'"):
                primes += 1
            elif self.token.kind == "_":
                self.at += 1
                subs.append(self.script(subscript=True))
            elif self.token.kind == "^":
                self.at += 1
                if self.token.kind == "'":
                    continue
                if self.token.kind == "*" or self.token.text in {"star", "ast"}:
                    self.at += 1
                    continue
                sups.append(self.script())
            else:
                break
        full = Name(self.spans(name), name.name, tuple(subs), tuple(sups), primes, name.mark)
        return self.applied(full)

    def _glued_policy(self, name: Name) -> bool:
        """`πθ` as it comes out of a PDF: a policy and its subscript, glued."""
        token = self.token
        return (
            name.name == "pi" and token.kind == "name" and token.start == self.tokens[self.at - 1].end
            and token.text in {"theta", "old", "new", "k"} and not name.subs
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

    def script(self, *, subscript: bool = False) -> Node:
        """What stands below or above: a braced list, a parenthesised group, or one token."""
        token = self.token
        if token.kind == "{":
            self.at += 1
            if self.token.kind == "}":
                raise Unreadable("an empty script", self.spans(token))
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
        """A one-token script; `\\pi_\\theta_old` nests, and glued `s_t+1` is the index t+1."""
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

    # -- application --------------------------------------------------------------------------

    def applied(self, name: Name) -> Node:
        """Decide whether a name applies to what follows, binds it, or only multiplies it."""
        text, opener = name.name, self.token.kind
        if text == "E" and self.vocabulary.expects:
            return self.expectation(name)
        if text == "sum" or text == "Sum":
            from rlprep.formula.binders import named_sum

            return named_sum(self, name)
        if text in OPTIMISERS and not self._takes_arguments():
            return self.optimise(name)
        if text in {"grad", "Grad", "gradient"} and opener not in {"(", "["}:
            return Grad(self.spans(name), self.operand())
        if opener not in {"(", "["} and not (
            opener == "{" and text in FUNCTIONS - PREFIXES
        ):
            return self.prefixed(name)
        if opener == "[" and text not in FUNCTIONS:
            return self.indexed(name)
        if text in FUNCTIONS or text in self.vocabulary.applied or self._is_word(text):
            return self.call(name)
        if not self.vocabulary.labels and self._names_the_formula():
            return self.call(name)
        if text in self.vocabulary.multiplied or not self.vocabulary.labels:
            return name
        before, group = self.at, self.group()
        if self._are_labels(group):
            items = group.items if isinstance(group, Tuple) else (group,)
            return Call(self.spans(name), name, items)
        self.pending = (before, self.at, group)
        self.at = before
        return name

    def _names_the_formula(self) -> bool:
        """Whether this is the left side `f(h) =` of a statement."""
        before = self.tokens[self.at - 2].kind if self.at > 1 else "nl"
        if before not in {"nl", "row", ",", ";", "quad", "kw"}:
            return False
        depth = 0
        for number in range(self.at, len(self.tokens)):
            kind = self.tokens[number].kind
            depth += (kind in CLOSERS) - (kind in {")", "]", "}"})
            if depth == 0:
                after = self.tokens[min(number + 1, len(self.tokens) - 1)]
                return after.kind == "rel" and after.text == "="
        return False

    def _is_word(self, text: str) -> bool:
        """Whether a name is an unknown word of several letters, which applies when glued."""
        glued = self.token.start == self.tokens[self.at - 1].end
        return glued and len(text) > 2 and text.isalpha() and text.lower() not in {
            "gamma", "lambda", "lam", "beta", "eps", "epsilon", "delta", "adv", "ratio", "theta",
            "rho", "alpha"}  # fmt: skip

    def _are_labels(self, node: Node) -> bool:
        """Whether parentheses hold only labels, as in `A(s, a)`, `r_t(theta)`, `pi(a | s)`."""
        match node:
            case Tuple(items=items):
                return all(self._are_labels(item) for item in items)
            case Given() | Parallel() | Dot():
                return True
            case Name():
                return True
            case Call(fn=Name(name=name)):
                return name in {"pi"}
        return False

    def _takes_arguments(self) -> bool:
        """Whether `max` is followed by a bracket that holds several arguments."""
        if self.token.kind not in {"(", "[", "{"}:
            return False
        depth = 0
        for token in self.tokens[self.at :]:
            if token.kind in {"(", "[", "{", "begincases"}:
                depth += 1
            elif token.kind in {")", "]", "}", "endcases"}:
                depth -= 1
                if depth == 0:
                    return False
            elif token.kind == "," and depth == 1:
                return True
        return True  # never closed: the call reports that

    def call(self, name: Name) -> Node:
        """Read the arguments of a function."""
        opener = self.token
        self.at += 1
        self.enter()
        if self.token.kind == CLOSERS[opener.kind]:
            self.at += 1
            self.depth -= 1
            return Call(self.spans(name), name, ())
        args, kwargs = [], []
        for item in self.items():
            match item:
                case Chain(items=(Name(name=key), value), ops=("=",)) if key in {
                    "dim", "axis", "min", "max", "keepdim", "keepdims",
                }:  # fmt: skip
                    kwargs.append((key, value))
                case _:
                    args.append(item)
        self.close(opener)
        self.depth -= 1
        node = Call(self.spans(name), name, tuple(args), tuple(kwargs))
        if self.token.kind in {"(", "["} and name.name in {"S", "H"}:
            self.group()  # the state of S[pi](s_t)
        return node

    def indexed(self, name: Name) -> Node:
        """`values[t+1]`, `S[pi](s)`, or a product with a bracketed sum."""
        text = name.name
        if text in self.vocabulary.multiplied:
            return name
        opener = self.token
        before = self.at
        self.at += 1
        self.enter()
        if self.token.kind == "]":
            raise Unreadable("empty brackets", self.spans(opener))
        items = self.items()
        self.close(opener)
        self.depth -= 1
        if text in {"S", "H", "KL", "D", "Var"} or any(isinstance(i, Parallel) for i in items):
            node: Node = Call(self.spans(name), name, tuple(items))
            if self.token.kind == "(":
                self.group()
            return node
        group = items[0] if len(items) == 1 else Tuple(self.spans(opener), tuple(items))
        if self._are_labels(group) or _is_index(group):
            return Index(self.spans(name), name, tuple(items))
        self.pending = (before, self.at, group)
        self.at = before
        return name

    def prefixed(self, name: Name) -> Node:
        """A function written without parentheses: `log pi(a|s)`, `sqrt d`."""
        if name.name not in PREFIXES:
            return name
        if not self.starts_factor():
            if self.token.kind == "|":
                return Call(self.spans(name), name, (self.modulus(),))
            if name.name in {"log", "ln", "exp", "sqrt"}:
                raise self.fail(f"expected what {name.name} applies to")
            return name
        operand = self.operand()
        if (
            name.name in {"log", "ln"} and self.token.kind == "/"
            and (_is_probability(operand) or (isinstance(operand, Num) and operand.value == 1))
            and self.peek().kind == "name" and self.peek().text in PROBABILITIES
        ):  # fmt: skip
            # `p log p/q` is read by everybody as p log(p/q); `log p / log q` starts with log again.
            self.at += 1
            operand = Bin(self.spans(operand), "/", operand, self.factor())
        return Call(self.spans(name), name, (operand,))

    def expectation(self, name: Name) -> Node:
        """`E_{s ~ rho}[x]`; without brackets it reaches to the end of the product."""
        dist: list[Node] = []
        for script in (*name.subs, *name.sups):
            dist.extend(script.items if isinstance(script, Tuple) else (script,))
        if self.token.kind in {"(", "[", "{"}:
            opener = self.token
            self.at += 1
            self.enter()
            if self.token.kind == CLOSERS[opener.kind]:
                raise Unreadable("an expectation of nothing", self.spans(opener))
            items = self.items()
            self.close(opener)
            self.depth -= 1
            body = items[0] if len(items) == 1 else Tuple(self.spans(opener), tuple(items))
        elif self.token.kind == "}":
            return name
        elif self.starts_factor():
            body = self.product()
        else:
            raise self.fail("expected the integrand of the expectation")
        return Expect(self.spans(name), tuple(dist), body)

    def optimise(self, name: Name) -> Node:
        """`max_theta x`; the constraints are joined by `statements.py`."""
        sense = OPTIMISERS[name.name]
        if sense == "arg":
            following = self.name()
            return following
        if self.token.kind == "}":
            return name
        while self.accept("quad", "nl", "row", ":"):
            pass
        objective = self.sum()
        return Optimise(self.spans(name), sense, objective, (), name.subs)


def _is_probability(node: Node) -> bool:
    match node:
        case Name(name=name) | Call(fn=Name(name=name)):
            return name in PROBABILITIES
    return False


def _is_index(node: Node) -> bool:
    """Whether an expression is an integer offset, as in `r[t+l+1]`."""
    match node:
        case Num(value=value):
            return value.denominator == 1
        case Name(name=name):
            return name in INDEX_LETTERS or name in {"s", "a", "h"} or len(name) > 2
        case Bin(op="+" | "-", left=left, right=right):
            return _is_index(left) and _is_index(right)
        case Neg(x=x):
            return _is_index(x)
    return False


def depth_of(nodes: Iterable[Node]) -> int:
    """Return the height of the tallest tree, computed without recursion."""
    from rlprep.formula.tree import children

    level, depth = list(nodes), 0
    while level:
        level = [child for node in level for child in children(node)]
        depth += 1
    return depth
