"""What the engine makes of labelled lines: one score per line, and the shares that count."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from rlprep.formula.check import decide
from rlprep.formula.spec import FormulaVerdict
from tests.formula.corpus.labels import specs
from tests.formula.corpus.variants import Line
from tests.limits import cpu_limit

SLOW_S, HANG_S = 1.0, 20.0
CRASH = "crashed: "


@dataclass(frozen=True)
class Scored:
    """A labelled line, the engine's verdict, and how long it took."""

    line: Line
    verdict: FormulaVerdict
    seconds: float

    @property
    def crashed(self) -> bool:
        return self.verdict.message.startswith(CRASH)


def score(line: Line) -> Scored:
    """Check one line; a slow one is timed again: the first of a kind imports its decider."""
    seconds, verdict = _timed(line)
    if seconds > SLOW_S:
        seconds = min(seconds, _timed(line)[0])
    return Scored(line, verdict, seconds)


def _timed(line: Line) -> tuple[float, FormulaVerdict]:
    start = time.process_time()  # the machine may be busy; nothing here waits
    try:
        with cpu_limit(HANG_S):
            verdict = decide(specs()[line.formula], line.input)
    except Exception as error:  # a check must never raise: counted, and the run goes on
        message = f"{CRASH}{type(error).__name__}: {error}"
        verdict = FormulaVerdict(line.formula, line.input, "undecided", message)
    return time.process_time() - start, verdict


@dataclass(frozen=True)
class Tally:
    """The figures of a set of scored lines; shares are of 1 and 1.0 where nothing was asked."""

    lines: tuple[Scored, ...]

    @property
    def meaningful(self) -> list[Scored]:
        return [item for item in self.lines if item.line.expect != "unparseable"]

    @property
    def junk(self) -> list[Scored]:
        return [item for item in self.lines if item.line.expect == "unparseable"]

    @property
    def read(self) -> float:
        return _share(item.verdict.verdict != "unreadable" for item in self.meaningful)

    @property
    def right_accepted(self) -> float:
        return _share(
            item.verdict.verdict == "equivalent"
            for item in self.meaningful
            if item.line.expect == "equivalent"
        )

    @property
    def wrong_called_right(self) -> list[Scored]:
        return self._mistaken("different", "equivalent")

    @property
    def right_called_wrong(self) -> list[Scored]:
        return self._mistaken("equivalent", "different")

    @property
    def undecided(self) -> float:
        return 1 - _share(item.verdict.verdict != "undecided" for item in self.meaningful)

    @property
    def named(self) -> float:
        return _share(
            item.verdict.misconception is not None
            and item.verdict.misconception[0] == item.line.misconception
            for item in self.meaningful
            if item.line.misconception
        )

    @property
    def witnessed(self) -> float:
        return _share(
            bool(item.verdict.counterexample)
            for item in self.meaningful
            if item.verdict.verdict == "different"
        )

    @property
    def junk_accepted(self) -> list[Scored]:
        return [item for item in self.junk if item.verdict.verdict != "unreadable"]

    @property
    def crashed(self) -> list[Scored]:
        return [item for item in self.lines if item.crashed]

    @property
    def median_ms(self) -> float:
        return 1000 * median(item.seconds for item in self.lines) if self.lines else 0.0

    @property
    def slowest(self) -> Scored | None:
        return max(self.lines, key=lambda item: item.seconds, default=None)

    def _mistaken(self, expected: str, got: str) -> list[Scored]:
        return [
            item
            for item in self.meaningful
            if item.line.expect == expected and item.verdict.verdict == got
        ]


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 1.0


def describe(items: Iterable[Scored]) -> str:
    """Return scored lines for a failure message, one a line."""
    return "\n".join(
        f"{item.line.formula} [{item.line.notation}] {item.line.input[:200]!r}: expected "
        f"{item.line.expect} ({item.line.misconception}), got {item.verdict.verdict}"
        f" ({item.verdict.misconception and item.verdict.misconception[0]}): "
        f"{item.verdict.message[:160]}"
        for item in items
    )
