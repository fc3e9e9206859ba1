"""From numbers to places on an axis, and the round numbers to write beside it."""

import math
from collections.abc import Iterable

from rlprep.labs.lab import Axis, Panel

MOST_TICKS = 8


class Scale:
    """An axis of a chart: its range, and where in it a number stands.

    Args:
        axis: whose scale it is.
        values: what has to fit; on a logarithmic axis those above 0.
    """

    def __init__(self, axis: Axis, values: Iterable[float]) -> None:
        self.log = axis.log
        fits = [each for each in values if math.isfinite(each) and (each > 0 or not axis.log)]
        places = [self._place(each) for each in fits] or [0.0, 1.0]
        self.low, self.high = min(places), max(places)
        if self.high - self.low < 1e-12 * max(1.0, abs(self.high)):
            margin = 0.5 if axis.log else (abs(self.high) / 2 or 0.5)
            self.low, self.high = self.low - margin, self.high + margin

    def share(self, value: float) -> float | None:
        """Return how far along the axis a number stands, 0 to 1; None where it has no place."""
        if not math.isfinite(value) or (self.log and value <= 0):
            return None
        return (self._place(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return round numbers within the range, few enough to be read."""
        found = self._decades() if self.log else _round_steps(self.low, self.high)
        slack = 1e-9 * (self.high - self.low)
        return [
            each for each in found if self.low - slack <= self._place(each) <= self.high + slack
        ]

    def _place(self, value: float) -> float:
        return math.log10(value) if self.log else float(value)

    def _decades(self) -> list[float]:
        """Return powers of ten, with more numbers between them the shorter the range."""
        first, last = math.floor(self.low), math.ceil(self.high)
        span = self.high - self.low
        between = ((1.0, (1, 1.5, 2, 3, 4, 5, 7)), (2.0, (1, 2, 5)), (3.0, (1, 3)))
        factors = next((each for most, each in between if span < most), (1,))
        stride = max(1, math.ceil(span / MOST_TICKS))
        powers = range(first, last + 1, stride)
        return [factor * 10.0**power for power in powers for factor in factors]


def panel_scales(panel: Panel) -> tuple[Scale, Scale]:
    """Return the scales of a panel's two axes, wide enough for all of its lines."""
    x = [each for line in panel.lines for each in line.x]
    y = [each for line in panel.lines for each in line.y]
    return Scale(panel.x, x), Scale(panel.y, y)


def _round_steps(low: float, high: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten that cover a range."""
    raw = (high - low) / (MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]
