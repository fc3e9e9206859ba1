"""The bank's Markdown with LaTeX in it as HTML; how mathematics is set is the caller's choice.

Nothing in the result can load or run anything: raw HTML is text, images are left out, and links
lead only where Markdown's own parser lets them.
"""

import re
from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt

from rlprep import mathtext
from rlprep.report.mathml import mathml
from rlprep.report.prose import printable

SetMath = Callable[[str, bool], str]
"""Turns LaTeX, and whether it stands on a line of its own, into HTML."""

# Private characters that stand for a formula while Markdown is read.
_OPEN, _CLOSE = "\ue000", "\ue001"
# With what is written right after it: a full stop must not begin the next line.
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}([.,;:!?)\\]]*)")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def as_mathml(latex: str, is_display: bool) -> str:
    """Return LaTeX as MathML; what can't be set is shown as its author wrote it."""
    try:
        return mathml(latex, is_display=is_display)
    except mathtext.MathError:
        return f"<code>{escape(printable(latex.strip()))}</code>"


def as_mathjax(latex: str, is_display: bool) -> str:
    r"""Return LaTeX between the delimiters of MathJax, ``\(`` or ``\[``, as Anki wants it."""
    opened, closed = (r"\[", r"\]") if is_display else (r"\(", r"\)")
    return f"{opened}{escape(printable(latex.strip()), quote=False)}{closed}"


def to_html(markdown: str, set_math: SetMath = as_mathml, *, shift: int = 0) -> str:
    """Return a text of the bank as HTML blocks.

    Args:
        markdown: with LaTeX between dollar signs.
        set_math: how formulas are set.
        shift: how many levels its headings go down.
    """
    formulas: list[str] = []
    text = ""
    for piece, is_math, is_display in mathtext.spans(markdown):
        if is_math:
            text += f"{_OPEN}{len(formulas)}{_CLOSE}"
            formulas.append(set_math(piece, is_display))
        else:
            text += printable(piece).replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd")
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + shift, 6)}"
    body = str(_PARSER.renderer.render(tokens, _PARSER.options, {}))
    return _MARK.sub(lambda found: _joined(formulas[int(found[1])], found[2]), body)


def _joined(formula: str, after: str) -> str:
    if after and formula.startswith("<math") and 'display="block"' not in formula:
        return f"<span style='white-space: nowrap'>{formula}{after}</span>"
    return formula + after


def to_inline_html(markdown: str, set_math: SetMath = as_mathml) -> str:
    """Return a text of one paragraph as HTML without the paragraph around it."""
    body = to_html(markdown, set_math).strip()
    inner = body.removeprefix("<p>").removesuffix("</p>")
    return inner if body.startswith("<p>") and "<p>" not in inner else body


def without_title(markdown: str) -> str:
    """Return a model answer without its first heading, which repeats the question's title."""
    return re.sub(r"\A\s*# .*\n", "", markdown)
