r"""Lines and clauses: the statements of an input, from tokens.

`A = B, where r_t = ..., subject to C` is one statement with a definition and a constraint.
Newlines, `\\\\`, semicolons, commas outside of brackets and wide gaps separate; a line that begins
or ends with an operator continues.
"""

from dataclasses import replace

from rlprep.formula.errors import Unreadable
from rlprep.formula.names import indices_of
from rlprep.formula.parser import ExpressionParser, depth_of
from rlprep.formula.stream import CLOSERS
from rlprep.formula.tokens import Token
from rlprep.formula.tree import Bin, Call, Chain, Dots, Name, Node, Num, Optimise, walk
from rlprep.formula.vocabulary import FUNCTIONS, GREEK_WORDS, OPTIMISERS, Vocabulary

MAX_TREE_DEPTH = 120
SEPARATORS = {",", ";", "nl", "row", "quad", "kw", ":", "."}
CONTINUES = {"+", "-", "*", "cdot", "/", "rel", "@", "%", "^", "_", "(", "[", "{", "pm", ",",
             "frac", "sum", "nabla", "otimes", "//"}  # fmt: skip
CONTINUED = {"+", "*", "/", "rel", ")", "]", "}", "^", "_", "@", "%", "cdot", "pm", ",", "end", "-"}


def without_layout(tokens: list[Token]) -> list[Token]:
    """Drop line breaks, gaps and alignment marks that separate nothing."""
    kept: list[Token] = []
    openers: list[str] = []
    for number, token in enumerate(tokens):
        if token.kind in CLOSERS or token.kind == "begincases":
            openers.append(token.kind)
        elif openers and (token.kind in CLOSERS.values() or token.kind == "endcases"):
            openers.pop()
        in_cases = bool(openers) and openers[-1] == "begincases"
        if token.kind == "&" and not in_cases:
            continue
        if token.kind in {"nl", "row", "quad"}:
            if token.kind == "row" and in_cases:
                kept.append(token)
                continue
            following = next(
                (t.kind for t in tokens[number + 1 :] if t.kind not in {"nl", "row", "quad", "&"}),
                "end",
            )
            before = kept[-1].kind if kept else "nl"
            if openers or before in CONTINUES | SEPARATORS - {"kw"} or following in CONTINUED:
                continue
        kept.append(token)
    return kept


class _Statements(ExpressionParser):
    """Drives the expression parser over the statements of an input."""

    def document(self) -> list[Node]:
        statements: list[Node] = []
        while True:
            word = self._skip_separators()
            if self.token.kind == "end":
                if word == "subject_to":
                    raise self.fail("expected a constraint after 'subject to'")
                break
            if self.token.kind == "when":
                if not (statements and _is_at_the_end(statements[-1])):
                    raise self.fail("only a boundary, as G_T = 0, is at the end")
                self.at += 1
                continue
            if word == "for":
                self._skip_clause()
                continue
            if word == "where" and self._skips_prose():
                continue
            if word == "subject_to":
                self._constrain(statements)
                continue
            statements.append(self._statement())
        kept = _without_ranges(statements)
        return [s for s in kept if not _is_trailing(s)] if len(kept) > 1 else kept

    def _statement(self) -> Node:
        node = self.chain()
        if self.token.kind == "||":
            raise self.fail("'||' belongs between the two arguments of a divergence")
        if self.token.kind not in SEPARATORS | {"end", "when"}:
            hint = "an opening bracket is missing" if self.token.kind in {")", "]", "}"} else None
            raise self.fail("expected an operator or the end of the formula", hint=hint)
        return node

    def _skip_separators(self) -> str:
        word = ""
        while token := self.accept(*SEPARATORS):
            if token.kind == "kw":
                word = token.text
        return word

    def _skips_prose(self) -> bool:
        """Skip `where delta_t is the TD residual`: it explains and defines nothing.

        What follows an "and" may be a definition again.
        """
        first = last = self.at
        while self.tokens[last].kind not in {"end", ",", ";", "nl", "row", "rel"}:
            first = (
                last if (self.tokens[last].kind, self.tokens[last].text) == ("kw", "and") else first
            )
            last += 1
        if self.tokens[last].kind == "rel" and first != self.at:
            last = first
        words = {t.text.split("_")[0] for t in self.tokens[self.at : last] if t.kind == "name"}
        if not words & {"is", "are", "denotes", "denote", "means", "stands"}:
            return False
        self.at = last
        return True

    def _skip_clause(self) -> None:
        """Skip what follows 'for': it says for which indices the line holds."""
        self.chain()
        if (self.token.kind, self.tokens[min(self.at + 1, len(self.tokens) - 1)].kind) == (
            ",",
            "dots",
        ):  # for h = 0, ..., H - 1
            self.at += 2
            if self.accept(","):
                self.chain()
        if self.token.kind not in SEPARATORS | {"end"}:
            raise self.fail("expected the end of the 'for' clause")

    def _constrain(self, statements: list[Node]) -> None:
        """Read the constraints that follow 'subject to' and give them to the objective."""
        constraints = [self._statement()]
        while self.token.kind in {",", "kw"} and self.token.text in {",", "and"}:
            self.at += 1
            if self.token.kind in {"kw", "end"}:
                break
            further = self._statement()
            (statements if _defines(further) else constraints).append(further)
        for number, statement in enumerate(statements):
            joined = _with_constraints(statement, tuple(constraints))
            if joined is not None:
                statements[number] = joined
                return
        if not statements:
            statements.extend(constraints)
            return
        span = (statements[0].span[0], constraints[-1].span[1])
        last = statements[-1]
        objective = last.items[-1] if isinstance(last, Chain) else last
        statements[-1] = Optimise(span, "", objective, tuple(constraints))


