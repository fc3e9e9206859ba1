"""The stopwatch, on a clock that the test winds."""

import pytest

from rlprep.labs import stopwatch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The thread's CPU time, in a list of one so that the work can move it."""
    now = [100.0]
    monkeypatch.setattr(stopwatch.time, "thread_time", lambda: now[0])
    return now


def test_the_median_is_of_every_call_in_milliseconds(clock: list[float]):
    lengths = iter([0.004, 0.001, 0.010])

    def work() -> None:
        clock[0] += next(lengths)

    assert stopwatch.median_ms(work, least=3, budget_s=0.0) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("each_s", "calls"),
    [(1.0, 3), (0.0625, 4), (0.001, 100)],
    ids=["slow: the least", "until the budget is spent", "fast: a hundred"],
)
def test_calls_end_with_the_budget(clock: list[float], each_s: float, calls: int):
    made = 0

    def work() -> None:
        nonlocal made
        made += 1
        clock[0] += each_s

    stopwatch.median_ms(work, least=3, budget_s=0.2)
    assert made == calls
