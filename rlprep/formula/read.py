"""Text to statements: chooses the notation, and keeps the definitions apart from the formula."""

import re
from dataclasses import dataclass

from rlprep.formula import ccode, pycode, statements
from rlprep.formula.errors import Unreadable
from rlprep.formula.lexer import MAX_CHARACTERS, tokenize
from rlprep.formula.tree import Node
from rlprep.formula.vocabulary import Vocabulary
from rlprep.formula.words import AT_THE_END, TOLD

MAX_GAP = 200
_GAP = re.compile(rf"\s{{{MAX_GAP + 1}}}")
_FENCE = re.compile(r"\A\s*```[a-z]*\n(.*?)\n?```\s*\Z", re.DOTALL)

_SIGNS = re.compile(r"[-+*/^=_()\[\]{}|\\<>~√∑Σ·×−←≤≥≔‖∥⌊\u2080-\u209c]")
_STOPWORDS = {"the", "of", "is", "an", "with", "something", "like", "plus", "minus", "times",
              "we", "its",
              "then", "it", "to", "between", "that", "this", "idk", "from", "on", "my", "not",
              "you",
              "what", "some", "how", "about", "just", "as", "over", "and", "or",
              "think"}  # fmt: skip


def _is_prose(text: str) -> bool:
    """Whether a text is a sentence: words without a sign, or many words that only join others."""
    bare = re.sub(r"\\(?:text|mathrm|mbox|textrm)\s*\{[^{}]*\}", " ", text)
    bare = TOLD.sub(" ", AT_THE_END.sub(" ", bare))
    words = re.findall(r"[A-Za-z']{1,}", re.sub(r"\\[A-Za-z]+", " ", bare))
    if "\\" in text or len(words) < 2:
        return False
    joining = sum(word.lower() in _STOPWORDS for word in words)
    if not _SIGNS.search(text):
        return len([w for w in words if len(w) > 1]) >= 3 or joining > 0
    return joining >= 3 and joining * 3 >= len(words)


@dataclass(frozen=True, slots=True)
class Reading:
    """The statements of an input and the notation they were read from."""

    statements: tuple[Node, ...]
    is_code: bool


def refuse_unfit(text: str) -> None:
    """Refuse what is too long, empty or mostly blank, before anything searches it.

    Raises:
        Unreadable: it is such a text.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            f"the input has {len(text)} characters; at most {MAX_CHARACTERS} are read",
            (MAX_CHARACTERS, len(text)), hint="write the one formula that is asked",
        )  # fmt: skip
    if not text.strip():
        raise Unreadable("there is nothing to read", (0, len(text)), hint="write the formula")
    if (gap := _GAP.search(text.rstrip())) and gap.start():
        raise Unreadable(f"a gap of more than {MAX_GAP} blanks", gap.span(), hint="close it")


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """Read an input in whatever notation it is.

    Raises:
        Unreadable: it is no formula; the span says where reading stopped.
    """
    refuse_unfit(text)
    if _is_prose(text):
        raise Unreadable("these are words, not a formula", (0, len(text)), hint="write the formula")
    fenced = _FENCE.match(text)
    if fenced:
        start, end = fenced.span(1)
        text = " " * start + text[start:end] + " " * (len(text) - end)
    if ccode.looks_like_c(text):
        return Reading(tuple(ccode.parse(text)), is_code=True)
    variables = vocabulary.letters if vocabulary.matrices else frozenset()
    if pycode.looks_like_code(text):
        try:
            found = pycode.parse(text, variables)
            if not vocabulary.cases and (early := pycode.early_return(found)):
                raise Unreadable("a function that returns early is no formula", early)
            return Reading(tuple(found), is_code=True)
        except SyntaxError as error:
            if (noted := pycode.parse_with_notes(text, variables)) is not None:
                return Reading(tuple(noted), is_code=True)
            if re.match(r"\s*(?:def|class|import|from|while|try|with|return|lambda)\b", text):
                raise Unreadable(
                    f"this code is not complete: {error.msg}", (0, len(text))
                ) from None
    try:
        return Reading(tuple(statements.parse(tokenize(text, vocabulary), vocabulary)), False)
    except Unreadable as first:
        if "\\" in text or "^" in text:
            raise
        try:
            return Reading(tuple(pycode.parse(text, variables)), is_code=True)
        except (SyntaxError, Unreadable):
            raise first from None
