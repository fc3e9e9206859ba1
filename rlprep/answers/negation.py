"""What is denied: every token gets the set of cues (by token index) that negate it.

Two cues over one word cancel out. A cue reaches to the end of its clause, or to a comma, a colon, a
reason or a contrast before that; what turns whole statements is in `rlprep.answers.denial`.
"""

from rlprep.answers.clauses import AUXILIARIES, CONTRASTS, Clause, is_verb
from rlprep.answers.denial import TRUE, denials
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

Cues = list[tuple[int, ...]]

_PLAIN = words(
    """
    not never no without neither nor none nothing nobody nowhere hardly barely scarcely
    rarely seldom avoids avoid avoided avoiding lacks lack lacking unlike fails fail failing !=
    """
)
_TO_THE_VERB = words("without unlike avoiding lacking instead rather !=")
_ENDS_SCOPE = CONTRASTS | words(
    """
    because since so which hence thus therefore if when unless until except only : -> ;
    """
)
_NEXT_STATEMENT = AUXILIARIES | words("not it they this that we you i")
_IN_TWO_WORDS = {
    "rather": ("than",), "instead": ("of",), "anything": ("but",), "far": ("from",),
    "free": ("of", "from"),
}  # fmt: skip
_NO_CUE_BEFORE = words("only just merely simply")  # not only
_NO_CUE_AFTER = words("or why whether")  # whether or not
_DISMISSING = words(
    """
    help helps matter matters important relevant suffice work used needed necessary required
    involved
    """
)
_IDIOMS = words("doubt matter")  # no doubt


def negations(tokens: list[Token], found: list[Clause]) -> Cues:
    """Return, for every token, the cues that negate it."""
    cues: list[set[int]] = [set() for _ in tokens]
    for clause in found:
        for index in range(clause.start, clause.end):
            for at in _reach(tokens, index, clause):
                cues[at].add(index)
    previous = range(0)
    for sentence in _sentences(found):
        for index, scope in denials(tokens, sentence, previous):
            for at in scope:
                if at > index and tokens[index].form in TRUE:  # the not before it says the same
                    cues[at] -= set(range(index - 3, index))
                cues[at].add(index)
        previous = range(sentence[0].start, sentence[-1].end)
    return [tuple(sorted(each)) for each in cues]


def _sentences(found: list[Clause]) -> list[list[Clause]]:
    grouped: dict[int, list[Clause]] = {}
    for clause in found:
        grouped.setdefault(clause.sentence, []).append(clause)
    return list(grouped.values())


def _reach(tokens: list[Token], index: int, clause: Clause) -> range:
    """Return the tokens that the cue at `index` negates; none where it is no cue."""
    form, after, before = (_form(tokens, index + step) for step in (0, 1, -1))
    begin = index + 1
    if form in _IN_TWO_WORDS:
        if after not in _IN_TWO_WORDS[form]:
            return range(0)
        begin = index + 2
    elif form not in _PLAIN or not _is_cue(form, before, after):
        return range(0)
    if form == "nor" and any(token.form == "neither" for token in tokens[clause.start : index]):
        return range(0)  # neither A nor B: one cue for both
    return range(begin, _scope_end(tokens, begin, clause.end, to_verb=form in _TO_THE_VERB))


def _is_cue(form: str, before: str, after: str) -> bool:
    if form == "not":
        return after not in _NO_CUE_BEFORE and before not in _NO_CUE_AFTER
    if form == "no":
        return after not in _IDIOMS
    if form == "nothing":
        return after not in ("but", "else")
    return after == "to" if form.startswith("fail") else True


def _scope_end(tokens: list[Token], start: int, end: int, *, to_verb: bool) -> int:
    for index in range(start, end):
        token = tokens[index]
        if token.form in _ENDS_SCOPE and index > start:
            return index
        if tokens[start - 1].form != "neither" and _denies_anew(tokens, index, end):
            return index
        if token.kind == "comma" and not _lists_on(tokens, index, end):
            return index
        if to_verb and index > start and token.form in _NEXT_STATEMENT:
            return index
        if to_verb and index > start and token.form == "the" and _is_named(tokens[index - 1]):
            return index  # with G instead of H heads the cache shrinks
        if token.form == "and" and index + 1 < end and _finite(tokens[index + 1]):
            return index
    return end


def _is_named(token: Token) -> bool:
    """Whether a noun phrase is complete with a token: a plural, a number or a symbol."""
    if token.kind == "number" or len(token.form) == 1:
        return True
    return token.form.endswith("s") and not is_verb(token) and token.form not in _NEXT_STATEMENT


def _denies_anew(tokens: list[Token], index: int, end: int) -> bool:
    """Whether a coordinated denial begins: ``no A and no B``, ``isn't A and doesn't B``."""
    if tokens[index].form not in ("and", "or", ","):
        return tokens[index].form == "nor"
    return any(token.form in _PLAIN for token in tokens[index + 1 : min(index + 4, end)])


def dismissals(tokens: list[Token], found: list[Clause]) -> frozenset[int]:
    """Return where a predicate begins that dismisses its subject: ``X plays no role``."""
    result: set[int] = set()
    for clause in found:
        for index in range(clause.start, clause.end):
            cue, after, before = (_form(tokens, index + step) for step in (0, 1, -1))
            if (
                (cue == "no" and after in ("role", "part") and before in ("play", "plays"))
                or (cue == "nothing" and before in ("do", "does", "did", "achieves", "changes"))
                or (cue in ("not", "never") and _dismisses(tokens, index, clause.end))
            ):
                result.add(index - 1)
    return frozenset(result)


def _dismisses(tokens: list[Token], index: int, end: int) -> bool:
    return any(token.form in _DISMISSING for token in tokens[index + 1 : min(index + 3, end)])


def _finite(token: Token) -> bool:
    """Whether a verb in the third person begins here: ``does not clip X and uses Y``."""
    return is_verb(token) and token.kind == "word" and token.form.endswith("s")


def _lists_on(tokens: list[Token], comma: int, end: int) -> bool:
    """Whether a comma belongs to a list that ends in *or*: ``no tiling, SRAM or kernels``."""
    return any(token.form in ("or", "nor") for token in tokens[comma + 1 : min(comma + 9, end)])


def _form(tokens: list[Token], index: int) -> str:
    return tokens[index].form if 0 <= index < len(tokens) else ""
