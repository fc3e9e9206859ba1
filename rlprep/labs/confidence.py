"""Means over seeds with 95 % confidence intervals by Student's t."""

import math
from collections.abc import Callable, Sequence
from statistics import fmean, stdev
from typing import TypeVar

from rlprep.labs.lab import Estimate, Line, Settings

LEVEL = 0.95
Measured = TypeVar("Measured")


def over_seeds(settings: Settings, measure: Callable[[Settings], Measured]) -> tuple[Measured, ...]:
    """Return what each of the settings' seeds gives, in order.

    Args:
        settings: seeds `seed`, `seed + 1`, ... are used, `seeds` of them.
        measure: called with settings of one seed, whose progress is a part of the whole.
    """
    measured = []
    for index in range(settings.seeds):

        def progress(share: float, index: int = index) -> None:
            settings.progress((index + share) / settings.seeds)

        one = Settings(settings.seed + index, 1, settings.quick, progress)
        measured.append(measure(one))
        settings.progress((index + 1) / settings.seeds)
    return tuple(measured)


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean of independent values and its interval: t · s / √n, n − 1 degrees.

    The interval assumes values that are roughly normal around their mean; with few seeds it is
    wide for good reason (t is 12.7 for two of them).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("an estimate needs at least one value")
    if len(values) == 1:
        return Estimate(float(values[0]))
    spread = stdev(values) / math.sqrt(len(values))
    return Estimate(fmean(values), student_t(len(values) - 1) * spread)


def line(label: str, x: Sequence[float], estimates: Sequence[Estimate]) -> Line:
    """Return a line through means, with their intervals as its band where there are any."""
    y = tuple(each.mean for each in estimates)
    if any(each.half_width is None for each in estimates):
        return Line(label, tuple(x), y)
    low = tuple(each.low for each in estimates)
    high = tuple(each.high for each in estimates)
    return Line(label, tuple(x), y, low, high)


def student_t(degrees: int, level: float = LEVEL) -> float:
    """Return t with P(|T| ≤ t) = level for Student's t with whole degrees of freedom.

    Raises:
        ValueError: no degrees, or a level outside of 0 to 1.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4: the
        probability as a finite sum of powers of the cosine of θ = atan(t / √degrees).
    """
    if degrees < 1 or not 0 < level < 1:
        raise ValueError("student_t needs at least one degree of freedom and a level from 0 to 1")
    low, high = 0.0, math.pi / 2
    for _ in range(80):  # halves the interval of θ each time: to the last bit
        middle = (low + high) / 2
        if _within(middle, degrees) < level:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(low)


def _within(theta: float, degrees: int) -> float:
    """Return P(|T| ≤ √degrees · tan θ)."""
    cosine, is_odd = math.cos(theta), degrees % 2
    term = cosine if is_odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 + is_odd, degrees - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    if is_odd:
        return 2 / math.pi * (theta + math.sin(theta) * total)
    return math.sin(theta) * total
