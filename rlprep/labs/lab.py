"""What a lab is and what it returns: the one object behind table, plot, CSV and JSON."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How a lab is to be run.

    Attributes:
        seed: of everything random; the same seed gives the same numbers.
        seeds: independent repetitions behind means and confidence intervals; at least 1.
        quick: the form that ends within 10 s; otherwise 60 s on two cores are the budget.
        progress: called with the share done, 0 to 1.
    """

    seed: int = 0
    seeds: int = 1
    quick: bool = False
    progress: Callable[[float], None] = lambda share: None


@dataclass(frozen=True)
class Column:
    """A column of the table; an empty unit says that the number has none."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a panel; `low` and `high` are its confidence band where there is one."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Axis:
    """An axis: its quantity, its unit, and whether it is logarithmic."""

    name: str
    unit: str = ""
    log: bool = False


@dataclass(frozen=True)
class Panel:
    """One picture of the plot."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds, and half the width of its 95 % confidence interval.

    The half width is None for a single seed. `rlprep.labs.confidence` makes them.
    """

    mean: float
    half_width: float | None = None

    @property
    def low(self) -> float:
        """Return the interval's lower end, the mean where there is no interval."""
        return self.mean - (self.half_width or 0.0)

    @property
    def high(self) -> float:
        """Return the interval's upper end, the mean where there is no interval."""
        return self.mean + (self.half_width or 0.0)


Cell = float | int | str | Estimate | None


@dataclass(frozen=True)
class LabResult:
    """What a lab measured.

    Attributes:
        columns: of the table, units apart from names.
        rows: the table; None where there is no number.
        panels: the plot, one to four.
        findings: sentences that state what was measured, made from the numbers of this run.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    panels: tuple[Panel, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Lab:
    """A lab of the catalogue.

    Attributes:
        name: as typed after `rlprep lab run`.
        title: one line.
        shows: what the experiment shows.
        does_not_show: what it must not be quoted for.
        questions: ids of the questions that it answers.
        traps: misconceptions that it disproves, as "question/misconception".
        module: under `rlprep.labs`, holding `run(settings) -> LabResult`.
        about_s: roughly how long the quick and the full form take on two cores, in seconds.
    """

    name: str
    title: str
    shows: str
    does_not_show: str
    questions: tuple[str, ...]
    traps: tuple[str, ...]
    module: str
    about_s: tuple[int, int] = (10, 60)
