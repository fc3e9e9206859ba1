r"""Rewrites LaTeX as people type it in a chat: Unicode (γλ, Σ, ᵀ) or ASCII (gamma, sum, ^T)."""

import re
from random import Random

from tests.formula.corpus.latex_style import group

GREEK = {
    "gamma": "γ",
    "lambda": "λ",
    "delta": "δ",
    "theta": "θ",
    "pi": "π",
    "epsilon": "ε",
    "beta": "β",
    "phi": "φ",
    "rho": "ρ",
}
UNICODE = {
    "sum": "Σ",
    "infty": "∞",
    "nabla": "∇",
    "log": "log ",
    "exp": "exp",
    "min": "min",
    "max": "max",
    "le": "≤",
    "ge": "≥",
    "mid": "|",
    "|": "‖",
    "cdots": "…",
    "cdot": "·",
    "times": "×",
    "sim": "∼",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "bmod": " mod ",
    "quad": " ",
}
ASCII = UNICODE | {
    "sum": "sum",
    "infty": "inf",
    "nabla": "grad",
    "le": "<=",
    "ge": ">=",
    "|": "||",
    "cdots": "...",
    "cdot": "*",
    "times": "*",
    "sim": "~",
    "lfloor": "floor(",
    "rfloor": ")",
    "lceil": "ceil(",
    "rceil": ")",
}
SUPERSCRIPTS = str.maketrans("0123456789+-nkl", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵏˡ")
SUBSCRIPTS = str.maketrans("0123456789+-tkl", "₀₁₂₃₄₅₆₇₈₉₊₋ₜₖₗ")
# What only a page can hold: rows, braces over several lines, an operator with its variable below.
UNTYPABLE = re.compile(r"\\begin|\\underset|\\int|\\text\{(?!old|subject to|s\.t\.)")
# A space between two factors, where a star may stand: not after the name of an operator.
PRODUCT = re.compile(
    r"(?<!\w)((?!max|min|sum|grad|log|exp|mod|s\.t)\w+(?:_\w+|\^\w+)?) (?=\w+[_(\[])"
)


def typable(tex: str) -> bool:
    """Return whether somebody would type this form in one line of plain text."""
    return not UNTYPABLE.search(tex)


def to_unicode(tex: str, rng: Random) -> str:
    """Return the form in Unicode mathematics."""
    text = _convert(tex, UNICODE, "√", unicode=True)
    text = text.replace("^⊤", "ᵀ")
    if rng.random() < 0.5:
        text = re.sub(r"\^([0-9nkl])(?![\w(])", lambda m: m[1].translate(SUPERSCRIPTS), text)
    if rng.random() < 0.4:
        text = re.sub(r"_([tkl])(?!\w)", lambda m: m[1].translate(SUBSCRIPTS), text)
        text = re.sub(r"_\{([tkl+\-0-9]+)\}", lambda m: m[1].translate(SUBSCRIPTS), text)
    if rng.random() < 0.6:
        text = text.replace("-", "−")
    if rng.random() < 0.3:
        text = re.sub(r"(?<!\w)E(?=[_\[])", "𝔼", text)
    return _tidy(text)


def to_ascii(tex: str, rng: Random) -> str:
    """Return the form in ASCII."""
    text = _convert(tex, ASCII, "sqrt", unicode=False).replace("^⊤", "^T")
    if rng.random() < 0.3:
        text = text.replace("inf}", "infinity}")
    if rng.random() < 0.3:
        text = PRODUCT.sub(r"\1 * ", text)
    return _tidy(text)


def _convert(tex: str, words: dict[str, str], root: str, *, unicode: bool) -> str:
    tex = tex.replace(r"(\cdot", "(." if unicode is False else "(·")
    out: list[str] = []
    position = 0
    while position < len(tex):
        if tex[position] != "\\":
            out.append(tex[position])
            position += 1
            continue
        command = re.compile(r"\\([a-zA-Z]+|.)").match(tex, position)
        assert command is not None
        name, position = command[1], command.end()
        match name:
            case "frac":
                top, position = group(tex, position)
                bottom, position = group(tex, position)
                written = [_convert(part, words, root, unicode=unicode) for part in (top, bottom)]
                out.append("({}/{})".format(*map(_bracketed, written)))
            case "sqrt":
                inside, position = group(tex, position)
                out.append(f"{root}({_convert(inside, words, root, unicode=unicode)})")
            case "mathrm" | "mathbb" | "mathcal" | "text" | "mathbf":
                inside, position = group(tex, position)
                out.append(_convert(inside, words, root, unicode=unicode))
            case "hat" | "bar":
                mark = {"hat": "\N{COMBINING CIRCUMFLEX ACCENT}", "bar": "\N{COMBINING MACRON}"}
                letter = re.compile(r"\s*(\w)").match(tex, position)
                assert letter is not None
                out.append(letter[1] + (mark[name] if unicode else ""))
                position = letter.end()
            case "left" | "right" | "," | ";" | "!" | " ":
                out.append(" " if name in ",; " else "")
            case "top":
                out.append("⊤")
            case _ if name in GREEK:
                out.append(GREEK[name] if unicode else name + _gap(tex, position))
            case _ if name in words:
                out.append(words[name])
            case _:
                raise ValueError(f"no plain spelling for \\{name}")
    return "".join(out)


def _gap(tex: str, position: int) -> str:
    """Return the space that keeps a Greek word apart from the word after it."""
    follower = tex[position : position + 1]
    return " " if follower.isalnum() or follower == "\\" else ""


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if re.fullmatch(r"\w+(_\{?\w+\}?)*(\([^()]*\))?", text) else f"({text})"


def _tidy(text: str) -> str:
    text = re.sub(r"(?<=[\[(⌊⌈]) +| +(?=[\]),⌋⌉])", "", text)
    text = re.sub(r" {2,}", " ", text.replace(", ", ", ")).strip()
    return _without_double_brackets(text)


def _without_double_brackets(text: str) -> str:
    """Return the text with `((x))` written as `(x)`."""
    opened: list[int] = []
    closes: dict[int, int] = {}
    for position, character in enumerate(text):
        if character == "(":
            opened.append(position)
        elif character == ")" and opened:
            closes[opened.pop()] = position
    drop = {
        place
        for start, end in closes.items()
        if closes.get(start + 1) == end - 1
        for place in (start, end)
    }
    return "".join(character for place, character in enumerate(text) if place not in drop)
