"""What a class as a whole says: how the marks lie, which mistakes were made, what was hardest."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean, median

from rlprep.report.views import ExerciseView, StaffEntry, StaffView

SINGLE_MARKS = 21
"""As many different marks get a bar each; more are joined into `JOINED_BARS`, for their labels."""
JOINED_BARS = 11


@dataclass(frozen=True)
class Bar:
    """Marks from `low` to `high`, both included, and how many students have one of them."""

    low: int
    high: int
    count: int

    @property
    def label(self) -> str:
        """Return the marks in words."""
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


@dataclass(frozen=True)
class Mistake:
    """A mistake that was recognised, and how many students made it."""

    exercise: str
    id: str
    text: str
    count: int

    @property
    def name(self) -> str:
        """Return what the mistake is, without the words that a single submission gets it with."""
        return self.text.removeprefix("this looks like: ")


@dataclass(frozen=True)
class Property:
    """A family of an exercise, and how many of those who handed the exercise in have it right."""

    exercise: str
    id: str
    claim: str
    passed: int
    count: int


def marks(view: StaffView) -> list[int]:
    """Return all marks, sorted; whoever has none isn't in it."""
    return sorted(entry.points for entry in view.entries if entry.points is not None)


def spread(view: StaffView) -> str:
    """Return median, mean and extremes in words."""
    found = marks(view)
    if not found:
        return "no marks yet"
    middle = f"median {median(found):g}, mean {fmean(found):.1f}"
    return f"{middle}, lowest {found[0]}, highest {found[-1]} of {view.max_points} points"


def bars(view: StaffView) -> list[Bar]:
    """Return the distribution of marks from 0 to the most that can be had, in equal steps."""
    found = marks(view)
    most = max([view.max_points, *found])
    width = 1 if most < SINGLE_MARKS else -(-(most + 1) // JOINED_BARS)
    lows = range(0, most + 1, width)
    counts = Counter(mark // width for mark in found)
    return [Bar(low, min(low + width - 1, most), counts[low // width]) for low in lows]


def states(view: StaffView) -> Counter[str]:
    """Return how many students are in each state."""
    return Counter(entry.state for entry in view.entries)


def without_mark(view: StaffView) -> list[StaffEntry]:
    """Return who has no mark."""
    return [entry for entry in view.entries if entry.points is None]


def mistakes(view: StaffView) -> list[Mistake]:
    """Return the mistakes, most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    texts: dict[tuple[str, str], str] = {}
    for name, exercise in _marked(view):
        if exercise.diagnosis:
            key = (name, exercise.diagnosis.id)
            counts[key] += 1
            texts.setdefault(key, exercise.diagnosis.text)
    ordered = sorted(counts, key=lambda key: (-counts[key], key))
    return [Mistake(*key, texts[key], counts[key]) for key in ordered]


def properties(view: StaffView) -> list[Property]:
    """Return the families, hardest first."""
    claims: dict[tuple[str, str], str] = {}
    passed: Counter[tuple[str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    for name, exercise in _marked(view):
        for family in exercise.families:
            key = (name, family.id)
            claims.setdefault(key, family.claim)
            passed[key] += family.passed
            count[key] += 1
    ordered = sorted(claims, key=lambda key: (passed[key] / count[key], key))
    return [Property(*key, claims[key], passed[key], count[key]) for key in ordered]


def _marked(view: StaffView) -> Iterator[tuple[str, ExerciseView]]:
    for entry in view.entries:
        if entry.points is None:
            continue
        for exercise in entry.exercises:
            if exercise.exercise is not None:
                yield exercise.exercise, exercise
