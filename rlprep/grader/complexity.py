"""Does the work grow with n, or with n²? Told by memory, by counted work, and by CPU time.

No single measure sees everything: a limit of memory catches whoever forms the n × n matrix, the
count of elements catches torch in blocks or rows, and NumPy, plain Python and torch with its
counting switched off show in the CPU time that the kernel measured. Its *growth* is compared, never
its size: a slow machine fails nobody.

Counting is a submission's word about itself, so it can only accuse. CPU time is the kernel's, and
noisy: before it speaks for or against anybody it is taken again, and the lesser one counts.
"""

from collections.abc import Callable
from typing import Any

from rlprep.grader.judge import Finding, value_finding
from rlprep.grader.result import Verdict
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Limits, Outcome, Wants

COUNTED = (1024, 4096)
"""Counting slows torch down, and only torch, so nothing is timed where it is on."""
NEAR, FAR, FARTHER = 16384, 32768, 65536
MEMORY_BYTES = 256 << 20
"""16384² bools are 268 million bytes; a linear form needs a few million."""
TIMEOUTS_S = {1024: 30.0, 4096: 60.0, NEAR: 150.0, FAR: 60.0, FARTHER: 300.0}
"""Enough for plain Python that adds up tensors of one element, on a busy machine."""
LIMIT = 1.5
"""Work like n¹·⁵: as far from linear as from quadratic."""
DOUBTFUL = 1.23
"""Work like n¹·²³, 5.5 times as much for 4 times as many tokens: the cost of a loop over tokens may
hide what is quadratic at sizes like these."""
RTOL = 1e-4
"""Whoever computes in float32 is right about the cost."""
QUICK_S = 0.04
"""Vectorised linear work with 4096 tokens, and little quadratic work is less."""
LEAST_CPU_S = 0.25
"""Less is mostly the cost of a process. Quadratic work with `FAR` is 10⁹ pairs of tokens: more, on
any machine."""
PLAIN_S = 1.0
"""What disturbs a run triples no second of CPU time."""
SLOW_S = 2.0
"""Who takes longer isn't asked for four times as much."""


def cost_finding(
    runner: Runner,
    inputs: Callable[[int], tuple[Any, ...]],
    expected: Callable[[tuple[Any, ...]], Any],
) -> Finding | None:
    """Return why the work isn't linear in the number of tokens, or None.

    Args:
        runner: runs the submission, which is right on small inputs.
        inputs: the arguments for n tokens.
        expected: the right value for arguments.
    """
    return _Measured(runner, inputs, expected).finding()


class _FoundError(Exception):
    """Carries why the work isn't linear, or isn't right, to where it is returned."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


class _Measured:
    """Runs of one submission with more and more tokens."""

    def __init__(
        self,
        runner: Runner,
        inputs: Callable[[int], tuple[Any, ...]],
        expected: Callable[[tuple[Any, ...]], Any],
    ) -> None:
        self._runner = runner
        self._inputs = inputs
        self._expected = expected
        self._cpu_s: dict[int, float] = {}

    def finding(self) -> Finding | None:
        """Return why the work isn't linear, or None."""
        try:
            self._compare()
        except _FoundError as found:
            return found.finding
        return None

    def _compare(self) -> None:
        few, many = COUNTED
        before, after = self._run(few, Wants(work=True)), self._run(many, Wants(work=True))
        if after.work:
            _blame(few, many, _counted(after) / max(_counted(before), 1))
        if after.cpu_s - self._runner.least_cpu_s > QUICK_S:
            growth = self._growth(many, NEAR)
            if growth > (NEAR / many) ** DOUBTFUL and self._cpu_s[NEAR] < SLOW_S:
                self._growth(NEAR, FARTHER)
        if self._cpu_s.get(NEAR, 0.0) < LEAST_CPU_S:
            self._growth(many, FAR)

    def _growth(self, few: int, many: int) -> float:
        """Return the factor by which CPU time grew, 0 where there is too little of it to tell.

        Raises:
            _FoundError: it grew too much.
        """
        self._time(many)
        if self._cpu_s[many] < LEAST_CPU_S:
            return 0.0
        self._time(few)
        self._time(few)
        linear, limit = many / few, (many / few) ** LIMIT
        is_plain = self._cpu_s[many] > PLAIN_S and self._factor(few, many) > 1.5 * limit
        if self._factor(few, many) > linear**DOUBTFUL and not is_plain:
            self._time(many)
        if self._cpu_s[many] < LEAST_CPU_S:
            return 0.0
        factor = self._factor(few, many)
        _blame(few, many, factor)
        return factor

    def _factor(self, few: int, many: int) -> float:
        return self._cpu_s[many] / max(self._cpu_s[few], 0.01)

    def _time(self, n: int) -> None:
        """Take the CPU time with n tokens, the least of all that were taken."""
        cpu_s = self._run(n, Wants()).cpu_s - self._runner.least_cpu_s
        self._cpu_s[n] = min(self._cpu_s.get(n, cpu_s), cpu_s)

    def _run(self, n: int, wants: Wants) -> Outcome:
        """Run with n tokens.

        Raises:
            _FoundError: it comes to no end, or to a wrong one.
        """
        arguments = self._inputs(n)
        limits = Limits(timeout_s=TIMEOUTS_S[n], memory_bytes=MEMORY_BYTES)
        outcome = self._runner.call(arguments, wants, limits)
        found = value_finding(outcome, self._expected(arguments), RTOL)
        if found is None:
            return outcome
        costly = found.verdict in (Verdict.TIMEOUT, Verdict.MEMORY)
        text = f"with {n:,} tokens: {found.text}"
        sign = "cost" if costly else found.sign
        raise _FoundError(Finding(found.verdict, text, sign, found.raised))


def _counted(outcome: Outcome) -> int:
    return outcome.work.elements + outcome.work.flops if outcome.work else 0


def _blame(few: int, many: int, factor: float) -> None:
    """Raise `_FoundError` where the work grew more like n² than like n."""
    if factor > (many / few) ** LIMIT:
        text = f"{many // few} times as many tokens took {factor:.0f} times as much work"
        raise _FoundError(Finding(Verdict.TIMEOUT, text, "cost"))
