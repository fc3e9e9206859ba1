r"""The language of patterns: what a statement looks like in any wording; no regular expressions.

A pattern is one line of a rubric point or misconception (``patterns:``; ``partly:`` for what only
comes near a point and counts as unsure). It is matched against the words of a clause, after
normalisation: inflections are one word (*clips*, *clipped*), small typos are mended, articles,
fillers, brackets and ``*`` don't exist, ``λ``, ``\lambda`` and ``lam`` are ``lambda``, ``zero`` is
``0``, ``N²`` is ``n ^ 2``, ``s_{t+1}`` is ``s t + 1``, ``s'`` is ``s prime`` (a phrase may skip
the *prime*), ``isn't`` is ``is not``. What a writer takes back ("no wait") isn't there. Case
doesn't matter, but ``A`` is the advantage, not the article.

    low variance            these words, next to each other, in this order
    ( low | small )         one of several; alternatives may be whole phrases, and nested
    {critic}                a concept: one of its phrases in a vocabulary (``kind: vocabulary``),
                            or in the question's own ``concepts:``
    word?  ( or so )?       may be absent
    ..                      a gap of up to three words
    ...                     a gap of any length inside the clause
    P & Q                   both, in any order, in one clause
    P && Q                  both in one sentence, in clauses that may differ
    P &&& Q                 both in one sentence, or in two that follow each other
    not( P )                P is denied: "doesn't P", "no P", "it's a myth that P"
    -( P )                  P must not occur in the clause (with && in the sentence), denied or not

Words outside of ``not( )`` must be asserted: a pattern for a fact is never found in its denial, in
a question, or in what "people say"; where it is hedged ("I guess") the point is unsure. A negative
word may be written plainly (``no loss``, ``never form .. matrix``, ``without inverting``): then it
is part of what is asserted. Beside a ``not( )`` in a clause the other words may be denied or not.

``& && &&&`` stand outside of brackets only, the longer binding the wider: ``a & b && c`` is
``(a & b) && c``. Operators (= + - / ^ < > <= >= -> ~ :) are words; the vocabulary has ``{is}`` for
any way of saying *is*. A clause ends at ``;``, a dash, *but*, *whereas*, *while*, *although*, and
at a comma or *and* after which a new subject has its own verb.

A misconception's pattern may say *it* or *that* for its subject. Where a question's ``concepts:``
name the ``subject:`` and its ``rivals:`` (``subject_ID:``, ``rivals_ID:`` for one misconception),
what an answer says by such a pronoun of a rival isn't held against it.

A pattern needs a relation (an order, a verb, an operator): words that merely occur together are no
evidence, and a bare list of words is never matched. ``rlprep pack lint`` runs the examples.
Limits: 800 characters and 12 levels a pattern. Matching is polynomial, whatever the pattern.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from rlprep.answers.stems import stem
from rlprep.answers.symbols import OPERATORS
from rlprep.answers.tokens import tokenise

MAX_LENGTH = 800
MAX_DEPTH = 12
MAX_GAP = 1000
_SHORT_GAP = 3


class PatternError(Exception):
    """A pattern can't be read; `hint` says what to write instead."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A piece of a pattern; `first` are the stems it can begin with, None where it may be empty."""

    first: frozenset[str] | None = field(init=False, default=None)


@dataclass(frozen=True, eq=False, slots=True)
class Word(Node):
    """One word, by its stem."""

    stem: str
    surface: str


@dataclass(frozen=True, eq=False, slots=True)
class Gap(Node):
    """Up to `most` words of any kind."""

    most: int


@dataclass(frozen=True, eq=False, slots=True)
class Sequence(Node):
    """Pieces that follow each other."""

    pieces: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Either(Node):
    """One of several pieces; `optional` where none is needed."""

    pieces: tuple[Node, ...]
    optional: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Denied(Node):
    """A piece of which some word must be negated."""

    piece: Node


