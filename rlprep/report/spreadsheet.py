"""Cells of a CSV file that a spreadsheet shows and never runs.

Excel, LibreOffice and Sheets take a cell that begins with = + - @, a tab or a carriage return for a
formula, and some of them the full-width forms too (OWASP, "CSV Injection"). Such a text gets an
apostrophe in front, which a spreadsheet shows or hides and which stays in the file: a name =Ann is
written as '=Ann. Numbers are written as numbers, and none of ours is negative.
"""

import csv
import io
import unicodedata
from collections.abc import Sequence

from rlprep.report.prose import printable

_FORMULA = ("=", "+", "-", "@")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, on one line."""
    shown = printable(" ".join(text.split("\n"))).replace("\t", " ")
    # A spreadsheet may drop blanks and invisible characters before it looks.
    first = unicodedata.normalize("NFKC", shown.lstrip(" \xa0\ufeff\u200b\u200c\u200d\ufffd"))
    is_formula = first.startswith(_FORMULA) or text[:1] in ("\t", "\r", "\n")
    return f"'{shown}" if is_formula else shown


def rows(lines: Sequence[Sequence[str | int | None]]) -> str:
    """Return lines of cells as CSV (RFC 4180); None, no mark, is an empty cell.

    Texts are all quoted, so that a separator of another country's settings can't split one.
    """
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for line in lines:
        writer.writerow([_cell(value) for value in line])
    return file.getvalue()


def _cell(value: str | int | None) -> str | int:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else value
