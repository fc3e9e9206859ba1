"""Numbers of a lab as people read them: three digits that matter, and what is uncertain."""

import math

from rlprep.labs.lab import Axis, Cell, Column, Estimate


def number_text(value: float) -> str:
    """Return three significant digits; whole numbers in full."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "-" if math.isnan(value) else str(value)
    if value == 0:
        return "0"
    exponent = int(f"{value:.2e}".partition("e")[2])  # after rounding: 0.9999 is 1.00
    if not -4 <= exponent < 9:
        return f"{value:.2e}"
    return f"{value:.{max(0, 2 - exponent)}f}"


def cell_text(cell: Cell, *, unicode: bool = True, grouped: bool = False) -> str:
    """Return a cell of the table; `grouped` sets thousands of whole numbers apart."""
    if cell is None:
        return "-"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Estimate):
        return _estimate_text(cell, "±" if unicode else "+-")
    return f"{cell:,}" if grouped and isinstance(cell, int) else number_text(cell)


def _estimate_text(cell: Estimate, plus_minus: str) -> str:
    """Return a mean to the digit at which its interval begins, and one more."""
    if cell.half_width is None:
        return number_text(cell.mean)
    if not (math.isfinite(cell.half_width) and cell.half_width > 0):
        return f"{number_text(cell.mean)} {plus_minus} {number_text(cell.half_width)}"
    size = max(cell.half_width, abs(cell.mean) * 1e-4)
    decimals = 1 - math.floor(math.log10(size))
    if not -7 <= decimals <= 6:
        return f"{cell.mean:.2e} {plus_minus} {cell.half_width:.1e}"
    places = max(decimals, 0)
    return f"{cell.mean:.{places}f} {plus_minus} {cell.half_width:.{places}f}"


def with_unit(part: Column | Axis) -> str:
    """Return a name with its unit in brackets, where it has one."""
    return f"{part.name} ({part.unit})" if part.unit else part.name
