"""Which measurements speak for quadratic work; the runner is made up. Real ones: test_cost."""

from collections.abc import Callable

import numpy as np
import pytest

from rlprep.grader.complexity import COUNTED, FAR, FARTHER, NEAR, cost_finding
from rlprep.grader.look import Defined
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Outcome, Status, Work


class Timed(Runner):
    """A runner whose calls take the CPU time that is made up, by n and how often it was asked."""

    def __init__(
        self,
        cpu_s: Callable[[int, int], float],
        work: Callable[[int], Work] | None = None,
        status: Callable[[int], Status] = lambda _: Status.RETURNED,
    ) -> None:
        super().__init__(None, b"", Defined("f", 1))  # type: ignore[arg-type]
        self.least_cpu_s = 0.0
        self.asked: list[int] = []
        self._cpu_s = cpu_s
        self._work = work or (lambda _: Work(9, 9, 9, 9, 9))
        self._status = status

    def call(self, arguments, wants=None, limits=None) -> Outcome:
        (n,) = arguments
        cpu_s = self._cpu_s(n, self.asked.count(n))
        self.asked.append(n)
        work = self._work(n) if wants is not None and wants.work else None
        return Outcome(self._status(n), np.ones(1), work=work, cpu_s=cpu_s)


def verdict(runner: Runner) -> str | None:
    found = cost_finding(runner, lambda n: (n,), lambda _: np.ones(1))
    assert found is None or found.sign == "cost"
    return found.text if found else None


def linear(n: int, _: int) -> float:
    return n * 1e-6


def quadratic(n: int, _: int) -> float:
    return n * n * 2e-9


def test_little_linear_work_is_seen_through_with_one_run_of_many_tokens():
    runner = Timed(linear)
    assert verdict(runner) is None
    assert runner.asked == [*COUNTED, FAR]


@pytest.mark.parametrize("slowness", [1, 10, 100, 1000])
def test_linear_work_passes_on_any_machine(slowness):
    runner = Timed(lambda n, i: slowness * linear(n, i))
    assert verdict(runner) is None
    assert FARTHER not in runner.asked


@pytest.mark.parametrize("slowness", [0.3, 1, 10, 100])
def test_quadratic_work_is_found_on_any_machine(slowness):
    said = verdict(Timed(lambda n, i: slowness * quadratic(n, i)))
    assert said in (
        "4 times as many tokens took 16 times as much work",
        "8 times as many tokens took 64 times as much work",
        "8 times as many tokens took 63 times as much work",
    )


@pytest.mark.parametrize("disturbed", [*COUNTED, NEAR, FAR])
@pytest.mark.parametrize("kind", [linear, quadratic])
def test_one_run_that_was_disturbed_changes_nothing(kind, disturbed):
    def cpu_s(n: int, before: int) -> float:
        return (3 if n == disturbed and before < 1 + (n in COUNTED) else 1) * 10 * kind(n, 0)

    assert (verdict(Timed(cpu_s)) is None) == (kind is linear)


def test_quadratic_work_below_the_cost_of_a_loop_is_found_farther_out():
    runner = Timed(lambda n, _: 4e-5 * n + 1.5e-9 * n * n)
    assert runner.call((NEAR,)).cpu_s < 8 * runner.call((COUNTED[1],)).cpu_s
    assert verdict(runner) == "4 times as many tokens took 9 times as much work"
    assert FARTHER in runner.asked


def test_counted_work_accuses():
    counted = Timed(linear, lambda n: Work(9, n * n, 0, 9, 9))
    assert verdict(counted) == "4 times as many tokens took 16 times as much work"
    assert counted.asked == list(COUNTED)


def test_counts_that_are_made_up_acquit_nobody():
    made_up = Timed(lambda n, _: 10 * quadratic(n, 0), lambda n: Work(9000, 9, 0, 9, 9))
    assert verdict(made_up) is not None


@pytest.mark.parametrize("status", [Status.MEMORY, Status.TIMEOUT])
def test_an_end_at_a_limit_is_a_cost(status):
    ends = Timed(linear, status=lambda n: status if n == FAR else Status.RETURNED)
    said = verdict(ends)
    assert said is not None
    assert said.startswith(f"with {FAR:,} tokens: ")


def test_a_wrong_value_with_many_tokens_isnt_a_matter_of_cost():
    found = cost_finding(Timed(linear), lambda n: (n,), lambda a: np.full(1, 1 + (a[0] == FAR)))
    assert found is not None
    assert found.sign == "numbers"
