"""Repetitions of a lab: independent generators, and what their spread says about the mean."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch

from rlprep.labs.lab import Cell, Column, Estimate, Line, Settings
from rlprep.labs.stopwatch import one_thread

LEVEL = 0.95


def generators(settings: Settings) -> list[torch.Generator]:
    """Return one generator for each repetition, independent of each other.

    Asking for more repetitions leaves the first ones as they were.
    """
    children = np.random.SeedSequence(settings.seed % 2**128).spawn(settings.seeds)
    states = [int(child.generate_state(1, np.uint64)[0]) for child in children]
    return [torch.Generator().manual_seed(state) for state in states]


def repeat(
    settings: Settings, measure: Callable[[torch.Generator, Callable[[float], None]], np.ndarray]
) -> np.ndarray:
    """Return `[repetitions, ...]`: what `measure` finds with the generator of each repetition.

    Args:
        settings: how often, from which seed, and who hears about the progress.
        measure: given a generator, and a function for its own share done, 0 to 1.
    """
    found = []
    with one_thread():  # the arrays are small, and sums come out alike however many cores there are
        for index, generator in enumerate(generators(settings)):

            def progress(share: float, index: int = index) -> None:
                settings.progress((index + share) / settings.seeds)

            found.append(measure(generator, progress))
            progress(1.0)
    return np.stack(found)


def t_probability(t: float, degrees: int) -> float:
    """Return P(|T| ≤ t) for Student's t with that many degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    theta = math.atan(t / math.sqrt(degrees))
    sine, cosine = math.sin(theta), math.cos(theta)
    total = 0.0
    term = cosine if degrees % 2 else 1.0
    for k in range(1 + degrees % 2, degrees, 2):
        total += term
        term *= cosine**2 * k / (k + 1)
    return 2 / math.pi * (theta + sine * total) if degrees % 2 else sine * total


def t_quantile(degrees: int, level: float = LEVEL) -> float:
    """Return t with P(|T| ≤ t) = level, by bisection."""
    low, high = 0.0, 1.0
    while t_probability(high, degrees) < level:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_probability(middle, degrees) < level else (low, middle)
    return (low + high) / 2


def half_width(samples: np.ndarray) -> np.ndarray:
    """Return half the width of the mean's 95 % interval, over the first axis.

    Args:
        samples: `[N, ...]`, N repetitions; NaN where they are fewer than two.
    """
    count = len(samples)
    if count < 2:
        return np.full(samples.shape[1:], np.nan)
    return t_quantile(count - 1) * samples.std(axis=0, ddof=1) / math.sqrt(count)


def estimates(samples: np.ndarray) -> list[Estimate | None]:
    """Return the mean and interval of each column of `[repetitions, N]`; None where it is NaN."""
    means, widths = samples.mean(axis=0), half_width(samples)
    return [
        None
        if math.isnan(mean)
        else Estimate(float(mean), None if math.isnan(width) else float(width))
        for mean, width in zip(means, widths, strict=True)
    ]


def table(
    keys: Sequence[Column],
    measured: Sequence[Column],
    labels: Sequence[Sequence[Cell]],
    samples: np.ndarray,
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the columns and rows of a table of means with their intervals.

    Args:
        keys: columns that say which row it is.
        measured: columns of numbers.
        labels: the cells under `keys`, one sequence for each row.
        samples: `[repetitions, rows, measured]`; NaN where there is no number.
    """
    rows = [(*label, *estimates(samples[:, index])) for index, label in enumerate(labels)]
    return (*keys, *measured), tuple(rows)


def line(label: str, x: Sequence[float], samples: np.ndarray) -> Line:
    """Return the line of the means, with its confidence band where there is one.

    Args:
        label: for the legend.
        x: the places, `[points]`.
        samples: `[repetitions, points]`.
    """
    mean, width = samples.mean(axis=0), half_width(samples)
    band = {}
    if len(samples) > 1:
        band = {"low": _floats(mean - width), "high": _floats(mean + width)}
    return Line(label, tuple(float(each) for each in x), _floats(mean), **band)


def plus_minus(samples: np.ndarray, digits: int = 3) -> str:
    """Return the mean of `[repetitions]` for a sentence, with its ± where there is one."""
    text = _digits(samples.mean(), digits)
    return text if len(samples) < 2 else f"{text} ± {_digits(half_width(samples).item(), 2)}"


def _digits(value: float, digits: int) -> str:
    """Return so many digits that matter, and large numbers in full."""
    return f"{value:,.0f}" if 10**digits <= abs(value) < 1e6 else f"{value:.{digits}g}"


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(each) for each in values)
