"""A lab's table as text: names over units over numbers, within the width of a terminal."""

import textwrap
from dataclasses import dataclass

from rich.cells import cell_len

from rlprep.labs.lab import Cell, Estimate, LabResult
from rlprep.report.lab_numbers import cell_text

GAP = "  "
NAME_WIDTH = 14
MOST_KEYS = 3


@dataclass(frozen=True)
class _Column:
    """A column as text: lines of its name, its unit, its cells, and whether they are words."""

    names: list[str]
    unit: str
    cells: list[str]
    is_words: bool

    @property
    def width(self) -> int:
        return max(map(cell_len, [*self.names, self.unit, *self.cells]))

    def padded(self, text: str) -> str:
        room = " " * (self.width - cell_len(text))
        return text + room if self.is_words else room + text


def table_lines(result: LabResult, width: int = 80, *, unicode: bool = True) -> list[str]:
    """Return the table as lines of at most `width` characters.

    Columns that don't fit beside the others follow below, after those that say which row it is.
    """
    columns = [_column(result, index, unicode=unicode) for index in range(len(result.columns))]
    count = _keys(result)
    keys, blocks = columns[:count], []
    block = [*keys]
    for column in columns[count:]:
        if _width([*block, column]) > width and len(block) > len(keys):
            blocks.append(block)
            block = [*keys]
        block.append(column)
    lines: list[str] = []
    for each in [*blocks, block]:
        lines += [*([""] if lines else []), *_joined(each, unicode=unicode)]
    return lines


def _keys(result: LabResult) -> int:
    """Return how many columns at the left say which row it is: those before the first estimate."""
    for index in range(min(MOST_KEYS, len(result.columns) - 1), 0, -1):
        before = (row[:index] for row in result.rows)
        follows = any(isinstance(row[index], Estimate) for row in result.rows)
        if follows and not any(isinstance(cell, Estimate) for row in before for cell in row):
            return index
    return 1


def _column(result: LabResult, index: int, *, unicode: bool) -> _Column:
    head = result.columns[index]
    cells: list[Cell] = [row[index] for row in result.rows]
    grouped = any(isinstance(cell, int) and abs(cell) >= 1_000_000 for cell in cells)
    texts = [cell_text(cell, unicode=unicode, grouped=grouped) for cell in cells]
    names = textwrap.wrap(head.name, NAME_WIDTH, break_long_words=False)
    return _Column(names, head.unit, texts, any(isinstance(cell, str) for cell in cells))


def _width(block: list[_Column]) -> int:
    return sum(column.width for column in block) + len(GAP) * (len(block) - 1)


def _joined(block: list[_Column], *, unicode: bool) -> list[str]:
    """Return columns beside each other under their names, units and a rule."""
    deepest = max(len(column.names) for column in block)
    rows = [
        [("" if line < deepest - len(each.names) else each.names[line - deepest]) for each in block]
        for line in range(deepest)
    ]
    if any(column.unit for column in block):
        rows.append([column.unit for column in block])
    rows.append([("─" if unicode else "-") * column.width for column in block])
    rows += [list(row) for row in zip(*(column.cells for column in block), strict=True)]
    return [
        GAP.join(column.padded(text) for column, text in zip(block, row, strict=True)).rstrip()
        for row in rows
    ]