def _is_at_the_end(node: Node) -> bool:
    """Whether a statement says what something is at the last time: `G_T = 0`."""
    match node:
        case Chain(items=(Name() as first, *_), ops=ops) if set(ops) == {"="}:
            ends = {"T", "H", "N"}
            return any(isinstance(n, Name) and n.name in ends for i in indices_of(first)
                       for n in walk(i))  # fmt: skip
    return False


def _defines(node: Node) -> bool:
    """Whether what follows a constraint defines a symbol: `L(theta_k, theta) = E[...]`."""
    match node:
        case Chain(items=(Name(name=name) | Call(fn=Name(name=name)), _), ops=("=",)):
            return name not in {"D", "KL"}
    return False


def _with_constraints(node: Node, constraints: tuple[Node, ...]) -> Node | None:
    """Return a statement with the constraints attached to its optimisation, if it has one."""
    match node:
        case Optimise():
            span = (node.span[0], constraints[-1].span[1])
            return replace(node, span=span, constraints=node.constraints + constraints)
        case Chain(items=(*head, Optimise() as last)):
            joined = _with_constraints(last, constraints)
            assert joined is not None
            return replace(node, items=(*head, joined))
        case Chain(items=(Optimise() as first, *rest)):  # min L(theta) = ...
            joined = _with_constraints(first, constraints)
            assert joined is not None
            return replace(node, items=(joined, *rest))
    return None


def without_remarks(tokens: list[Token]) -> list[Token]:
    """Drop a remark: a word in parentheses after a wide gap, at the end of a line.

    Greek letters and functions are never remarks.
    """
    kept: list[Token] = []
    skipped = 0
    for number, token in enumerate(tokens):
        if skipped:
            skipped -= 1
            continue
        kinds = [t.kind for t in tokens[number : number + 4]]
        if kinds[:3] == ["(", "name", ")"] and kinds[3] in {"nl", "row", "end"} and number and (
            token.start - tokens[number - 1].end > 1 and _is_word(tokens[number + 1].text)
        ):  # fmt: skip
            skipped = 2
            continue
        kept.append(token)
    return kept


def _is_word(text: str) -> bool:
    known = GREEK_WORDS | FUNCTIONS | OPTIMISERS.keys()
    return len(text) > 3 and text.isalpha() and text.islower() and text not in known


def _without_ranges(statements: list[Node]) -> list[Node]:
    """Return the statements but those that say where an index runs: `h = 0, ..., H - 1`."""
    kept: list[Node] = []
    rest = list(statements)
    while rest:
        match rest:
            case [Chain(items=(Name(), Num()), ops=("=",)), Dots(), last, *others] if (
                not isinstance(last, Chain) and (kept or others)
            ):
                rest = others
            case [Chain(items=(Name(), Num()), ops=("=",)), Num(), Dots(), last, *others] if (
                not isinstance(last, Chain) and (kept or others)
            ):
                rest = others
            case [Chain(items=(Name(), Bin(op="..")), ops=("=",)), *others] if kept or others:
                rest = others
            case _:
                kept.append(rest.pop(0))
    return kept


def _is_trailing(node: Node) -> bool:
    """Whether a statement is the tail of an enumeration (`t = T-1, ..., 0`) or a stray label."""
    return isinstance(node, Num | Dots) or (isinstance(node, Name) and len(node.name) > 1)


def parse(tokens: list[Token], vocabulary: Vocabulary) -> list[Node]:
    """Return the statements of an input, at least one.

    Raises:
        Unreadable: the tokens are no formula; the span says where reading stopped.
    """
    parser = _Statements(without_layout(without_remarks(tokens)), vocabulary)
    statements = parser.document()
    if not statements:
        raise Unreadable("there is no formula here", (0, tokens[-1].end), hint="write the formula")
    if depth_of(statements) > MAX_TREE_DEPTH:
        raise Unreadable("the formula is too long to be read", statements[0].span)
    return statements
