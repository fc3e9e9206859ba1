"""What a clause is said as: asserted, imagined, hedged, or not said on one's own account at all."""

from rlprep.answers.address import speaks_to_a_judge
from rlprep.answers.clauses import AUXILIARIES, CONTRASTS, Clause
from rlprep.answers.questions import DENIED
from rlprep.answers.retraction import TAKEN_BACK
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

ASSERTED, CONDITIONAL, HEDGED, UNASSERTED = range(4)
"""From firm to worthless; a clause has the weakest that applies."""

_OTHERS = words(
    """
    people many some others someone somebody everyone colleague friend textbook textbooks blog
    blogs they critics newcomers beginners students candidates folks most
    """
)
_ANYONE = words("you one he she")  # others only with a modal: "one might think"
_BELIEVE = words(
    """
    say says said think thinks thought believe believes believed claim claims claimed assume
    assumes assumed argue argues argued suppose confuse confuses mistake mistakes hope expect
    tell tells insist insists
    """
)
_DESCRIBE = words("wrote write describe describes call calls regard treat treats read mix")
_PASSIVE = words("claimed said believed thought assumed argued held supposed")
_MODALS = words("might could may would")
_ADVERBS = words(
    """
    often sometimes commonly usually widely generally still even wrongly mistakenly once
    simply just can will must do did
    """
)
_FOREIGN = (
    ("i", "heard"), ("i", "have", "heard"), ("one", "hears"), ("you", "hear"),
    ("told", "me"), ("tempting", "to"), ("tempted", "to"), ("allegedly",),
    ("supposedly",), ("i", "thought"), ("used", "to", "think"), ("used", "to", "believe"),
    ("i", "first", "thought"), ("i", "once", "thought"), ("i", "always", "thought"),
    ("i", "initially", "thought"), ("i", "had", "thought"), ("my", "first", "thought"),
    ("my", "first", "instinct"), ("naive", "view"), ("naive", "idea"), ("naive", "answer"),
    ("common", "belief"), ("popular", "belief"), ("conventional", "wisdom"), ("so", "called"),
    ("i", "doubt"), ("i", "read"), ("rumour", "has"), ("push", "back"), ("pushed", "back"),
    ("disagree", "with"),
)  # fmt: skip
_DOUBT = (
    ("maybe",), ("perhaps",), ("i", "guess"), ("might", "be"), ("i", "suppose"),
    ("if", "i", "remember"), ("if", "i", "recall"), ("no", "idea"), ("unsure",), ("i", "forget"),
    ("something", "about"), ("could", "be"), ("not", "certain"), ("presumably",),
    ("do", "not", "know"), ("do", "not", "remember"), ("if", "memory", "serves"),
)  # fmt: skip
_CONCESSIONS = words("although though while whereas despite")
_TAGS = words("right ok okay no yes correct eh um")
_REJECTED = words("no nope wrong false")  # "it bounds the KL": no
_LINKS = words(
    """
    by from to with for without no not per than as via at on into over the a an it its
    this that each one more less because so if under
    """
)


def stances(tokens: list[Token], found: list[Clause]) -> list[int]:
    """Return the stance of every clause."""
    levels = [_own(tokens, clause) for clause in found]
    by_sentence: dict[int, list[int]] = {}
    for number, clause in enumerate(found):
        by_sentence.setdefault(clause.sentence, []).append(number)
    for numbers in by_sentence.values():
        whole = _of_sentence(tokens, found[numbers[0]].start, found[numbers[-1]].end)
        foreign = False
        for number in numbers:
            foreign = _still_foreign(tokens, found[number], foreign)
            levels[number] = max(levels[number], whole, UNASSERTED if foreign else ASSERTED)
            if tokens[found[number].start].form in _CONCESSIONS:
                foreign = False  # although many say so, ...
    for number in _taken_back(tokens, found):
        for each in by_sentence[number]:
            levels[each] = UNASSERTED
    return levels


def _taken_back(tokens: list[Token], found: list[Clause]) -> set[int]:
    """Return the sentences that the writer took back: the last one before each retraction."""
    result: set[int] = set()
    number = 0
    for index, token in enumerate(tokens):
        if token.form == TAKEN_BACK:
            while number < len(found) and found[number].end <= index:
                number += 1
            result |= {clause.sentence for clause in found[number - 1 : number]}
    return result


