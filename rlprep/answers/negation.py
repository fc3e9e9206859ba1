"""What is denied: every token gets the set of cues (by token index) that negate it.

Two cues over one word cancel out. A cue reaches to the end of its clause, or to a comma, a reason
or a contrast before that; "it isn't true that" and "is a myth" turn the whole sentence.
"""

from rlprep.answers.clauses import AUXILIARIES, CONTRASTS, Clause, is_verb
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

Cues = list[tuple[int, ...]]

_PLAIN = words(
    """
    not never no without neither nor none nothing nobody nowhere hardly barely scarcely
    rarely seldom avoids avoid avoiding lacks lack lacking unlike fails fail failing
    """
)
_TO_THE_VERB = frozenset(["without", "unlike", "avoiding", "lacking"])
_ENDS_SCOPE = (
    words(
        """
    because since so which hence thus therefore if when unless until except only
    """
    )
    | CONTRASTS
)
_AFTER_NOT = words(
    """
    only just merely simply necessarily
    """
) - {"necessarily"}
_HARMLESS_AFTER_NO = frozenset(["doubt", "matter", "longer"]) - {"longer"}
_FALSE = words(
    """
    false wrong incorrect untrue mistaken nonsense inaccurate
    """
)
_ERROR = words(
    """
    myth misconception fallacy mistake error slip misunderstanding confusion bug trap lie
    """
)
_BEFORE_ERROR = words("a an common frequent typical classic popular widespread usual big")


def negations(tokens: list[Token], found: list[Clause]) -> Cues:
    """Return, for every token, the cues that negate it."""
    cues: list[set[int]] = [set() for _ in tokens]
    for clause in found:
        for index in range(clause.start, clause.end):
            reach = _reach(tokens, index, clause)
            for at in reach:
                cues[at].add(index)
    for sentence in _sentences(found):
        for index, scope in _flips(tokens, sentence):
            for at in scope:
                if tokens[index].form == "true":  # the not before it stands for the whole
                    cues[at] -= set(range(index - 3, index))
                cues[at].add(index)
    return [tuple(sorted(each)) for each in cues]


def _sentences(found: list[Clause]) -> list[list[Clause]]:
    grouped: dict[int, list[Clause]] = {}
    for clause in found:
        grouped.setdefault(clause.sentence, []).append(clause)
    return list(grouped.values())


def _reach(tokens: list[Token], index: int, clause: Clause) -> range:
    """Return the tokens that the cue at `index` negates; none where it is no cue."""
    token, after = tokens[index], _form(tokens, index + 1)
    none = range(0)
    if token.kind == "op" and token.form == "!=":
        return range(index + 1, _scope_end(tokens, index + 1, clause.end, stop_at_verb=False))
    if token.form in ("rather", "instead") and after in ("than", "of"):
        return range(index + 2, _scope_end(tokens, index + 2, clause.end, stop_at_verb=True))
    if token.form not in _PLAIN:
        return none
    if token.form == "not" and (after in _AFTER_NOT or _form(tokens, index - 1) in ("or", "why")):
        return none
    if token.form == "no" and after in _HARMLESS_AFTER_NO:
        return none
    if token.form.startswith("fail") and after != "to":
        return none
    if token.form == "nor" and _neither_before(tokens, index, clause):
        return none
    to_verb = token.form in _TO_THE_VERB
    return range(index + 1, _scope_end(tokens, index + 1, clause.end, stop_at_verb=to_verb))


def _neither_before(tokens: list[Token], index: int, clause: Clause) -> bool:
    return any(token.form == "neither" for token in tokens[clause.start : index])


def _scope_end(tokens: list[Token], start: int, end: int, *, stop_at_verb: bool) -> int:
    for index in range(start, end):
        token = tokens[index]
        if token.form in _ENDS_SCOPE and index > start:
            return index
        if token.kind == "comma" and not _lists_on(tokens, index, end):
            return index
        if stop_at_verb and token.form in AUXILIARIES:
            return index
        if token.form == "and" and index + 1 < end and _finite(tokens[index + 1]):
            return index
    return end


def _finite(token: Token) -> bool:
    """Whether a verb in the third person begins here: ``does not clip X and uses Y``."""
    return is_verb(token) and token.kind == "word" and token.form.endswith("s")


def _lists_on(tokens: list[Token], comma: int, end: int) -> bool:
    """Whether a comma belongs to a list that ends in *or*: ``no tiling, SRAM or kernels``."""
    return any(token.form in ("or", "nor") for token in tokens[comma + 1 : min(comma + 9, end)])


def _form(tokens: list[Token], index: int) -> str:
    return tokens[index].form if 0 <= index < len(tokens) else ""


def _flips(tokens: list[Token], sentence: list[Clause]) -> list[tuple[int, range]]:
    """Return the words that declare a whole statement false, and what they turn."""
    start, end = sentence[0].start, sentence[-1].end
    flips: list[tuple[int, range]] = []
    for index in range(start, end):
        form = tokens[index].form
        if (form == "true" and _denied_before(tokens, index, start)) or (
            form in _FALSE and _is_predicate(tokens, index, end)
        ):
            scope = _that_follows(tokens, index, end)
            flips.append((index, scope or range(start, index)))
        elif form not in _ERROR or _form(tokens, index - 1) not in _BEFORE_ERROR:
            if form == "contrary" and _form(tokens, index + 1) == "to":
                stop = next((i for i in range(index, end) if tokens[i].kind == "comma"), end)
                flips.append((index, range(index + 2, stop)))
        elif _form(tokens, index + 1) in ("to", "that", "is", "of"):
            flips.append((index, range(index + 1, _contrast(tokens, index + 1, end))))
        elif _is_predicate(tokens, index, end):
            flips.append((index, range(start, index)))
    return flips


def _denied_before(tokens: list[Token], index: int, start: int) -> bool:
    return any(
        token.form in ("not", "never", "hardly") for token in tokens[max(start, index - 3) : index]
    )


def _is_predicate(tokens: list[Token], index: int, end: int) -> bool:
    """Whether the word says so of the statement (``is false``), and doesn't qualify a noun."""
    before = [token.form for token in tokens[max(0, index - 4) : index]]
    linked = any(form in AUXILIARIES or form in ("it", "call") for form in before)
    after = tokens[index + 1] if index + 1 < end else None
    closes = after is None or after.kind in ("comma", "break") or after.form in (
        "to", "that", "because", "since", "though", "but", "and", ":",
    )  # fmt: skip
    return linked and closes


def _that_follows(tokens: list[Token], index: int, end: int) -> range | None:
    """Return what follows ``that`` or ``to say``, up to a contrast."""
    if _form(tokens, index + 1) in ("that", "to"):
        return range(index + 2, _contrast(tokens, index + 2, end))
    return None


def _contrast(tokens: list[Token], start: int, end: int) -> int:
    return next((i for i in range(start, end) if tokens[i].form in CONTRASTS), end)
