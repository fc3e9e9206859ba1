"""The bank's Markdown with LaTeX in it, made ready for a terminal: blocks of text and displays."""

import re
from dataclasses import dataclass

from rlprep import mathtext

# What Markdown would take for markup inside a formula's text.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


@dataclass(frozen=True)
class Block:
    """A stretch of Markdown, or one displayed formula."""

    text: str
    is_display: bool


def blocks(text: str, style: mathtext.Style, *, escape: bool) -> list[Block]:
    """Split a text at its displayed formulas, all mathematics turned into plain characters.

    Args:
        text: Markdown with LaTeX between dollar signs.
        style: Unicode for eyes, spelled for ears.
        escape: put backslashes before what Markdown would take for markup in a formula.
    """
    found: list[Block] = []
    prose = ""
    for piece, is_math, is_display in mathtext.spans(text):
        if not is_math:
            prose += piece
            continue
        shown = _shown(piece, style)
        if is_display:
            found += [Block(prose, is_display=False)] if prose.strip() else []
            found.append(Block(shown.rstrip(".,;"), is_display=True))
            prose = ""
        else:
            prose += _MARKUP.sub(r"\\\1", shown) if escape else shown
    return found + ([Block(prose, is_display=False)] if prose.strip() else [])


def _shown(latex: str, style: mathtext.Style) -> str:
    """Return a formula as text; one outside of the subset is shown as its author wrote it."""
    try:
        return mathtext.render(latex, style)
    except mathtext.MathError:
        return latex.strip()


def without_markup(markdown: str) -> str:
    """Return Markdown as a screen reader should speak it: no emphasis marks, no heading marks."""
    text = re.sub(r"^#+ +", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"(\*\*|__)(.+?)\1", r"\2", text, flags=re.DOTALL)
    text = re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"\1", text)
    return re.sub(r"`([^`]+)`", r"\1", text)


def printable(text: str) -> str:
    """Return what a person typed with control characters made visible.

    A terminal would obey an escape sequence inside a pasted answer; bidirectional overrides would
    reorder what is shown.
    """
    return "".join(char if _is_harmless(char) else "\ufffd" for char in text)


def _is_harmless(char: str) -> bool:
    # People's names hold no-break spaces, and the two joiners of Persian and of Indian scripts.
    return char in "\n\t\xa0\u200c\u200d" or char.isprintable()
