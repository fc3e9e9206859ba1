"""A question's patterns, compiled: what its points and misconceptions look like in an answer."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rlprep.answers.pattern import (
    MAX_DEPTH,
    Denied,
    Either,
    Node,
    Pattern,
    PatternError,
    Sequence,
    Word,
    compile_pattern,
    compile_phrase,
    either,
)
from rlprep.answers.reference import Names
from rlprep.answers.stems import Speller
from rlprep.answers.tokens import tokenise
from rlprep.bank.schema import Question, Vocabulary


@dataclass(frozen=True)
class Claim:
    """A rubric point or a misconception, with the patterns that show it.

    Attributes:
        id: its id in the question.
        patterns: how an answer states it, any of them.
        partly: what only comes near it.
        topic: what a reply to its `ask` is about.
        names: of a misconception's subject and of its rivals, where the question has them.
    """

    id: str
    patterns: tuple[Pattern, ...]
    partly: tuple[Pattern, ...] = ()
    topic: str | None = None
    names: Names | None = None


@dataclass(frozen=True)
class CompiledRubric:
    """All that an answer to one question is looked through for."""

    question: str
    points: tuple[Claim, ...]
    misconceptions: tuple[Claim, ...]
    speller: Speller


@dataclass(frozen=True)
class Fault:
    """A pattern or phrase that can't be read, and where it stands in the question or vocabulary."""

    key: tuple[str | int, ...]
    what: str
    hint: str | None


class Concepts:
    """Finds concepts by name: the question's own first, then those of the vocabularies in order."""

    def __init__(self, question: Question | None, vocabularies: Iterable[Vocabulary]) -> None:
        self._phrases: dict[str, tuple[str, ...]] = dict(question.concepts) if question else {}
        for vocabulary in vocabularies:
            for name, phrases in vocabulary.concepts.items():
                self._phrases.setdefault(name, phrases)
        self._nodes: dict[str, Node] = {}
        self._open: list[str] = []

    def resolve(self, name: str) -> Node:
        """Return a concept as one node; raises `PatternError` where there is none."""
        if name not in self._nodes:
            if name not in self._phrases:
                raise PatternError(f"there is no concept '{name}'", self._closest(name))
            if len(self._open) >= MAX_DEPTH:
                raise PatternError("concepts nested too deeply", f"at most {MAX_DEPTH} levels")
            if name in self._open:
                chain = " -> ".join([*self._open[self._open.index(name) :], name])
                raise PatternError(f"concepts that need each other: {chain}", "break the circle")
            self._open.append(name)
            try:
                nodes = [compile_phrase(phrase, self.resolve) for phrase in self._phrases[name]]
            finally:
                self._open.pop()
            if not nodes:
                raise PatternError(f"the concept '{name}' has no phrases", "add one")
            self._nodes[name] = either(nodes)
        return self._nodes[name]

    def _closest(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._phrases, 1, 0.5)
        return f"did you mean '{close[0]}'?" if close else "define it under 'concepts:'"


def compile_rubric(question: Question, vocabularies: Iterable[Vocabulary]) -> CompiledRubric:
    """Return a question's patterns ready to match.

    Raises:
        PatternError: one of them can't be read.
    """
    concepts = Concepts(question, vocabularies)

    def compiled(sources: Iterable[str]) -> tuple[Pattern, ...]:
        return tuple(compile_pattern(source, concepts.resolve) for source in sources)

    points = tuple(
        Claim(point.id, compiled(point.patterns), compiled(point.partly), point.topic)
        for point in question.rubric
    )
    misconceptions = tuple(
        Claim(each.id, compiled(each.patterns), names=_names(question, each.id, concepts))
        for each in question.misconceptions
    )
    words = _surfaces([*points, *misconceptions])
    return CompiledRubric(question.id, points, misconceptions, Speller(words, _words_of(question)))


def _names(question: Question, id_: str, concepts: Concepts) -> Names | None:
    """Return the names of what a misconception is about, its own ones before the question's."""
    found: list[Pattern] = []
    for kind in ("subject", "rivals"):
        own = f"{kind}_{id_}"
        name = own if own in question.concepts else kind
        if name in question.concepts:
            found.append(compile_pattern(f"{{{name}}}", concepts.resolve))
    return Names(*found) if len(found) == 2 else None


def faults(question: Question, vocabularies: Iterable[Vocabulary]) -> Iterator[Fault]:
    """Yield every pattern of a question that can't be read."""
    concepts = Concepts(question, vocabularies)
    for name, entries in (("rubric", question.rubric), ("misconceptions", question.misconceptions)):
        for index, entry in enumerate(entries):
            for field in ("patterns", "partly"):
                for number, source in enumerate(getattr(entry, field, ())):
                    try:
                        compile_pattern(source, concepts.resolve)
                    except PatternError as error:
                        key = (name, index, field, number)
                        yield Fault(key, f"pattern '{source}': {error.what}", error.hint)
    for name in question.concepts:
        if name.split("_")[0] in ("subject", "rivals"):
            try:
                concepts.resolve(name)
            except PatternError as error:
                yield Fault(("concepts", name), f"{name}: {error.what}", error.hint)


def _surfaces(claims: Iterable[Claim]) -> set[str]:
    """Return the words that the patterns use, as their authors wrote them."""
    words: set[str] = set()
    seen: set[int] = set()
    pending: list[Node] = [
        part.node
        for claim in claims
        for pattern in (*claim.patterns, *claim.partly)
        for groups in pattern.sentences
        for group in groups
        for part in group.parts
    ]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Word):
            words.add(node.surface)
        elif isinstance(node, Sequence | Either):
            pending += node.pieces
        elif isinstance(node, Denied):
            pending.append(node.piece)
    return words


def _words_of(question: Question) -> set[str]:
    """Return the words of a question's own text: whoever writes them means them."""
    texts = [question.title, question.prompt, *question.hints]
    texts += [point.text for point in question.rubric]
    texts += [each.claim + " " + each.correction for each in question.misconceptions]
    return {token.form for text in texts for token in tokenise(text) if token.kind == "word"}
