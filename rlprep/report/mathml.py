r"""LaTeX as MathML for browsers, well-formed by construction.

latex2mathml does the translation. What browsers of today (MathML Core) pass over or set badly is
mended on its tree: columns of ``cases``, words spelled letter by letter, the space after ``log``.
"""

import html
import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rlprep.mathtext import MathError

LONGEST = 4000
DEEPEST = 60
STYLE = """
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "TeX Gyre Termes Math",
  "Noto Sans Math", "DejaVu Math TeX Gyre", math; font-size: 1.05em; }
math[display="block"] { margin: .6rem 0; overflow-x: auto; overflow-y: hidden; }
"""
"""CSS for pages with mathematics. Only a font with a table for it lets braces and sums grow."""

_ATTRIBUTES = {
    "xmlns", "display", "stretchy", "fence", "form", "mathvariant", "width", "accent", "height",
    "displaystyle", "scriptlevel", "lspace", "rspace", "minsize", "maxsize", "linethickness",
}  # fmt: skip
_BOLD_DIGITS = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
_ESCAPED = re.compile(r"\\([_%$#&{} ])")
_SCRIPTED = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
_BELOW = {"msub": "munder", "msubsup": "munderover"}
_LIMITS = {"max", "min", "sup", "inf", "lim", "argmax", "argmin"}
_SIGNS = {"−", "+"}
_TIGHT = {"/", "|"}
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_ARITY = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2,
    "munderover": 3,
}  # fmt: skip
_CLOSING = {")", "]", "}"}
_THIN = "0.167em"


def mathml(latex: str, *, is_display: bool) -> str:
    """Return a formula as a ``<math>`` element.

    Args:
        latex: without dollar signs.
        is_display: set on a line of its own, with limits above and below.

    Raises:
        MathError: unbalanced, too long or too deep, or a command that isn't known.
    """
    if len(latex) > LONGEST:
        raise MathError("too long")
    _check_braces(latex)
    try:
        return _converted(latex, "block" if is_display else "inline")
    except MathError:
        raise
    except Exception as error:  # the library's errors share no base, and odd input finds others
        raise MathError(f"can't be set: {error or type(error).__name__}") from None


def _converted(latex: str, display: str) -> str:
    from latex2mathml.converter import convert_to_element

    root = convert_to_element(latex, display=display)
    for element in root.iter():
        if len(element) != _ARITY.get(element.tag, len(element)):
            raise MathError("an argument is missing")
        _mend_text(element)
        _mend_attributes(element)
    for element in list(root.iter()):
        _join_letters(element)
        _mark_signs(element)
        if display == "block":
            _put_limits_below(element)
    for element in list(root.iter()):
        _space_functions(element)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _check_braces(latex: str) -> None:
    depth = 0
    for brace in _BRACE.findall(latex):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if not 0 <= depth <= DEEPEST:
            raise MathError("a '}' without its '{'" if depth < 0 else "nested too deeply")
    if depth:
        raise MathError("a '}' is missing")


def _mend_text(element: Element) -> None:
    """Turn references into characters, so that they are escaped once, and words into words."""
    text = html.unescape(element.text or "")
    if element.tag == "mtext":
        text = _ESCAPED.sub(r"\1", text)
    elif text.startswith("\\"):
        raise MathError(f"unknown command {text}")
    if element.tag == "mo" and len(text) > 1 and text.isalpha():
        element.tag = "mi"  # an operator would get space on both sides, even before a bracket
    if text == "^":
        text = "ˆ"  # the accent, not the sign of a power
    if element.tag == "mn" and element.get("mathvariant") == "bold":
        text = text.translate(_BOLD_DIGITS)
    element.text = text or None


def _mend_attributes(element: Element) -> None:
    """Keep what browsers know and can't load anything; align columns in the way they know."""
    alignment = element.get("columnalign")
    for name in set(element.attrib) - _ATTRIBUTES:
        del element.attrib[name]
    if element.tag == "mtd" and alignment in ("left", "right"):
        element.set("style", f"text-align: {alignment}; padding: 0.15em 1em 0.15em 0.1em")
    if element.tag == "mo" and element.text in _TIGHT:
        element.attrib |= {"lspace": "0.08em", "rspace": "0.08em"}
    if element.tag == "mover" and element.get("accent") == "true" and len(element) == 2:
        element[1].set("stretchy", "false")
    if element.tag == "mn" or (element.tag == "mi" and len(element.text or "") > 1):
        element.attrib.pop("mathvariant", None)


def _is_roman(element: Element) -> bool:
    return element.tag == "mi" and element.get("mathvariant") == "normal" and not len(element)


def _join_letters(element: Element) -> None:
    """Make one name of the upright letters that a word was split into."""
    joined: list[Element] = []
    for child in element:
        before = joined[-1] if joined else None
        if before is not None and _is_roman(child) and _is_word(before):
            before.text = (before.text or "") + (child.text or "")
            before.attrib.pop("mathvariant", None)
        else:
            joined.append(child)
    element[:] = joined


def _is_word(element: Element) -> bool:
    upright = element.get("mathvariant") == "normal" or len(element.text or "") > 1
    return element.tag == "mi" and upright and (element.text or "").isalpha()


def _mark_signs(element: Element) -> None:
    """Tell the minus of -1 from that of a difference: browsers look only at a row's first entry."""
    for before, child in pairwise(element):
        signed = child.tag == "mo" and child.text in _SIGNS
        if signed and before.tag == "mo" and before.text not in (*_CLOSING, "!"):
            child.set("form", "prefix")


def _put_limits_below(element: Element) -> None:
    if element.tag in _BELOW and _base(element).text in _LIMITS:
        element.tag = _BELOW[element.tag]


def _space_functions(element: Element) -> None:
    """Put a thin space between a named function and an argument without a bracket: log p, max A."""
    if element.tag not in ("mrow", "math", "mtd", "mstyle", "msqrt"):
        return
    spaced: list[Element] = []
    for at, child in enumerate(element):
        spaced.append(child)
        after = list(element)[at + 1 :]
        argument = _is_function(child) and _starts_argument(after)
        if argument or (_ends_factor(child) and any(map(_is_function, after[:1]))):
            spaced.append(Element("mspace", width=_THIN))
    element[:] = spaced


def _is_function(element: Element) -> bool:
    base = _base(element)
    return base.tag == "mi" and len(base.text or "") > 1 and (base.text or "").isascii()


def _base(element: Element) -> Element:
    while element.tag in _SCRIPTED or (element.tag == "mrow" and len(element) == 1):
        element = element[0]
    return element


def _starts_argument(rest: Sequence[Element]) -> bool:
    return bool(rest) and rest[0].tag not in ("mo", "mspace") and not _opens(rest[0])


def _opens(element: Element) -> bool:
    while len(element) and element.tag in ("mrow", "mstyle", *_SCRIPTED):
        element = element[0]
    return element.tag == "mo"


def _ends_factor(element: Element) -> bool:
    while len(element) and element.tag == "mrow":
        element = element[-1]
    return element.tag in ("mi", "mn", "mfrac", "msqrt", *_SCRIPTED) or element.text in _CLOSING
