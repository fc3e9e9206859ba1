"""A piece of what a person typed, with carets under the part that matters."""

import unicodedata

from rlprep.report.prose import printable

_MARGIN = 12


def underlined(text: str, span: tuple[int, int], width: int) -> list[str]:
    """Return the line of `text` where `span` begins, and a line of carets under the span.

    Args:
        text: what was typed; control characters are made visible.
        span: character range, start and end, in `text`.
        width: columns to fit into; a longer line is cut around the span, with dots.
    """
    start = max(0, min(span[0], len(text)))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = printable(text[first : last if last >= 0 else len(text)]).replace("\t", " ")
    begin = start - first
    end = max(begin + 1, min(span[1] - first, len(line)))
    left = 0
    if _cells(line) > width:
        left = max(0, min(begin - _MARGIN, len(line) - width + 3))
        room = width - (3 if left else 0) - 3
        tail = "..." if left + room < len(line) else ""
        line = ("..." if left else "") + line[left : left + room] + tail
        left -= 3 if left else 0
    before = line[: begin - left]
    marked = line[begin - left : max(begin - left + 1, min(end - left, len(line)))]
    return [line, " " * _cells(before) + "^" * max(1, _cells(marked))]


def _cells(text: str) -> int:
    """Return how many terminal columns a text takes: none for combining marks, two for wide."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
