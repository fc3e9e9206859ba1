"""Tokens being read: the part that all of the parser shares."""

from abc import ABC, abstractmethod

from rlprep.formula.errors import Unreadable
from rlprep.formula.tokens import Token
from rlprep.formula.tree import (
    Node,
    Span,
)
from rlprep.formula.vocabulary import Vocabulary

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


class Stream(ABC):
    """A list of tokens being read, and what every part of the parser asks of the others."""

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

    @abstractmethod
    def chain(self) -> Node:
        """Read relations between expressions."""

    @abstractmethod
    def simple_chain(self) -> Node:
        """Read a condition."""

    @abstractmethod
    def sum(self) -> Node:
        """Read terms joined by + and -."""

    @abstractmethod
    def signed_product(self) -> Node:
        """Read factors, after signs."""

    @abstractmethod
    def product(self) -> Node:
        """Read factors."""

    @abstractmethod
    def factor(self) -> Node:
        """Read a primary with its powers."""

    @abstractmethod
    def primary(self) -> Node:
        """Read the smallest expression."""

    @abstractmethod
    def operand(self) -> Node:
        """Read what a prefix operator applies to."""

    @abstractmethod
    def modulus(self) -> Node:
        """Read `|x|`."""

    @abstractmethod
    def group(self, *, is_argument: bool = False) -> Node:
        """Read a parenthesised expression."""

    @abstractmethod
    def items(self) -> list[Node]:
        """Read what stands between parentheses."""

    @abstractmethod
    def starts_factor(self) -> bool:
        """Whether another factor follows."""
