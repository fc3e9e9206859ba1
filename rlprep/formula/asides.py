"""Words beside a formula: what leads to it, its label, and remarks in parentheses.

Blanks take their place, so that every position stays as the user sees it.
"""

import re

from rlprep.formula import latex
from rlprep.formula.vocabulary import OPTIMISERS

_LEAD = re.compile(
    r"\A(?!\s*(?:if|elif|while|def|class|lambda)\b)[^:\n=]{0,150}"
    r"(?:(?:lambda|gamma|λ|γ)\s*=\s*[01]\b[^:\n=]{0,150})?"
    r"\b(?:get|have|gives|becomes|yields|is|(?:reduces|collapses|simplifies)\s+to)\b"
    r"[^:\n=(]{0,150}:\s+(?=\S)"
)
"""`with lambda = 0 you get the one-step advantage: `."""

_LABEL = re.compile(
    r"\A\s*((?:[A-Za-z][A-Za-z-]{1,20} ){1,6}[A-Za-z][A-Za-z-]{1,20})\s?:\s+(?=\S)[^\n]+\Z"
)
"""`prob ratio: `, in front of the only line."""

_LOSS = re.compile(r"\b(?:loss|cost)\b", re.I)
_KEYWORDS = {"if", "elif", "else", "while", "class", "def", "lambda", "gamma", "subject", "is",
             "are", "sum", "return", "import", "global", "assert", "not", "in", "int", "float",
             "double", "long", "unsigned", "const", "auto", "var", "mut", "static"}  # fmt: skip

_CONDITION = re.compile(
    r"\A\s*(?:\$\s*)?(?:\\?(?:lambda|gamma)|[λγ])\s*=\s*[01]\s*(?:\$\s*)?"
    r"(?P<arrow>-+>|→|⟶|\\(?:to|rightarrow)\b)"
)
"""`lambda = 0 -> A_t = ...`: the case comes first, as in `lambda = 0: A_t = ...`."""

_REMARK = re.compile(
    r"(?<=[^\s+\-*/^=_×·⋅,(])(?P<gap>[ \t]+)[(\[](?P<said>[^()\[\]\n=+*/^_<>\\|]{6,120})[)\]]"
    r"(?=[ \t.]*$|[ \t]*[,;]|[ \t]+and\b)", re.M,
)  # fmt: skip
"""`... V   (softmax over the keys, so each row sums to 1)`, at the end of a line or a clause."""
_JOINING = re.compile(r"\b(?:the|is|are|an?|over|to|of|so|each|all|every|for|as|in|by|per)\b", re.I)
_CHANGING = re.compile(
    r"\b(?:not?(?! baseline| bias)|never|without|except|instead|only|unless|until|squared?"
    r"|quer(?:y|ies)|columns?|over (?:the )?rows|features?|heads?|batch|inverse|reciprocal|minus"
    r"|plus|times|twice|half|double|negative|negated|swapped|shifted|reversed|previous"
    r"|old\s+(?:over|by|to)|over\s+(?:the\s+)?new|if|when|where|base|maximi[sz]\w*"
    r"|minimi[sz]\w*)\b", re.I,
)  # fmt: skip
"""Words that may make another formula of what stands before them."""

_SENSE = re.compile(
    r"\A\s*(?:[A-Za-z]+\s+){0,3}(?:loss|cost)\s*"
    r"(?P<said>\((?:to\s+be\s+|to\s+|we\s+)?minimi[sz]ed?\))(?=\s*:?=)", re.I,
)  # fmt: skip
"""`total loss (to minimize) = `: what a loss is for."""

_LEFT_SIDE = re.compile(r"^[ \t]*((?:[A-Za-z]{2,20} ){1,3}[A-Za-z]{2,20})(?=[ \t]*:?=(?!=))", re.M)
"""`total loss = `: one name."""

_SAID_LOSS = re.compile(
    r"(?:\\text\s*\{\s*)?\(\s*(?:an?\s+|the\s+|as\s+an?\s+)?(?:loss|cost)(?:\s+function)?,?"
    r"(?:\s+(?:to\s+(?:be\s+)?)?minimi[sz]ed?)?\s*\)(?:\s*\})?[\s.$]*\Z", re.I,
)  # fmt: skip
"""`(loss to minimise)` at the end: heard where signs are decided, and no part of the formula."""

_TWO_WORDS = re.compile(
    r"\(\s*(?:next|current) (?:state|obs|observation)\s*\)"
    r"|\b(?:returns?|rewards?) to go(?=\s*(?:[-+*/=)]|\Z))"
)
"""`V(next state)`, `return to go - V(s_t)`: one name each."""


def without_remarks(text: str) -> str:
    """Return a text of the same length without the remarks in brackets that change nothing."""
    if loss := _SAID_LOSS.search(text):
        text = _blank(text, *loss.span())
    return _REMARK.sub(
        lambda remark: (
            " " * len(remark[0])
            if _is_remark(remark["said"], is_apart=len(remark["gap"]) > 1)
            else remark[0]
        ),
        text,
    )


def without_asides(text: str) -> str:
    """Return a text of the same length without the words in front of its formula and its sides."""
    if lead := _LEAD.match(text):
        text = _blank(text, *lead.span())
    elif (label := _LABEL.match(text)) and not (_has_keyword(label[1]) or _LOSS.search(label[1])):
        text = _blank(text, 0, text.index(":") + 1)
    if condition := _CONDITION.match(text):
        start, end = condition.span("arrow")
        text = text[:start] + ":".ljust(end - start) + text[end:]
    if sense := _SENSE.match(text):
        text = _blank(text, *sense.span("said"))
    text = _LEFT_SIDE.sub(lambda side: side[0] if _has_keyword(side[1]) else _joined(side[0]), text)
    return _TWO_WORDS.sub(lambda words: _joined(words[0]), text)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _joined(words: str) -> str:
    """Return words as one name."""
    return re.sub(r"(?<=\w) (?=\w)", "_", words)


def _is_remark(said: str, *, is_apart: bool) -> bool:
    """Whether a bracket holds words that leave the formula as it is.

    Args:
        said: the inside of the bracket.
        is_apart: whether a wide gap stands before it; else it must read as a part of a sentence.
    """
    words = [word for word in re.findall(r"[A-Za-z]+", said) if len(word) > 1]
    is_sentence = is_apart or _JOINING.search(said) is not None
    return len(words) > 1 and is_sentence and _CHANGING.search(said) is None


def _has_keyword(label: str) -> bool:
    """Whether words say more than a name: `for each step`, `maximise the objective`."""
    words = {*label.lower().split()}
    return bool(words & (latex.PHRASES.keys() | OPTIMISERS.keys() | _KEYWORDS))
