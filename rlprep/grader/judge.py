"""One case: the sandbox's outcome against what is expected, as a finding or as none."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rlprep.bank.exercise import Exercise, Sign
from rlprep.grader import compare, gradients, one_pass
from rlprep.grader.cases.case import Case
from rlprep.grader.result import Verdict
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Outcome, Raised, Stage, Status, Wants
from rlprep.sandbox.wire import LeavesOf

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
SECOND = "called twice with the same input, the second result: "


@dataclass(frozen=True)
class Finding:
    """What is wrong with a case."""

    verdict: Verdict
    text: str
    sign: Sign | None = None
    """By which kind of evidence a known mistake may be recognised in it."""
    raised: Raised | None = None


def is_final(outcome: Outcome) -> bool:
    """Whether every other case would end the same way, or would cost as much."""
    at_load = outcome.error is not None and outcome.error.stage is Stage.LOAD
    fatal = (Status.TIMEOUT, Status.MISSING, Status.SIGNATURE, Status.SYNTAX)
    return at_load or outcome.status in fatal


@dataclass(frozen=True)
class Ran:
    """A case that was run."""

    case: Case
    outcome: Outcome
    gradient: np.ndarray | None = None
    by_differences: bool = False
    """The gradient was taken from values, which costs digits."""
    twice: bool = False
    """It was called twice; the outcome is the second one."""


@dataclass(frozen=True)
class Observation:
    """What one case gave, compared."""

    case: Case
    want: Any
    value: Any = None
    gradient: np.ndarray | None = None
    finding: Finding | None = None
    """None where everything is right."""
    changed: Finding | None = None
    """That the call changed its inputs, where the case isn't there to tell that."""


def run_case(case: Case, runner: Runner) -> Ran:
    """Run a case; nothing is compared yet, so that this needs none of the expected values."""
    if case.gradient_of is None:
        # A backward pass of the first call may leave gradients in the leaves that both would share.
        repeatable = not any(isinstance(each, LeavesOf) for each in case.arguments)
        if case.contract and repeatable:
            return Ran(case, runner.call_twice(case.arguments), twice=True)
        return Ran(case, runner.call(case.arguments, Wants(changes=True, work=case.blockwise)))
    position = case.gradient_of
    outcome = runner.call(case.arguments, Wants(gradients=(position,)))
    gradient = outcome.gradients.get(position)
    if gradient is not None:
        return Ran(case, outcome, gradient)
    if outcome.status is Status.RETURNED or gradients.refuses_graphs(outcome):
        # No graph: did torch compute it? Counting is slow, and most needn't be asked.
        outcome = runner.call(case.arguments, Wants(work=True))
    if outcome.status is Status.RETURNED and gradients.is_outside_torch(outcome, case):
        return Ran(case, outcome, gradients.by_differences(case, runner), by_differences=True)
    return Ran(case, outcome)


def judge(exercise: Exercise, ran: Ran, want: Any, slope: Any, runner: Runner) -> Observation:
    """Compare what a case gave with what is expected.

    Args:
        exercise: for its tolerances and the names of its arguments.
        ran: the case, run.
        want: its expected value.
        slope: its expected gradient, where one is graded.
        runner: knows the text of the submission.
    """
    case, outcome = ran.case, ran.outcome
    rtol = exercise.rtol_single if case.is_single else exercise.rtol
    finding = value_finding(outcome, want, rtol)
    if case.contract:
        finding = _contract_finding(exercise, ran, finding)
    elif finding is None and slope is not None:
        finding = _gradient_finding(ran, slope, rtol)
        return Observation(case, want, outcome.value, ran.gradient, finding)
    elif case.blockwise:
        finding = _blockwise_finding(exercise, ran, want, finding, runner)
    changed = None if case.contract else _changed_input(exercise, outcome)
    return Observation(case, want, outcome.value, None, finding, changed)


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


def _contract_finding(exercise: Exercise, ran: Ran, finding: Finding | None) -> Finding | None:
    if changed := _changed_input(exercise, ran.outcome):
        return changed
    if finding and finding.sign == "numbers" and ran.twice:
        return Finding(finding.verdict, f"{SECOND}{finding.text}", "not_repeatable")
    return finding


def _blockwise_finding(
    exercise: Exercise, ran: Ran, want: Any, finding: Finding | None, runner: Runner
) -> Finding | None:
    if ran.case.steep:
        has_numbers = finding is None or finding.verdict in (Verdict.WRONG, Verdict.NON_FINITE)
        if not has_numbers or not one_pass.has_lost_a_block(ran.outcome, want):
            return None if has_numbers else finding
        what = "a block that later ones outweigh by e^900 has vanished from the output"
    elif finding:
        return finding
    elif runner.ignores(len(ran.case.arguments) - 1):
        what = f"never reads {exercise.parameters[-1].name}"
    elif one_pass.takes_all_at_once(ran.outcome, ran.case.arguments[0]):
        what = "takes the exponentials of all scores at once"
    else:
        return None
    return Finding(Verdict.WRONG, f"{what}: it isn't block by block", "whole")


def _changed_input(exercise: Exercise, outcome: Outcome) -> Finding | None:
    if outcome.status is not Status.RETURNED or not outcome.changed:
        return None
    names = [exercise.parameters[i].name for i in outcome.changed]
    text = f"changes its input {' and '.join(names)}: work on a copy"
    return Finding(Verdict.WRONG, text, "changed_input")


def without_hasty_blame(observations: list[Observation]) -> list[Observation]:
    """Return the observations, a second call blamed only where single calls were all right.

    Who is wrong at the first call is wrong at the second one too, and keeps nothing between them.
    """
    if not any(seen.finding and seen.finding.sign == "numbers" for seen in observations):
        return observations
    return [replace(seen, finding=_of_any_call(seen.finding)) for seen in observations]


def _of_any_call(finding: Finding | None) -> Finding | None:
    if finding is None or finding.sign != "not_repeatable":
        return finding
    return Finding(finding.verdict, finding.text.removeprefix(SECOND), "numbers")


def _gradient_finding(ran: Ran, slope: np.ndarray, rtol: float) -> Finding | None:
    if ran.gradient is None:
        text = "the loss carries no gradient: it left torch's graph (detach, item, no_grad, NumPy)"
        return Finding(Verdict.WRONG, text, "no_gradient")
    tolerance = max(rtol, gradients.RTOL) if ran.by_differences else rtol
    off = compare.difference(ran.gradient, slope, tolerance)
    if off is None:
        return None
    return Finding(off.verdict, f"the value is right, its gradient isn't: {off.text}", "numbers")
