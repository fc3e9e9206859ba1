"""One hidden case, and the random numbers that it is made of."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A call to make and what to hold it to; its expected value isn't in it."""

    family: str
    arguments: tuple[Any, ...]
    gradient_of: int | None = None
    """The position of the argument whose gradient is graded too."""
    contract: bool = False
    """Inputs must be unchanged, and a second call must give the same."""
    blockwise: bool = False
    """The function must work block by block: it can't without reading its last parameter."""
    steep: bool = False
    """Its values say only whether it works block by block; see `grader.one_pass`."""

    @property
    def is_single(self) -> bool:
        """Whether its arrays are float32."""
        return any(getattr(each, "dtype", None) == np.float32 for each in self.arguments)

    def single(self) -> "Case":
        """Return the same case with float32 arrays."""
        return replace(self, arguments=tuple(_single(each) for each in self.arguments))


def _single(value: Any) -> Any:
    is_double = isinstance(value, np.ndarray | np.generic) and value.dtype == np.float64
    return value.astype(np.float32) if is_double else value


class Draw:
    """Random numbers of one exercise's cases."""

    def __init__(self, seed: int, exercise: str) -> None:
        self.rng = np.random.default_rng([seed, *exercise.encode()])

    def normal(self, *shape: int, mean: float = 0.0, scale: float = 1.0) -> np.ndarray:
        """Return normal numbers (an array also where the shape is ())."""
        return np.asarray(mean + scale * self.rng.standard_normal(shape))

    def uniform(self, low: float, high: float, *shape: int) -> np.ndarray:
        """Return numbers spread evenly."""
        return np.asarray(self.rng.uniform(low, high, shape))

    def number(self, low: float, high: float) -> float:
        """Return one number of few digits, spread evenly."""
        return round(float(self.rng.uniform(low, high)), 3)

    def count(self, low: int, high: int) -> int:
        """Return an integer, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def away(self, low: float, high: float, *shape: int) -> np.ndarray:
        """Return numbers of either sign whose magnitude lies between the two."""
        return self.uniform(low, high, *shape) * self.rng.choice([-1.0, 1.0], shape)

    def flags(self, share: float, *shape: int) -> np.ndarray:
        """Return bools, True with this probability."""
        return np.asarray(self.rng.random(shape) < share)