@dataclass(frozen=True, slots=True)
class Part:
    """One side of an ``&``: what must be there, or must not."""

    node: Node
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What must come together in one clause."""

    parts: tuple[Part, ...]
    denies: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A whole pattern.

    Attributes:
        source: its text.
        sentences: groups by sentence: ``((a & b) && c) &&& d`` is ``((ab, c), (d,))``.
    """

    source: str
    sentences: tuple[tuple[Group, ...], ...]


_LEXEME = re.compile(
    r"\s*(?:(?P<join>&&&|&&|&)|(?P<not>(?i:not)\()|(?P<absent>-\()|(?P<open>\()|(?P<close>\)\??)"
    r"|(?P<either>\|)|(?P<concept>\{[^{}]*\}\??)|(?P<gap>\.\.\.?(?=\s|\)|$))|(?P<brace>[{}])"
    r"|(?P<words>[^\s&(){}|]+))"
)
Resolve = Callable[[str], Node]


def compile_pattern(source: str, resolve: Resolve) -> Pattern:
    """Return a pattern ready to match.

    Args:
        source: the text of the pattern.
        resolve: gives the node of a concept by its name; raises `PatternError` for unknown ones.

    Raises:
        PatternError: the text is no pattern.
    """
    return _Reader(source, resolve).pattern()


def compile_phrase(source: str, resolve: Resolve) -> Node:
    """Return a phrase of the vocabulary: a pattern without ``&``, ``not( )`` and ``-( )``."""
    pattern = _Reader(source, resolve).pattern()
    groups = [group for sentence in pattern.sentences for group in sentence]
    parts = [part for group in groups for part in group.parts]
    if len(parts) > 1 or parts[0].absent or groups[0].denies:
        what = "a concept is made of phrases: no &, not( ) or -( )"
        raise PatternError(what, "use them in patterns")
    return parts[0].node


def sequence(pieces: list[Node]) -> Node:
    """Return pieces in a row as one node."""
    if len(pieces) == 1:
        return pieces[0]
    node = Sequence(tuple(pieces))
    first: frozenset[str] | None = frozenset()
    for piece in pieces:
        if isinstance(piece, Either) and piece.optional:
            first = first | _firsts(piece.pieces)
            continue
        first = None if piece.first is None else first | piece.first
        break
    else:
        first = None
    object.__setattr__(node, "first", first)
    return node


def _firsts(pieces: tuple[Node, ...]) -> frozenset[str]:
    return frozenset().union(*(piece.first or frozenset() for piece in pieces))


def either(pieces: list[Node], *, optional: bool = False) -> Node:
    """Return alternatives as one node."""
    if len(pieces) == 1 and not optional:
        return pieces[0]
    node = Either(tuple(pieces), optional)
    empty = optional or any(piece.first is None for piece in pieces)
    object.__setattr__(node, "first", None if empty else _firsts(node.pieces))
    return node


def word(stemmed: str, surface: str) -> Word:
    """Return the node of one word."""
    node = Word(stemmed, surface)
    object.__setattr__(node, "first", frozenset({stemmed}))
    return node


