"""One case: the sandbox's outcome against what is expected, as a finding or as none."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rlprep.bank.schema import Exercise, Sign
from rlprep.grader import compare, gradients
from rlprep.grader.cases.case import Case
from rlprep.grader.result import Verdict
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Outcome, Raised, Stage, Status, Wants

ENDINGS: dict[Status, tuple[Verdict, str]] = {
    Status.TIMEOUT: (Verdict.TIMEOUT, "took too long"),
    Status.MEMORY: (Verdict.MEMORY, "used more memory than it may"),
    Status.OUTPUT_LIMIT: (Verdict.OUTPUT_LIMIT, "printed or returned more than it may"),
    Status.CRASHED: (Verdict.CRASH, "ended the process without a result"),
    Status.MALFORMED: (Verdict.CRASH, "ended without a result that can be read"),
    Status.MISSING: (Verdict.MISSING_FUNCTION, "the function isn't there once the file has run"),
    Status.SIGNATURE: (Verdict.BAD_SIGNATURE, "can't be called with the exercise's arguments"),
    Status.SYNTAX: (Verdict.SYNTAX, "the file doesn't compile"),
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with a case."""

    verdict: Verdict
    text: str
    sign: Sign | None = None
    """By which kind of evidence a known mistake may be recognised in it."""
    raised: Raised | None = None

    @property
    def is_final(self) -> bool:
        """Whether every other case would end the same way, or would cost as much."""
        at_load = self.raised is not None and self.raised.stage is Stage.LOAD
        fatal = (Verdict.TIMEOUT, Verdict.MISSING_FUNCTION, Verdict.BAD_SIGNATURE, Verdict.SYNTAX)
        return at_load or self.verdict in fatal


@dataclass(frozen=True)
class Observation:
    """What one case gave."""

    case: Case
    want: Any
    value: Any = None
    gradient: np.ndarray | None = None
    finding: Finding | None = None
    """None where everything is right."""


def judge(exercise: Exercise, case: Case, want: Any, slope: Any, runner: Runner) -> Observation:
    """Run a case and compare.

    Args:
        exercise: for its tolerances and the names of its arguments.
        case: the case.
        want: its expected value.
        slope: its expected gradient, where one is graded.
        runner: runs the submission.
    """
    rtol = exercise.rtol_single if case.is_single else exercise.rtol
    if slope is not None:
        return _judge_gradient(case, want, slope, rtol, runner)
    call = runner.call_twice if case.contract else runner.call
    outcome = call(case.arguments)
    finding = value_finding(outcome, want, rtol)
    if case.contract:
        finding = _contract_finding(exercise, outcome, finding)
    if finding is None and case.blockwise and runner.ignores(len(case.arguments) - 1):
        name = exercise.parameters[-1].name
        finding = Finding(Verdict.WRONG, f"never reads {name}: it isn't block by block", "whole")
    return Observation(case, want, outcome.value, None, finding)


def value_finding(outcome: Outcome, want: Any, rtol: float) -> Finding | None:
    """Return what is wrong with an outcome's status and value."""
    if outcome.status is Status.RAISED:
        return Finding(Verdict.EXCEPTION, raised_text(outcome.error), raised=outcome.error)
    if outcome.status is not Status.RETURNED:
        return Finding(*ENDINGS[outcome.status], raised=outcome.error)
    found = compare.difference(outcome.value, want, rtol)
    return Finding(found.verdict, found.text, "numbers") if found else None


def raised_text(error: Raised | None) -> str:
    """Return an exception's type and line; its message may hold numbers of a hidden case."""
    if error is None:
        return "raised an exception"
    line = f" in line {error.line}" if error.line else ""
    when = " while the file was loaded" if error.stage is Stage.LOAD else ""
    return f"raised {error.type_name}{line}{when}"


def _contract_finding(
    exercise: Exercise, outcome: Outcome, finding: Finding | None
) -> Finding | None:
    if outcome.status is Status.RETURNED and outcome.changed:
        names = [exercise.parameters[i].name for i in outcome.changed]
        text = f"changes its input {' and '.join(names)}: work on a copy"
        return Finding(Verdict.WRONG, text, "changed_input")
    if finding and finding.sign == "numbers":
        text = f"called twice with the same input, the second result: {finding.text}"
        return Finding(finding.verdict, text, "not_repeatable")
    return finding


def _judge_gradient(
    case: Case, want: Any, slope: np.ndarray, rtol: float, runner: Runner
) -> Observation:
    position = case.gradient_of
    assert position is not None
    outcome = runner.call(case.arguments, Wants(gradients=(position,), work=True))
    if outcome.status is Status.RAISED and gradients.refuses_graphs(outcome):
        outcome = runner.call(case.arguments, Wants(work=True))
    finding = value_finding(outcome, want, rtol)
    if finding:
        return Observation(case, want, outcome.value, None, finding)
    found = outcome.gradients.get(position)
    if found is None and gradients.is_outside_torch(outcome, slope.size):
        found = gradients.by_differences(case, runner)
        rtol = max(rtol, gradients.RTOL)
    if found is None:
        text = "the loss carries no gradient: it left torch's graph (detach, item, no_grad, NumPy)"
        return Observation(
            case, want, outcome.value, None, Finding(Verdict.WRONG, text, "no_gradient")
        )
    off = compare.difference(found, slope, rtol)
    if off:
        finding = Finding(
            off.verdict, f"the value is right, its gradient isn't: {off.text}", "numbers"
        )
    return Observation(case, want, outcome.value, found, finding)
