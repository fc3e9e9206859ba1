"""Sentences and clauses: how far one assertion reaches.

No grammar is parsed. A sentence ends where it says so; a clause ends at a semicolon, a dash, a
contrasting word, and at a comma or *and* after which a new subject gets its own verb. So "lambda 0
is TD and lambda 1 is MC" is two clauses, and "λ=0 → δ, biased, low variance" is one.
"""

from dataclasses import dataclass

from rlprep.answers.symbols import RELATIONS
from rlprep.answers.tokens import Token
from rlprep.answers.word_lists import words

_LONGEST_INSERTION = 16  # tokens
_LONGEST_CASE = 5  # tokens
_IMPERATIVES = words("set put take choose pick turn")
_COMPARISONS = ("<", ">", "<=", ">=")
MAX_TOKENS = 70  # in one clause; what rambles on for longer is cut

CONTRASTS = words(
    """
    but whereas while although though however yet except
    """
)
_STARTERS = words(
    """
    because since so which hence thus therefore then it this they you we i that there these
    those he she not instead meaning
    """
)
_OPENERS = words(
    """
    with at if when for setting by in under once without unlike on given whenever where after
    before from to like compared
    """
)
AUXILIARIES = words(
    """
    is are was were be has have had does do did can will would could should may might must
    """
)
_VERBS = AUXILIARIES | words(
    """
    means gives give yields uses use needs need takes take makes make lets gets get becomes
    become goes keeps keep shrinks grows share shares reduces reduce trades trade controls
    control equals comes learns learn changes change computes compute recovers leads lead
    maximises maximizes minimises minimizes clips clip bounds bound ensures guarantees
    requires require allows allow removes remove replaces replace stores store loses lose
    cuts saves save stays stay remains remain adds add depends says says works work helps
    helps discounts discount weights sums averages approximates enforces prevents stops
    corrects correct decides decide defines determines sets set multiplies measures affects
    affect introduces brings costs want improves improve collapses collapse hurts hurt
    degrades drops holds tells see runs run interpolates mixes folds compresses reuses reuse
    throws trusts trust constrains constrain penalises penalizes assumes trains collects
    scales decays moves fits suffers suffer forgets forget vanishes vanish ignores ignore
    encourages discourages limits restricts telescopes balances prefers picks beats wins
    outperforms retains preserves doubles halves drifts explodes diverges converges differs
    refers applies happens matters contributes contribute produces generates evaluates
    follows acts materialises materializes retrieves selects attends attend
    """
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens ``start`` to ``end`` (exclusive) of an answer, in the sentence of that number."""

    start: int
    end: int
    sentence: int


def clauses(tokens: list[Token]) -> list[Clause]:
    """Return the clauses of an answer, in order."""
    found: list[Clause] = []
    start, sentence = 0, 0
    for index, token in enumerate(tokens):
        if token.kind == "stop":
            found += _split(tokens, start, index, sentence)
            start, sentence = index + 1, sentence + 1
    found += _split(tokens, start, len(tokens), sentence)
    return found


def _split(tokens: list[Token], start: int, end: int, sentence: int) -> list[Clause]:
    cuts = [start]
    for index in range(start, end):
        far = index - cuts[-1] >= MAX_TOKENS
        if far or (index > cuts[-1] and _begins_clause(tokens, cuts[-1], index, end)):
            cuts.append(index)
    return [
        Clause(first, last, sentence)
        for first, last in zip(cuts, [*cuts[1:], end], strict=True)
        if first < last
    ]


def _begins_clause(tokens: list[Token], start: int, index: int, end: int) -> bool:
    """Whether a new clause begins with token `index`, the current one having begun at `start`."""
    token = tokens[index]
    if tokens[index - 1].kind == "break":
        return True
    if token.kind == "word" and token.form in CONTRASTS:
        return tokens[index - 1].form not in ("anything", "nothing")  # anything but: not at all
    if token.kind == "comma" or token.form in ("and", "or"):
        after = index + 1
        if after < end and tokens[after].form in ("and", "or") and token.kind == "comma":
            after += 1
        if not _has_verb(tokens, start, index) or _joins_two(tokens, start, index, end):
            return False
        if token.kind == "comma" and _is_opening(tokens, start, index):
            return False
        if token.kind == "comma" and _is_inserted(tokens, index, end):
            return False
        return _has_subject_and_verb(tokens, after, end)
    return False


def _joins_two(tokens: list[Token], start: int, index: int, end: int) -> bool:
    """Whether an *and* joins parts of one case: ``A > 0 and r < 1``, ``set it to 1 and get``."""
    if tokens[index].form not in ("and", "or"):
        return False
    before = tokens[max(start, index - _LONGEST_CASE) : index]
    forms = [token.form for token in before]
    if "between" in forms and "and" not in forms:
        return True
    if tokens[start].form in _IMPERATIVES and tokens[index + 1 : index + 2]:
        return tokens[index + 1].form in ("you", "we", "it")
    return _only_compares(before) and _only_compares(tokens[index + 1 : min(index + 4, end)])


def _only_compares(part: list[Token]) -> bool:
    """Whether the only verb of a part is a comparison of two quantities."""
    verbs = [token for token in part if is_verb(token)]
    return bool(verbs) and all(token.form in _COMPARISONS for token in verbs)


def _is_opening(tokens: list[Token], start: int, index: int) -> bool:
    """Whether what stands before the first comma only sets the scene: ``With lambda = 0,``."""
    first = start
    while first < index and tokens[first].form in ("and", "or", ",", *CONTRASTS):
        first += 1
    part = tokens[first:index]
    if any(token.kind == "comma" for token in part):
        return False
    return tokens[first].form in _OPENERS or _is_case(part)


def _is_case(part: list[Token]) -> bool:
    """Whether a part names a case and says nothing of it yet: ``A > 0,`` or ``λ = 0,``."""
    relations = [token for token in part if token.kind == "op" and token.form in RELATIONS]
    verbs = any(token.form in _VERBS for token in part)
    if len(part) > _LONGEST_CASE or len(relations) != 1 or verbs:
        return False
    return part[-1].kind == "number"


def _is_inserted(tokens: list[Token], index: int, end: int) -> bool:
    """Whether the commas enclose a relative clause: ``PPO, which reuses data, is on-policy``."""
    if index + 1 >= end or tokens[index + 1].form not in ("which", "who", "whose"):
        return False
    for at in range(index + 2, min(index + _LONGEST_INSERTION, end - 1)):
        if tokens[at].kind == "comma":
            return is_verb(tokens[at + 1])
    return False


def is_verb(token: Token) -> bool:
    """Whether a token relates two things: a common verb, or an operator such as ``=``."""
    return token.form in _VERBS or (token.kind == "op" and token.form in RELATIONS)


def _has_verb(tokens: list[Token], start: int, end: int) -> bool:
    return any(is_verb(token) for token in tokens[start:end])


def _has_subject_and_verb(tokens: list[Token], start: int, end: int) -> bool:
    """Whether a new subject with its own verb follows within a few words."""
    if start < end and tokens[start].form in _STARTERS:
        return True
    for index in range(start, min(start + 6, end)):
        token = tokens[index]
        if token.kind in ("comma", "break") or token.form in ("and", "or"):
            return False
        if is_verb(token):
            return index > start
    return False