class _Reader:
    """Reads one pattern, left to right."""

    def __init__(self, source: str, resolve: Resolve) -> None:
        if len(source) > MAX_LENGTH:
            raise PatternError(
                f"a pattern of {len(source)} characters", f"at most {MAX_LENGTH}: split it"
            )
        self._source, self._resolve = source, resolve
        self._lexemes = [
            (match.lastgroup or "", match[match.lastgroup or 0])
            for match in _LEXEME.finditer(source.strip())
        ]
        self._at = 0
        self._denies = False

    def pattern(self) -> Pattern:
        sentences: list[tuple[Group, ...]] = []
        groups: list[Group] = []
        parts: list[Part] = []
        self._denies = False
        while True:
            parts.append(self._part())
            kind, text = self._peek()
            if kind not in ("join", ""):
                raise PatternError(f"'{text}' is not expected here", "does a bracket close twice?")
            self._at += 1
            if text == "&":
                continue
            groups.append(self._group(parts))
            parts = []
            if text == "&&":
                continue
            sentences.append(tuple(groups))
            groups = []
            if not kind:
                if all(part.absent for each in sentences for group in each for part in group.parts):
                    raise PatternError("only -( ): nothing that must be there", "add what is said")
                return Pattern(self._source, tuple(sentences))

    def _group(self, parts: list[Part]) -> Group:
        group = Group(tuple(parts), self._denies)
        self._denies = False
        return group

    def _peek(self) -> tuple[str, str]:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else ("", "")

    def _part(self) -> Part:
        if self._peek()[0] == "absent":
            self._at += 1
            return Part(self._closed(self._alternatives(1), "-("), absent=True)
        return Part(self._sequence(0))

    def _sequence(self, depth: int) -> Node:
        pieces: list[Node] = []
        begun = self._at
        while True:
            kind, text = self._peek()
            if kind in ("", "join", "close", "either"):
                break
            self._at += 1
            pieces += self._piece(kind, text, depth)
        if not pieces and self._at > begun:
            return either([], optional=True)  # ( the | its ): articles are nothing
        if not any(not isinstance(piece, Gap) for piece in pieces):
            kind, text = self._peek()
            where = f"before '{text}'" if kind else "at the end"
            raise PatternError(f"something is missing {where}", "a word, {concept} or ( | )")
        if isinstance(pieces[0], Gap) or isinstance(pieces[-1], Gap):
            raise PatternError("a gap at the edge of a phrase", "gaps stand between words: drop it")
        return sequence(pieces)

    def _piece(self, kind: str, text: str, depth: int) -> list[Node]:
        if kind == "gap":
            return [Gap(_SHORT_GAP if text == ".." else MAX_GAP)]
        if kind == "words":
            return self._words(text)
        if kind == "concept":
            node = self._resolve(text.strip("{}?").strip())
            return [either([node], optional=True) if text.endswith("?") else node]
        if kind == "open":
            inner = self._alternatives(depth + 1)
            closing = self._peek()[1]
            node = self._closed(inner, "(")
            return [either([node], optional=True) if closing.endswith("?") else node]
        if kind == "not":
            if self._denies:
                raise PatternError("two not( ) in one clause", "join them with && or use one")
            inner = self._closed(self._alternatives(depth + 1), "not(")
            self._denies = True
            node = Denied(inner)
            object.__setattr__(node, "first", inner.first)
            return [node]
        if kind == "absent":
            raise PatternError("-( ) inside a phrase", "join it with &: a & -( b )")
        raise PatternError(f"a lone '{text}'", "concepts are written {name}")

    def _alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise PatternError("nested too deeply", f"at most {MAX_DEPTH} levels")
        options = [self._sequence(depth)]
        while self._peek()[0] == "either":
            self._at += 1
            options.append(self._sequence(depth))
        return either(options)

    def _closed(self, node: Node, opening: str) -> Node:
        kind, _ = self._peek()
        if kind == "join":
            raise PatternError("& inside brackets", "write two patterns, or move it outside")
        if kind != "close":
            raise PatternError(f"'{opening}' is never closed", "add a ')'")
        self._at += 1
        return node

    def _words(self, text: str) -> list[Node]:
        optional = text.endswith("?") and len(text) > 1
        if text in OPERATORS:
            return [_word_of(OPERATORS[text])]
        tokens = [
            token
            for token in tokenise(text.removesuffix("?") if optional else text)
            if token.kind in ("word", "number", "op")
        ]
        nodes = [_word_of(token.form) for token in tokens if token.form not in _ARTICLES]
        if not tokens:
            raise PatternError(f"'{text}' is no word", "brackets and * are left out")
        return [either([sequence(nodes)], optional=True)] if optional and nodes else nodes


_ARTICLES = frozenset({"a", "an", "the"})


def _word_of(form: str) -> Node:
    """Return the node of a word; ``one`` is a number in most places, and a pronoun in some."""
    if form == "1":
        return either([word("1", "1"), word("one", "one")])
    return word(stem(form), form)
