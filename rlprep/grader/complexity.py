"""Does the work grow with n, or with n²? Told by memory, by counted work, and by CPU time.

No single measure sees everything: a limit of memory catches whoever forms the n × n matrix, the
count of elements catches torch in blocks or rows, and NumPy or plain Python show in the CPU time
that the kernel measured. Its *growth* is compared, never its size: a slow machine fails nobody.
"""

from collections.abc import Callable
from typing import Any

from rlprep.grader.judge import Finding, value_finding
from rlprep.grader.result import Verdict
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Limits, Outcome, Wants

SIZES = (1024, 4096, 16384)
"""Four times as many tokens each: linear work grows fourfold, quadratic work sixteenfold."""
MEMORY_BYTES = 256 << 20
"""16384² bools are 268 million bytes; a linear form needs a few million."""
TIMEOUTS_S = (30.0, 60.0, 150.0)
"""Enough for plain Python that adds up tensors of one element, on a busy machine."""
GROWTH = 8.0
"""The geometric mean of fourfold and sixteenfold."""
RTOL = 1e-4
"""Whoever computes in float32 is right about the cost."""
LEAST_CPU_S = 0.25
"""Less is mostly the cost of a process."""


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
    before: Outcome | None = None
    for n, timeout_s in zip(SIZES, TIMEOUTS_S, strict=True):
        arguments = inputs(n)
        # Counting slows torch down, and only torch: that would hide the growth of the last step.
        wants = Wants(work=n < SIZES[-1])
        limits = Limits(timeout_s=timeout_s, memory_bytes=MEMORY_BYTES)
        outcome = runner.call(arguments, wants, limits)
        finding = value_finding(outcome, expected(arguments), RTOL)
        if finding:
            costly = finding.verdict in (Verdict.TIMEOUT, Verdict.MEMORY)
            text = f"with {n:,} tokens: {finding.text}"
            return Finding(
                finding.verdict, text, "cost" if costly else finding.sign, finding.raised
            )
        if before and (factor := _growth(before, outcome, runner.least_cpu_s)) > GROWTH:
            text = f"4 times as many tokens took {factor:.0f} times as much work"
            return Finding(Verdict.TIMEOUT, text, "cost")
        before = outcome
    return None


def _growth(before: Outcome, after: Outcome, overhead_s: float) -> float:
    """Return the factor by which the work grew, 0 where there is too little of it to tell."""
    factor = 0.0
    if before.work and after.work and after.work.elements:
        now, was = (w.elements + w.flops for w in (after.work, before.work))
        factor = now / max(was, 1)
    cpu_s, was_s = after.cpu_s - overhead_s, before.cpu_s - overhead_s
    if cpu_s > LEAST_CPU_S and not (after.work and after.work.operations > 1000):
        factor = max(factor, cpu_s / max(was_s, 0.01))
    return factor
