"""Arrays of repetitions: from `[seeds, ...]` to the cells, lines and words of a result."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch

from rlprep.labs.confidence import estimate, line, over_seeds
from rlprep.labs.lab import Cell, Estimate, Line, Settings

Progress = Callable[[float], None]


def repeat(
    settings: Settings, measure: Callable[[torch.Generator, Progress], np.ndarray]
) -> np.ndarray:
    """Return `[seeds, ...]`: what `measure` finds with a generator of each seed.

    Args:
        settings: which seeds.
        measure: given the generator and a function that reports its own progress.
    """

    def once(one: Settings) -> np.ndarray:
        return measure(torch.Generator().manual_seed(one.seed), one.progress)

    return np.stack(over_seeds(settings, once))


def rows(labels: Sequence[Sequence[Cell]], samples: np.ndarray) -> tuple[tuple[Cell, ...], ...]:
    """Return a table's rows: labels, then means.

    Args:
        labels: the leading cells of each row.
        samples: `[seeds, rows, columns]`; NaN where there is no number.
    """
    return tuple(
        (*label, *(_cell(samples[:, i, j]) for j in range(samples.shape[2])))
        for i, label in enumerate(labels)
    )


def curve(label: str, x: Sequence[float], samples: np.ndarray) -> Line:
    """Return the line of the means of `[seeds, points]`, with its band."""
    places = [float(place) for place in x]
    return line(label, places, [estimate(column) for column in samples.T.tolist()])


def words(samples: np.ndarray, digits: int = 3) -> str:
    """Return the mean of `[seeds]` for a sentence, with its interval where there is one."""
    found = estimate(samples.tolist())
    text = f"{found.mean:.{digits}g}"
    return text if found.half_width is None else f"{text} ± {found.half_width:.2g}"


def _cell(values: np.ndarray) -> Estimate | None:
    return None if any(math.isnan(value) for value in values) else estimate(values.tolist())
