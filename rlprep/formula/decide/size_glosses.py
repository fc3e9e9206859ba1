r"""Sizes that an input explains in words: `b = bytes per element`, `$g$ is the number of KV heads`.

A phrase that says exactly what one size is becomes the word that every reader of sizes knows, in
its place and padded to its length, so that all positions stay. What a phrase says otherwise is left
as it stands.
"""

import re

from rlprep.formula.errors import Undecidable

_EACH = r"(?:per|for each|for every|of each|of an?|of one|in each|an?)"
_COUNT = r"(?:(?:total )?(?:number|count|num|no|#) of |num )"
_HELD = r"(?:cached |stored |cache |kv |tensor )*"
_THING = r"(?:element|elem|value|number|scalar|entry|parameter|param|float|item|coordinate)s?"
_LENGTH = r"(?:dimension|dim|width|size)"
_SHARED = r"(?:kv|key value)"

PHRASES: tuple[tuple[str, str, str], ...] = (
    ("bytes", "itemsize", rf"(?:{_COUNT})?bytes? (?:{_EACH} )?{_HELD}{_THING}"),
    ("bytes", "itemsize", r"(?:element|elem|dtype|data type|scalar|item) size(?: in bytes)?"),
    ("bytes", "itemsize", rf"size of (?:each|one|an?|the)? ?{_HELD}{_THING}(?: in bytes)?"),
    ("bytes", "itemsize", r"precision in bytes"),
    ("bits", "bits", rf"(?:{_COUNT})?bits? (?:{_EACH} )?{_HELD}{_THING}"),
    ("bits", "bits", r"(?:precision in bits|bit width)"),
    ("kv_heads", "Hkv", rf"(?:{_COUNT})?(?:shared )?{_SHARED} heads"),
    ("kv_heads", "Hkv", rf"{_COUNT}(?:key|value|k|v) heads"),
    ("kv_heads", "Hkv", rf"{_COUNT}(?:query |query head )?groups"),
    ("q_heads", "Hq", rf"(?:{_COUNT})?(?:query|q|attention query) heads"),
    ("q_heads", "Hq", rf"{_COUNT}(?:attention )?heads"),
    ("group_size", "repeats", r"(?:size of (?:a|each|the) group|group size)"),
    ("group_size", "repeats",
     rf"(?:{_COUNT})?(?:query |q )?(?:heads|queries) (?:per|in each|in an?|sharing each|sharing an?"
     rf"|sharing one|that share each|that share one) (?:group|{_SHARED} head|{_SHARED}|kv group)"),
    ("layers", "layers", rf"{_COUNT}(?:transformer |decoder |attention |model )?(?:layers|blocks)"),
    ("batch", "batch", rf"(?:batch size|{_COUNT}(?:sequences|concurrent requests|requests)"
                       rf"(?: in (?:the |a )?batch)?)"),
    ("sequence", "seqlen", r"(?:max |maximum |total |cached |current |full )?"
                           r"(?:sequence|context|seq|cache) (?:length|len)(?: in tokens)?"),
    ("sequence", "seqlen", rf"{_COUNT}(?:cached |past |context )?(?:tokens|positions)"
                           r"(?: (?:per sequence|in (?:each |a )?(?:sequence|context|cache)))?"),
    ("head_width", "dh", rf"(?:attention |per )?head {_LENGTH}|{_LENGTH} (?:of|per|of each|of an?"
                         rf"|of one|of every) (?:attention )?head"),
    ("model_width", "hidden", rf"(?:model|hidden|embedding) {_LENGTH}"),
)  # fmt: skip
"""What a phrase says, the word for it, and the phrase without articles, in small letters."""

