"""A lab's plot drawn with characters: legible without colour, in 80 columns, through a pipe.

Paths are drawn in dots (braille, or full stops where the encoding has no braille); every line has
a mark of its own at its points, and a legend beneath says whose it is.
"""

import itertools
import math
import textwrap
from collections import defaultdict

from rich.cells import cell_len

from rlprep.labs.lab import Line, Panel
from rlprep.report.lab_numbers import with_unit
from rlprep.report.lab_scale import Scale, panel_scales

MARKS = "ox+*#@%&=$"
HEIGHT = 14
APART = 5  # columns between two marks of a line with many points
# Braille: the bit of each of the 2 x 4 dots of a character.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

Place = tuple[float, float]


def chart_lines(panel: Panel, width: int = 80, *, unicode: bool = True) -> list[str]:
    """Return a panel as lines of at most `width` characters."""
    x, y = panel_scales(panel)
    labels = _y_labels(y)
    margin = max(map(len, labels.values()), default=0) + 1
    columns = max(width - margin - 2, 20)
    drawing = _Drawing(columns, HEIGHT, unicode=unicode)
    for index, line in enumerate(panel.lines):
        drawing.add(_places(line, x, y), MARKS[index % len(MARKS)])
    side, corner, floor = ("│", "└", "─") if unicode else ("|", "+", "-")
    lines = [*textwrap.wrap(panel.title, width), f"{with_unit(panel.y)}{_log_note(panel.y.log)}"]
    for row, text in enumerate(drawing.rows()):
        lines.append(f"{labels.get(row, ''):>{margin}}{side}{text}".rstrip())
    lines.append(" " * margin + corner + floor * columns)
    lines.append(" " * (margin + 1) + _x_labels(panel, x, columns))
    name = f"{with_unit(panel.x)}{_log_note(panel.x.log)}"
    lines.append((" " * (margin + 1) + name.center(columns)).rstrip())
    return lines + _legend(panel, width)


class _Drawing:
    """Characters that paths and marks are put on."""

    def __init__(self, columns: int, rows: int, *, unicode: bool) -> None:
        self.columns, self.height, self.unicode = columns, rows, unicode
        self.dots: dict[tuple[int, int], int] = defaultdict(int)
        self.marks: dict[tuple[int, int], list[str]] = defaultdict(list)

    def add(self, places: list[Place | None], mark: str) -> None:
        """Draw one line: dots from point to point, its mark on the points."""
        for start, end in itertools.pairwise(places):
            if start is not None and end is not None:
                self._path(start, end)
        last = -math.inf
        known = [place for place in places if place is not None]
        for place in known:
            column = round(place[0] * (self.columns - 1))
            if column - last >= APART or len(known) <= self.columns // APART:
                row = round((1 - place[1]) * (self.height - 1))
                self.marks[row, column].append(mark)
                last = column

    def _path(self, start: Place, end: Place) -> None:
        wide, high = 2 * self.columns - 1, 4 * self.height - 1
        steps = max(abs(end[0] - start[0]) * wide, abs(end[1] - start[1]) * high, 1)
        for step in range(math.ceil(steps) + 1):
            share = min(step / steps, 1.0)
            across = round((start[0] + (end[0] - start[0]) * share) * wide)
            down = round((1 - start[1] - (end[1] - start[1]) * share) * high)
            self.dots[down // 4, across // 2] |= _DOTS[down % 4][across % 2]

    def rows(self) -> list[str]:
        """Return the drawing; lines whose points coincide take turns at showing their mark."""
        turns = itertools.count()
        text = [
            [self._dot(row, column) for column in range(self.columns)] for row in range(self.height)
        ]
        for (row, column), marks in sorted(self.marks.items(), key=lambda item: item[0][1]):
            text[row][column] = marks[next(turns) % len(marks)] if len(marks) > 1 else marks[0]
        return ["".join(row) for row in text]

    def _dot(self, row: int, column: int) -> str:
        bits = self.dots.get((row, column), 0)
        if not bits:
            return " "
        return chr(0x2800 + bits) if self.unicode else "."


def _places(line: Line, x: Scale, y: Scale) -> list[Place | None]:
    """Return each point as shares of both axes; None where it can't be shown."""
    places: list[Place | None] = []
    for across, up in zip(line.x, line.y, strict=True):
        place = x.share(across), y.share(up)
        places.append(None if place[0] is None or place[1] is None else (place[0], place[1]))
    return places


def _y_labels(scale: Scale) -> dict[int, str]:
    """Return the numbers beside the rows."""
    labels: dict[int, str] = {}
    for tick in scale.ticks():
        share = scale.share(tick)
        if share is not None:
            labels.setdefault(round((1 - share) * (HEIGHT - 1)), _tick_text(tick))
    return labels


def _x_labels(panel: Panel, scale: Scale, columns: int) -> str:
    """Return the line of numbers beneath: where points stand if they are few, else round ones."""
    points = sorted({each for line in panel.lines for each in line.x})
    text = [" "] * columns
    free = 0
    for tick in points if 1 < len(points) <= 12 else scale.ticks():
        share = scale.share(tick)
        if share is None:
            continue
        label = _tick_text(tick)
        start = round(share * (columns - 1)) - len(label) // 2
        start = min(max(start, 0), columns - len(label))
        if start >= free:
            text[start : start + len(label)] = label
            free = start + len(label) + 1
    return "".join(text).rstrip()


def _tick_text(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.4g}".replace("e+0", "e").replace("e-0", "e-")


def _log_note(log: bool) -> str:
    return ", log scale" if log else ""


def _legend(panel: Panel, width: int) -> list[str]:
    """Return mark and name of each line, as many beside each other as fit."""
    entries = [
        f"{MARKS[index % len(MARKS)]} {line.label}" for index, line in enumerate(panel.lines)
    ]
    lines = ["  "]
    for entry in entries:
        if cell_len(lines[-1]) + cell_len(entry) > width and lines[-1].strip():
            lines.append("  ")
        lines[-1] += entry + "   "
    return [line.rstrip() for line in lines]
