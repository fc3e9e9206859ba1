"""Whole statements that are called false: "it isn't true that", "is a myth", "that's wrong"."""

from rlprep.answers.clauses import CONTRASTS, Clause
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

_FALSE = words("false wrong incorrect untrue mistaken nonsense inaccurate misguided backwards")
TRUE = words("true right correct accurate")
_ERROR = words(
    """
    myth misconception fallacy mistake error slip misunderstanding confusion bug trap lie
    illusion misreading pitfall
    """
)
_BEFORE_ERROR = words("a an common frequent typical classic popular widespread usual big outright")
_BE = words("is are was were be been being")
_BETWEEN = words("not simply just plainly clearly also still completely quite often a an really")
_REFERRING = words("it that this which what")
_CLAIM = words("claim idea belief notion statement view intuition assumption saying say think")
_CONDITIONAL = words("if when where whenever unless until because")
_ENDS = words("because since so which hence thus therefore ; -> :")
_SO = words("so hence thus therefore now")
_SHORT = 7  # tokens of a sentence that only judges the one before


def denials(
    tokens: list[Token], sentence: list[Clause], previous: range
) -> list[tuple[int, range]]:
    """Return the words that declare a statement false, each with the tokens that it turns.

    Args:
        tokens: of the whole answer.
        sentence: the clauses of one sentence.
        previous: the tokens of the sentence before.
    """
    start, end = sentence[0].start, sentence[-1].end
    found: list[tuple[int, range]] = []
    for index in range(start, end):
        form = tokens[index].form
        if form in _ERROR and _form(tokens, index - 1) in _BEFORE_ERROR:
            after = _form(tokens, index + 1)
            if after in ("to", "that", "is", "of"):
                found.append((index, _onwards(tokens, index + 1, end)))
            elif _verb_before(tokens, index - 1, start) is not None:
                found.append((index, range(start, index)))
        elif index == start and form in _FALSE | _ERROR and _form(tokens, index + 1) == ":":
            found.append((index, range(index + 2, end)))
        elif index == start + 1 and form in TRUE and _around(tokens, index) == ("not", ":"):
            found.append((start, range(index + 2, end)))
        elif form == "contrary" and _form(tokens, index + 1) == "to":
            stop = next((i for i in range(index, end) if tokens[i].kind == "comma"), end)
            found.append((index, range(index + 2, stop)))
        elif form in _FALSE or (form in TRUE and _denied(tokens, index, start)):
            scope = _judged(tokens, index, start, end, previous)
            not_false = form in _FALSE and _denied(tokens, index, start)
            # "it isn't wrong that X": the not reaches X as well, and the two cancel out
            if scope is not None and not (not_false and scope.start < index):
                found.append((index, scope))
    return found


def _judged(tokens: list[Token], index: int, start: int, end: int, previous: range) -> range | None:
    """Return what a predicate such as ``wrong`` is said of, None where it is of no statement."""
    verb = _verb_before(tokens, index, start)
    if verb is None or not _closes(tokens, index, end):
        return None
    subject = verb - 1
    while subject > start and tokens[subject].form in ("would", "could", "may", "can", "not"):
        subject -= 1
    if any(token.form in _CONDITIONAL for token in tokens[max(start, subject - 3) : subject]):
        return None
    name = tokens[subject].form
    about_claim = any(token.form in _CLAIM for token in tokens[start:verb])
    if name == "it" and (onward := _that_follows(tokens, index, end)) is not None:
        return onward
    if name == "it" and subject > start and tokens[subject - 1].form in _SO:
        return None  # was computed long ago, so now it is wrong: no statement, a thing
    if name in _REFERRING:
        return previous if index - start < _SHORT and subject == start else range(start, index)
    return range(start, index) if about_claim or tokens[start].form == "that" else None


def _verb_before(tokens: list[Token], index: int, start: int) -> int | None:
    """Return the form of *to be* just before a predicate, adverbs apart."""
    at = index - 1
    while at > start and tokens[at].form in _BETWEEN | _BEFORE_ERROR:
        at -= 1
    return at if at > start and tokens[at].form in _BE else None


def _denied(tokens: list[Token], index: int, start: int) -> bool:
    forms = [token.form for token in tokens[max(start, index - 3) : index]]
    return "not" in forms or "never" in forms or "hardly" in forms


def _closes(tokens: list[Token], index: int, end: int) -> bool:
    """Whether the predicate ends there, and qualifies no noun: ``a wrong V``."""
    after = tokens[index + 1] if index + 1 < end else None
    return after is None or after.kind in ("comma", "break") or after.form in (
        "to", "that", "because", "since", "though", "but", "and", ":", "as", "too",
    )  # fmt: skip


def _that_follows(tokens: list[Token], index: int, end: int) -> range | None:
    """Return what follows ``that`` or ``to`` within a few words."""
    for at in range(index + 1, min(index + 5, end)):
        if tokens[at].form in ("that", "to"):
            return _onwards(tokens, at + 1, end)
    return None


def _onwards(tokens: list[Token], start: int, end: int) -> range:
    """Return the tokens from `start` to a contrast, a reason or the end of the statement."""
    for at in range(start, end):
        token = tokens[at]
        if token.form in CONTRASTS or token.form in _ENDS or token.kind == "break":
            return range(start, at)
    return range(start, end)


def _around(tokens: list[Token], index: int) -> tuple[str, str]:
    return _form(tokens, index - 1), _form(tokens, index + 1)


def _form(tokens: list[Token], index: int) -> str:
    return tokens[index].form if 0 <= index < len(tokens) else ""