# Taken whole or not at all, by what is seen ahead: the first releases of Python 3.11 match
# possessive groups wrongly.
_NAME = r"(?=(?P<whole>[A-Za-z](?:[^\W_]|_(?![{\\]))*(?:_\{[^{}\n]*\}|_\\\w+)?))(?P=whole)"
_TEXT = r"\\(?:text|mathrm|textrm)\{\s*"
_GLOSS = re.compile(
    rf"(?P<before>^|[,;\n]|\b(?:where|with|and|let|here|Here|Where)\b|:\s|\\q?quad\b"
    rf"|\\text\{{\s*(?:where|with|and)\s*\}})(?P<gap>\s*\$?\s*)"
    rf"(?P<name>{_NAME})(?P<said>\s*\$?\s*(?:{_TEXT})?(?:=|:=|:|\bis\b|\bare\b|\bdenotes\b"
    rf"|\bcounts\b|\bstands for\b)\s*|\s*\$?\s+(?:{_TEXT})?(?=(?:the|bytes?|bits?)\b))"
    r"(?P<phrase>(?:\\(?:text|mathrm)\{)?\s*[A-Za-z#][A-Za-z#/\- ]*[A-Za-z]\s*\}?)"
    r"(?P<example>\s*\((?:e\.g\.?,?\s*)?\d+\s*(?:bytes?\s*)?(?:for|in|with|if)\s+[\w/ ,-]+\))?"
    r"(?=\s*(?:[,;.)\n$]|\\\]|\\\)|$))"
)
_ASIDE = re.compile(
    rf"\((?=\s*\$?{_NAME}\$?\s*(?:=|:|is\b|are\b)\s*(?P<phrase>[A-Za-z#/\- ]+)[,;)])"
    r"(?P<said>[^()]*)\)"
)
_SPOKEN = re.compile(r"(?<![\w)\]}])\((?P<phrase>[A-Za-z#][A-Za-z#/\- ]* [A-Za-z/\- ]*[A-Za-z])\)")
_COUNTED = re.compile(r"\b(?:number|count|bytes?|bits?|size|length|dimension|width)\b")
_AFTER = re.compile(
    r"(?<=[\w)}$])\s+(?:is|being|as)\s+(?P<phrase>the\s[A-Za-z/\- ]*[A-Za-z])(?=\s*(?:[,;.)\n$]|$))"
)
_BEHIND = re.compile(
    r"(?:(?<=_kv)|(?<=_q)|(?<=_h)|(?<=[)}\d]))\s+(?P<phrase>[A-Za-z]+ [A-Za-z/\- ]*[A-Za-z])"
    r"(?=\s*(?:[,;.)\n$]|$))"
)
"""The same without a verb: `G = H_q / H_kv query heads per KV head`."""
_REMARK = re.compile(
    r"(?<=2)\s*\(\s*(?:for\s+)?(?:the\s+)?(?:K|keys?)\s+(?:and|&)\s+(?:V|values?)\s*\)"
    r"|(?<=\s)\(\s*(?:MHA\s+(?:over|to|vs\.?|versus)\s+)?[GM]QA(?:-\w+)?\s*\)(?=\s*:?=)",
    re.IGNORECASE,
)
"""What the 2 of a cache counts, `2 (K and V)`, and which factor is meant: `(MHA over GQA) =`."""
_SAME = re.compile(
    r"(?P<first>[A-Za-z][A-Za-z/\- ]*[A-Za-z])(?P<second>\s*\(?\s*=\s*"
    r"(?P<phrase>[A-Za-z][A-Za-z/\- ]*[A-Za-z])\s*\)?)(?=\s*(?:[,;.)\n$]|$))"
)
_FACTOR = re.compile(
    r"(?P<before>[x×*·]\s+|=\s+(?=[^,;=\n]*\s[x×*·]\s))"
    r"(?P<phrase>[A-Za-z]+(?:[ -](?!x\b)[A-Za-z]+)+?)"
    r"(?=\s+[x×*·/]\s|\s*(?:[,;\n]|$))"
)
_TITLE = re.compile(
    r"^[ \t]*(?P<phrase>[A-Za-z]+(?:[ -][A-Za-z]+)+)[ \t]*(?::?=|:(?=[^\n]*\d?[^\n]*[*×·]))",
    re.MULTILINE,
)
_PART = re.compile(r"\b[Pp]er\b")
_LABEL = re.compile(r"^(?P<label>[ \t]*(?:\w+_)?[Pp]er_\w+[ \t]*):(?!=)", re.MULTILINE)
_JOINED = re.compile(
    rf"\s+and\s+(?P<closed>\}}\s*)?(?=\$?\s*{_NAME}\s*\$?\s*(?:{_TEXT})?"
    r"(?:=|:|is\b|are\b|denotes\b|the\b))"
)


_ONLY_IF = re.compile(r"\bif and only if\b")


def role_of(phrase: str) -> tuple[str, str] | None:
    """Return the size that a phrase names, with the word for it; None if it is not understood."""
    words = re.sub(r"\\(?:text|mathrm)\{|[{}]", "", phrase).lower()
    words = re.sub(r"\bk\s*/?\s*v\b|\bkey\s*[-/]?\s*value\b|\bkeys?/values?\b", "kv", words)
    words = re.sub(r"[-/\s]+", " ", words).strip()
    words = re.sub(r"^(?:the |an? )+|(?<=of )the |(?<=per )the |(?<=in )the ", "", words)
    return next(
        ((role, word) for role, word, form in PHRASES if re.fullmatch(form, words)), None
    )  # fmt: skip


