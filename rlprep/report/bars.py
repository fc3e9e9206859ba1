"""A small bar chart of shares in plain characters: readable without colour, and in a log."""

from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def bars(values: Sequence[float | None], height: int, width: int) -> list[str]:
    """Return the rows of a chart from 0 to 1, the top one first.

    Args:
        values: one a bar; None leaves a gap.
        height: how many rows.
        width: how many columns each bar has, a blank one after it included.
    """
    rows = []
    for row in range(height - 1, -1, -1):
        cells = []
        for value in values:
            eighths = 0 if value is None else min(max(round(value * height * 8) - row * 8, 0), 8)
            if value is not None and row == 0:
                eighths = max(eighths, 1)  # nothing known is not the same as no value
            cells.append(_EIGHTHS[eighths] * (width - 1) + " ")
        rows.append("".join(cells))
    return rows