def supposed(tokens: list[Token], found: list[Clause]) -> list[bool]:
    """Return for each token whether it is part of a mere condition: ``if ... ,``."""
    result = [False] * len(tokens)
    for clause in found:
        begun: int | None = None
        for index in range(clause.start, clause.end):
            form = tokens[index].form
            if form in ("if", "unless", "suppose", "were"):
                own = _form(tokens, index + 1) in ("i", "memory")  # if I recall: no condition
                begun = index if begun is None and not own else begun
            elif begun is not None and _ends_condition(tokens, index, clause):
                result[begun:index] = [True] * (index - begun)
                begun = None
    return result


def _ends_condition(tokens: list[Token], index: int, clause: Clause) -> bool:
    """Whether what a condition is for begins after a token; ``, yeah?`` only ends the sentence."""
    if tokens[index].form == "then":
        return True
    rest = {token.form for token in tokens[index + 1 : clause.end]}
    return tokens[index].kind == "comma" and bool(rest - _TAGS)


def _own(tokens: list[Token], clause: Clause) -> int:
    forms = [token.form for token in tokens[clause.start : clause.end]]
    if _is_list(tokens, clause) or (forms[-2:-1] == [":"] and forms[-1] in _REJECTED):
        return UNASSERTED
    return HEDGED if any(_has(forms, each) for each in _DOUBT) else ASSERTED


def _of_sentence(tokens: list[Token], start: int, end: int) -> int:
    """Return what holds for all of a sentence: a question, doubt about it, something imagined."""
    forms = [token.form for token in tokens[start:end]]
    stop = tokens[end].form if end < len(tokens) else ""
    if stop == DENIED or (stop == "?" and forms and forms[-1] not in _TAGS):
        return UNASSERTED
    if speaks_to_a_judge(" ".join(forms)):
        return UNASSERTED
    if any(form == "sure" and "not" in forms[max(0, i - 5) : i] for i, form in enumerate(forms)):
        return HEDGED
    unreal = "were" in forms or any(
        form == "would" and forms[i - 1 : i] != ["i"] for i, form in enumerate(forms)
    )
    imagined = "if" in forms or "instead" in forms or "without" in forms or "otherwise" in forms
    return CONDITIONAL if imagined and unreal else ASSERTED


def _still_foreign(tokens: list[Token], clause: Clause, foreign: bool) -> bool:
    """Whether a clause is others' view: it says so, or an earlier one did and none took it back."""
    before = tokens[clause.start - 1] if clause.start else None
    opening = tokens[clause.start].form
    if opening in CONTRASTS or opening == "which" or (before and before.kind == "break"):
        foreign = False
    return foreign or _is_foreign([token.form for token in tokens[clause.start : clause.end]])


def _is_foreign(forms: list[str]) -> bool:
    """Whether a clause reports what others think: ``people say``, ``it is often claimed``."""
    if any(_has(forms, each) for each in _FOREIGN):
        return True
    for index, form in enumerate(forms):
        subject, modal = index - 1, False
        while subject >= 0 and forms[subject] in _MODALS | _ADVERBS:
            modal = modal or forms[subject] in _MODALS
            subject -= 1
        if form in _PASSIVE and subject >= 0 and forms[subject] in ("is", "was", "been"):
            return True
        if form not in _BELIEVE | _DESCRIBE:
            continue
        name = forms[subject] if subject >= 0 else ""
        if name in _OTHERS or (modal and name in _ANYONE and form in _BELIEVE):
            return True
    return False


def _is_list(tokens: list[Token], clause: Clause) -> bool:
    """Whether a clause is a bare list of words: three or more items that no word relates."""
    part = tokens[clause.start : clause.end]
    if any(token.kind == "op" and token.form in ("=", "->", "~", ":", "!=") for token in part):
        return False
    if len(part) > 2 and part[1].kind == "number" and part[2].form in ("x", "times", "%"):
        return False  # a name and its factor: MQA 32x
    items, length = 1, 0
    for token in part:
        if token.kind == "comma":
            items, length = items + 1, 0
        elif token.kind in ("word", "number"):
            length += 1
            if length > 3 or token.form in AUXILIARIES or token.form in _LINKS:
                return False
    return items >= 3


def _form(tokens: list[Token], index: int) -> str:
    return tokens[index].form if index < len(tokens) else ""


def _has(forms: list[str], phrase: tuple[str, ...]) -> bool:
    width = len(phrase)
    return any(tuple(forms[i : i + width]) == phrase for i in range(len(forms) - width + 1))