def without_words(text: str) -> str:
    """Return a text of the same length in which sizes explained in words are defined by names.

    Raises:
        Undecidable: a sentence says of a symbol that it counts something else.
    """
    parts, start = [], 0
    for joint in _JOINED.finditer(text):  # `... heads and g = ...` ends a phrase
        mark = "}," if joint["closed"] else ","
        parts += [text[start : joint.start()], mark.ljust(len(joint[0]))]
        start = joint.end()
    joined = "".join((*parts, text[start:]))
    joined = _ONLY_IF.sub(lambda found: "iff".ljust(len(found[0])), joined)
    changed = _BEHIND.sub(_stated, _AFTER.sub(_stated, _REMARK.sub(_blank, joined)))
    changed = _SAME.sub(_once, _FACTOR.sub(_factor, _as_one_word(changed)))
    changed = _GLOSS.sub(_named, _SPOKEN.sub(_spelt, _ASIDE.sub(_opened, changed)))
    return changed if changed != "".join((*parts, text[start:])) else text


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _stated(found: re.Match[str]) -> str:
    """Leave out what is said of a size behind its definition: `g = H_q/H_kv is the group size`."""
    before = found.string[: found.start()]
    clause = re.split(r"[,;\n]|\b(?:where|with|and|let|here)\b", before)[-1]
    return _blank(found) if "=" in clause and role_of(found["phrase"]) else found[0]


def _as_one_word(text: str) -> str:
    """Return a text in which a phrase that a line defines is one name.

    That is one that another line uses, and one that says of what it is a part: `per token: ...`.
    """
    titles = {title["phrase"] for title in _TITLE.finditer(text)}
    for phrase in sorted(titles, key=len, reverse=True):
        is_part = _PART.search(phrase) is not None and role_of(phrase) is None
        if is_part or text.count(phrase) > 1:
            text = text.replace(phrase, re.sub(r"[ -]", "_", phrase))
    return _LABEL.sub(r"\g<label>=", text)


def _factor(found: re.Match[str]) -> str:
    """Return the word for a factor that is written out: `2 x layers x kv heads`."""
    role = role_of(found["phrase"])
    if role is None or len(role[1]) > len(found["phrase"]):
        return found[0]
    return found["before"] + role[1].ljust(len(found["phrase"]))


def _once(found: re.Match[str]) -> str:
    """Leave out what says the same again: `number of groups = number of KV heads`."""
    role = role_of(found["first"])
    if role is None or role_of(found["phrase"]) != role:
        return found[0]
    return found["first"] + " " * len(found["second"])


def _opened(found: re.Match[str]) -> str:
    """Return what a parenthesis explains as clauses of their own: `(b = bytes per element)`."""
    phrase = re.sub(r"^\s*the\s+", "", found["phrase"])
    return f",{found['said']} " if role_of(phrase) else found[0]


def _spelt(found: re.Match[str]) -> str:
    """Return the word for a factor in words: `(number of layers)`."""
    role = role_of(found["phrase"])
    return f"({role[1].ljust(len(found['phrase']))})" if role is not None else found[0]


def _named(found: re.Match[str]) -> str:
    role = role_of(found["phrase"])
    if role is None:
        if found["said"].strip(" $") not in {"=", ":=", ":"} and _COUNTED.search(found["phrase"]):
            said = f"{found['name']} is {found['phrase'].strip()}"
            raise Undecidable(f"it is not clear what '{said}' counts: define it by a formula")
        return found[0]
    if found["name"] == role[1]:  # `bits = bits per element` tells a reader, and says nothing
        blank = _blank(found)
        return f"{blank[:-1]}}}" if _ends_text(found) else blank
    before = found["before"] + "}" * _ends_text(found)
    gap = re.sub(r"\$", " ", found["gap"])
    new = f"{before}{gap}{found['name']} = {role[1]}"
    return new.ljust(len(found[0])) if len(new) <= len(found[0]) else found[0]


def _ends_text(found: re.Match[str]) -> bool:
    r"""Whether a gloss ends a `\text{...}` that began before it."""
    return found["phrase"].endswith("}") and "{" not in found["said"] + found["phrase"]
