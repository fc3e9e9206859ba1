"""A lab's table as CSV: units in the header, intervals in columns of their own, all digits."""

import csv
import io

from rlprep.labs.lab import Cell, Estimate, LabResult
from rlprep.report.lab_numbers import with_unit


def lab_csv(result: LabResult) -> str:
    """Return RFC 4180 text with a line of names and one line a row."""
    uncertain = [
        any(isinstance(row[index], Estimate) for row in result.rows)
        for index in range(len(result.columns))
    ]
    names: list[str] = []
    for column, has_interval in zip(result.columns, uncertain, strict=True):
        name = with_unit(column)
        names += [name, f"{name}, 95 % low", f"{name}, 95 % high"] if has_interval else [name]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for row in result.rows:
        cells: list[float | int | str] = []
        for cell, has_interval in zip(row, uncertain, strict=True):
            cells += _cells(cell, has_interval)
        writer.writerow(cells)
    return text.getvalue()


def _cells(cell: Cell, has_interval: bool) -> list[float | int | str]:
    if isinstance(cell, Estimate):
        known = cell.half_width is not None
        return [cell.mean, cell.low if known else "", cell.high if known else ""]
    value = "" if cell is None else cell
    return [value, "", ""] if has_interval else [value]
