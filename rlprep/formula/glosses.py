r"""Glosses, sentences about the symbols of a formula: `where r_t is the reward at time t`.

A gloss explains and defines nothing, so the formula is read without it. But one that says that a
symbol is something else than its name, or that an operator does less than its sign, makes another
formula of what stands before it: nobody can decide it until it is written as a formula.
"""

import re

from rlprep.formula.errors import Undecidable

_GLOSS = re.compile(
    r"(?:[,;.:\n]|\b(?:where|with|and|here|let|the)\b)[\s$~}]*"
    r"(?P<symbol>[^\s,;:]{1,40})[\s$~]*(?:\\(?:text|mathrm|textrm|mbox)\{[\s~]*)?"
    r"\b(?P<verb>is|are|denotes?|means|stands for|the(?=\s+number\b)|runs|goes|ranges|skips|starts"
    r"|begins|stops|ends|leaves|omits|excludes|ignores|drops)\b(?P<said>[^,;.\n$}]*)"
)
_OPERATOR = re.compile(r"\b(?:sum|softmax|expectation|mean|average|product|clip|min|max)$", re.I)
_LESS = {"skips", "starts", "begins", "stops", "ends", "leaves", "omits", "excludes", "ignores",
         "drops"}  # fmt: skip
_OTHER_AXIS = re.compile(
    r"\b(?:over|along|across|by|per)\s+(?:the\s+|all\s+|each\s+|every\s+)*"
    r"(?:states?|batch|quer(?:y|ies)|columns?|features?|heads?|channels?)\b"
)
_OTHER_VALUE = re.compile(
    r"\b(?:inverse|reciprocal|negation|opposite|complement|logarithm|log)\s+(?:of|ratio)\b"
    r"|\b(?:negative|square|square root|double|half|twice|maximum|max|minimum|min)\s+(?:of|over)\b"
    r"|\b(?:minus|twice|half)\s+(?:the|an?|its)\b|^\s*(?:not|no longer|never)\b"
    r"|\bnegative\s+(?!log)\w|^\s*(?:squared|cubed|halved|doubled|reversed)\b"
    r"|\b(?:negated|inverted|swapped|exchanged|shifted|unnormali[sz]ed)\b"
)
_CHANGED = re.compile(
    r"\b(?:replac(?:ed|ing)\s+(?:by|with)|instead\s+of|except\s+(?:that|for)"
    r"|(?:log\w*|logarithms?)\s+(?:is\s+|are\s+|taken\s+)*(?:to|in|with|of)\s+(?:the\s+)?base\s*(?:2|10|two|ten)"
    r"|base[\s-]+(?:2|10)\s+log\w*)\b", re.IGNORECASE,
)  # fmt: skip
"""Words by which anything is something else than what is written."""
_EVALUATED = re.compile(r"\\right\s*(?:\||\\[lr]?vert)\s*_|\|_\{?\s*\\?(?:lambda|gamma|[λγ])\s*=")
"""`f(lambda)|_{lambda = 0}`: what stands before is meant at one value of a symbol."""
_DRAWN = re.compile(
    r"\b(?:drawn|sampled|taken|come|generated)\s+(?:from|under|by)\s+\W*(?P<law>\w+)"
)
_SAMPLER = re.compile(r"(?:[~∼]|\\sim\b)[\s{\\$]*(?P<law>\w+)")
_AHEAD = re.compile(r"\b(?:at|of|in)\s+(?:the\s+)?(?:next|following)\s+(?:state|step|time)\b")
_HERE = re.compile(r"\b(?:current|present|same)\s+(?:state|step|time)\b")
_NEWER = re.compile(r"\b(?:new|current|updated|latest|after)\b")
_OLDER = re.compile(r"\b(?:old|older|previous|frozen|before)\b")
_RATIOS = {"ratio", "ppo_clip"}
_REWARDS = {"td_residual", "discounted_return", "nstep_advantage", "gae_lambda0", "gae_lambda1"}
_ATTENTION = {"softmax_attention", "linear_attention", "linear_attention_causal"}
_WIDTH = re.compile(r"\W*d(?:_\{?k\}?)?\W*$")
_NO_WIDTH = re.compile(
    r"\bnumber\s+of\s+(?:tokens|positions|queries|keys|heads)\b|\bsequence\s+len"
)
_SMALL_R = re.compile(r"r(?:_|$|\()")
_NO_RATIO = re.compile(r"\b(?:reward|return)\b|^\s*(?:the\s+)?log")
_NO_REWARD = re.compile(r"\b(?:return|cumulative|sum)\b")


def refuse_turning(text: str, subject: str) -> None:
    """Refuse a gloss that contradicts the formula that it explains.

    Args:
        text: the whole input, mathematics and not code.
        subject: the id of its formula.

    Raises:
        Undecidable: a gloss makes another formula of this one.
    """
    if words := _CHANGED.search(text):
        raise Undecidable(f"it is not clear what '{words[0]}' changes: write it as a formula")
    if _EVALUATED.search(text):
        raise Undecidable("an expression at one value of a symbol: write what it becomes there")
    laws = {sampler["law"] for sampler in _SAMPLER.finditer(text)}
    for drawn in _DRAWN.finditer(text):
        if laws and len(drawn["law"]) == 1 and drawn["law"] not in laws:
            raise Undecidable(f"it is not clear what '{drawn[0]}' changes: write it as a formula")
    for gloss in _GLOSS.finditer(text):
        symbol, verb = gloss["symbol"], gloss["verb"]
        said = re.split(r"\band\b", gloss["said"])[0]
        if _is_turned(symbol, verb, said.lower(), subject):
            words = " ".join(re.sub(r"[\\{}$]|\\text", " ", f"{verb}{said}").split())
            raise Undecidable(f"it is not clear what '{words}' changes: write it as a formula")


def _is_turned(symbol: str, verb: str, said: str, subject: str) -> bool:
    """Whether a gloss says something else of a symbol than its name does."""
    if _OPERATOR.search(symbol):
        return verb in _LESS or bool(_OTHER_AXIS.search(said))
    if verb in _LESS:
        return False
    if _OTHER_VALUE.search(said) and "-1" not in symbol:
        return True
    if "old" in symbol and _NEWER.search(said) and not _OLDER.search(said):
        return True
    is_ahead = re.search(r"t\s*\+\s*1|'|\\prime", symbol) is not None
    if _HERE.search(said) if is_ahead else (_AHEAD.search(said) and re.search(r"_\{?t\b", symbol)):
        return True
    if subject in _ATTENTION and _WIDTH.match(symbol):
        return _NO_WIDTH.search(said) is not None
    if not _SMALL_R.match(symbol):
        return False
    wrong = _NO_RATIO if subject in _RATIOS else _NO_REWARD if subject in _REWARDS else None
    return wrong is not None and wrong.search(said) is not None
