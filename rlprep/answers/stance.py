"""What a clause is said as: asserted, hedged, quoted from others, imagined, asked or listed."""

from rlprep.answers.clauses import AUXILIARIES, CONTRASTS, Clause
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

ASSERTED, HEDGED, CONDITIONAL, UNASSERTED = range(4)
"""From firm to worthless; a clause has the weakest that applies."""

_OTHERS = words(
    """
    people many some others someone somebody everyone colleague friend textbooks blog blogs
    they critics newcomers beginners students candidates one you he she most folks
    """
)
_CLAIM_VERBS = words(
    """
    say says said think thinks thought believe believes believed claim claims claimed assume
    assumes assumed argue argues argued suppose wrote told heard confuse confuses mistake
    mistakes mix
    """
)
_SELF_REPORTS = frozenset(["heard", "told", "read"])
_MODALS = words(
    """
    might could may would can often sometimes tend to commonly
    """
)
_PASSIVE = words(
    """
    claimed said believed thought assumed argued held supposed
    """
)
_DOUBT = (
    ("maybe",), ("perhaps",), ("i", "guess"), ("possibly",), ("not", "sure"), ("might", "be"),
    ("i", "suppose"), ("if", "i", "remember"), ("if", "i", "recall"), ("no", "idea"), ("unsure",),
    ("something", "about"), ("could", "be"), ("i", "do", "not", "remember"), ("not", "certain"),
    ("presumably",), ("i", "doubt"), ("do", "not", "know"),
)  # fmt: skip
_DISBELIEF = (("i", "doubt"), ("allegedly",), ("supposedly",), ("so", "called"))
_QUESTION_WORDS = words(
    """
    what why how which when where who is are does do did can could should would will
    """
)
_TAGS = words(
    """
    right ok okay no yes correct yeah eh um
    """
)
_ERRORS = words(
    """
    mistake misconception myth fallacy slip confusion bug misunderstanding
    """
)


def stances(tokens: list[Token], found: list[Clause]) -> list[int]:
    """Return the stance of every clause."""
    levels = [_own(tokens, clause) for clause in found]
    by_sentence: dict[int, list[int]] = {}
    for number, clause in enumerate(found):
        by_sentence.setdefault(clause.sentence, []).append(number)
    for numbers in by_sentence.values():
        _spread(tokens, found, numbers, levels)
    return levels


def _own(tokens: list[Token], clause: Clause) -> int:
    forms = [token.form for token in tokens[clause.start : clause.end]]
    if _is_list(tokens, clause) or any(_has(forms, each) for each in _DISBELIEF):
        return UNASSERTED
    if any(_has(forms, each) for each in _DOUBT):
        return HEDGED
    return ASSERTED


def _spread(
    tokens: list[Token], found: list[Clause], numbers: list[int], levels: list[int]
) -> None:
    """Carry attribution, questions and suppositions across the clauses of one sentence."""
    first, last = found[numbers[0]], found[numbers[-1]]
    if _is_question(tokens, first.start, last.end):
        for number in numbers:
            levels[number] = UNASSERTED
        return
    foreign = False
    for number in numbers:
        clause = found[number]
        opening = tokens[clause.start].form
        if foreign and opening in CONTRASTS | {"which"}:
            foreign = False
        foreign = foreign or _is_foreign(tokens, clause)
        if foreign:
            levels[number] = UNASSERTED
    forms = [token.form for token in tokens[first.start : last.end]]
    if _is_supposition(forms):
        for number in numbers:
            levels[number] = max(levels[number], UNASSERTED)


def _is_question(tokens: list[Token], start: int, end: int) -> bool:
    if end >= len(tokens) or tokens[end].form != "?":
        return False
    forms = [token.form for token in tokens[start:end]]
    tagged = bool(forms) and forms[-1] in _TAGS
    return not tagged


def _is_foreign(tokens: list[Token], clause: Clause) -> bool:
    """Whether the clause reports what others think: ``people say``, ``it is often claimed``."""
    forms = [token.form for token in tokens[clause.start : clause.end]]
    for index, form in enumerate(forms):
        before = forms[max(0, index - 4) : index]
        if form in _PASSIVE and any(each in ("is", "are", "was", "been") for each in before):
            return "it" in before or "often" in before or "commonly" in before or "widely" in before
        if form in _CLAIM_VERBS and any(each in _OTHERS for each in before):
            personal = before[-1:] in (["you"], ["they"]) and form in ("see",)
            return not personal
        if form in _SELF_REPORTS and "i" in before:
            return True
        if form in ("told", "tells") and "me" in forms[index : index + 2]:
            return True
    return False


def _is_supposition(forms: list[str]) -> bool:
    """Whether a sentence imagines what is not: ``with a max instead ... would``."""
    if "would" not in forms and "were" not in forms:
        return False
    imagined = "if" in forms or "instead" in forms or "without" in forms or "otherwise" in forms
    return imagined and ("would" in forms or _has(forms, ("if", "it", "were")))


def _is_list(tokens: list[Token], clause: Clause) -> bool:
    """Whether a clause is a bare list of words: three or more items that no word relates."""
    part = tokens[clause.start : clause.end]
    if any(token.kind == "op" and token.form in ("=", "->", "~", ":", "!=") for token in part):
        return False
    items, length = 1, 0
    for token in part:
        if token.kind == "comma":
            items, length = items + 1, 0
        elif token.kind in ("word", "number"):
            length += 1
            if length > 3 or token.form in AUXILIARIES or token.form in _LINKS:
                return False
    return items >= 3


_LINKS = words(
    """
    of by from to with for without no not per than as via at on into over the a an it its
    this that each one more less because so if under
    """
)


def _has(forms: list[str], phrase: tuple[str, ...]) -> bool:
    width = len(phrase)
    return any(tuple(forms[i : i + width]) == phrase for i in range(len(forms) - width + 1))
