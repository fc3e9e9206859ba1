"""An answer, read once: tokens, forms, clauses, what is denied, and what each clause is said as."""

from dataclasses import dataclass

from rlprep.answers.clauses import AUXILIARIES, Clause, clauses
from rlprep.answers.negation import dismissals, negations
from rlprep.answers.questions import settled
from rlprep.answers.retraction import retractions
from rlprep.answers.shorthand import written_out
from rlprep.answers.stance import stances, supposed
from rlprep.answers.stems import Speller, stem
from rlprep.answers.tokens import Token, tokenise
from rlprep.answers.word_lists import words

_FILLERS = words(
    """
    a an the just really basically simply actually um like exactly essentially very quite so
    also do does did then well pretty own kind sort own literally roughly about
    approximately around
    """
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the matcher looks at.

    Attributes:
        text: the answer.
        tokens: its tokens.
        forms: for each token the stems it may stand for.
        skippable: for each token whether a phrase may skip it.
        places: stem -> the tokens that may stand for it.
        clauses: the clauses, in order.
        sentences: number of a sentence -> the numbers of its clauses.
        cues: for each token the cues that negate it.
        cue_places: the tokens that negate others.
        dismissals: where a predicate dismisses what stands before it.
        verbal: the cues that negate a verb, as in ``does not``.
        stances: for each clause how it is said.
        supposed: for each token whether it is part of a mere condition.
    """

    text: str
    tokens: list[Token]
    forms: list[tuple[str, ...]]
    skippable: list[bool]
    places: dict[str, list[int]]
    clauses: list[Clause]
    sentences: dict[int, tuple[int, ...]]
    cues: list[tuple[int, ...]]
    cue_places: frozenset[int]
    dismissals: frozenset[int]
    verbal: frozenset[int]
    stances: list[int]
    supposed: list[bool]


def read(text: str, speller: Speller) -> Reading:
    """Return an answer as the matcher wants it; linear in its length."""
    tokens = _without_asides(settled(retractions(written_out(text, tokenise(text)))))
    forms = [_forms(token, speller) for token in tokens]
    found = clauses(tokens)
    cues = negations(tokens, found)
    cue_places = frozenset(cue for each in cues for cue in each)
    places: dict[str, list[int]] = {}
    for index, each in enumerate(forms):
        for form in each:
            places.setdefault(form, []).append(index)
    sentences: dict[int, tuple[int, ...]] = {}
    for number, clause in enumerate(found):
        sentences[clause.sentence] = (*sentences.get(clause.sentence, ()), number)
    skippable = [
        token.kind in ("open", "close", "break")
        or token.form in _FILLERS
        or index in cue_places
        or (token.form == "prime" and token.end == token.start + 1)
        for index, token in enumerate(tokens)
    ]
    return Reading(
        text, tokens, forms, skippable, places, found, sentences, cues, cue_places,
        dismissals(tokens, found), _verbal(tokens), stances(tokens, found), supposed(tokens, found),
    )  # fmt: skip


_ASIDES = frozenset(
    tuple(each.split())
    for each in (
        "i think", "i believe", "i would say", "i would think", "of course", "for example",
        "for instance", "in practice", "in fact", "in turn", "however", "therefore", "thus", "say",
        "roughly", "again", "well", "um", "right", "you know", "like", "so to speak", "on average",
        "in effect", "in principle", "after all", "basically", "on the other hand", "as usual",
        "by contrast", "in contrast", "hence", "then", "instead", "in short", "so",
    )
)  # fmt: skip


def _verbal(tokens: list[Token]) -> frozenset[int]:
    return frozenset(
        index
        for index, token in enumerate(tokens)
        if token.form == "never"
        or (token.form == "not" and index and tokens[index - 1].form in AUXILIARIES)
    )


def _without_asides(tokens: list[Token]) -> list[Token]:
    """Leave out what stands between two commas and says nothing: ``, I think,``."""
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        if tokens[index].kind == "comma":
            inner = [token.form for token in tokens[index + 1 : index + 6]]
            if "," in inner and tuple(inner[: inner.index(",")]) in _ASIDES:
                index += inner.index(",") + 2
                continue
        result.append(tokens[index])
        index += 1
    return result


def _forms(token: Token, speller: Speller) -> tuple[str, ...]:
    if token.kind != "word":
        return (token.form,)
    stemmed = stem(token.form)
    mended = speller.mend(token.form)
    return (stemmed,) if mended is None else (stemmed, stem(mended))
