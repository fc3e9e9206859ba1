"""A lab's table as text: names over units over numbers, within the width of a terminal."""

import textwrap

from rlprep.labs.lab import Cell, LabResult
from rlprep.report.lab_numbers import cell_text

GAP = "  "
NAME_WIDTH = 14


def table_lines(result: LabResult, width: int = 80, *, unicode: bool = True) -> list[str]:
    """Return the table as lines of at most `width` characters.

    Columns that don't fit beside the others follow below, the first column repeated.
    """
    columns = [_column(result, index, unicode=unicode) for index in range(len(result.columns))]
    first, *others = columns
    lines: list[str] = []
    block, used = [first], len(first[0])
    for column in others:
        if used + len(GAP) + len(column[0]) > width and len(block) > 1:
            lines += [*_joined(block), ""]
            block, used = [first], len(first[0])
        block.append(column)
        used += len(GAP) + len(column[0])
    return [*lines, *_joined(block)]


def _column(result: LabResult, index: int, *, unicode: bool) -> list[str]:
    """Return a column as cells of one width: its name, its unit, a rule, its numbers."""
    head = result.columns[index]
    cells: list[Cell] = [row[index] for row in result.rows]
    grouped = any(isinstance(cell, int) and abs(cell) >= 1_000_000 for cell in cells)
    texts = [cell_text(cell, unicode=unicode, grouped=grouped) for cell in cells]
    names = textwrap.wrap(head.name, NAME_WIDTH, break_long_words=False) or [""]
    deepest = max(len(textwrap.wrap(each.name, NAME_WIDTH)) for each in result.columns)
    heads = [""] * (deepest - len(names)) + names
    if any(each.unit for each in result.columns):
        heads.append(head.unit)
    size = max(map(len, [*heads, *texts]))
    is_words = any(isinstance(cell, str) for cell in cells)
    aligned = [text.ljust(size) if is_words else text.rjust(size) for text in [*heads, *texts]]
    rule = ("─" if unicode else "-") * size
    return [*aligned[: len(heads)], rule, *aligned[len(heads) :]]


def _joined(block: list[list[str]]) -> list[str]:
    return [GAP.join(cells).rstrip() for cells in zip(*block, strict=True)]
