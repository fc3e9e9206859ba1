"""What one case comes to, from outcomes that are made up here; nothing runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from rlprep.bank.exercise import Exercise
from rlprep.bank.load import Bank
from rlprep.grader.cases.case import Case
from rlprep.grader.judge import (
    Ran,
    is_final,
    judge,
    raised_text,
    run_case,
    value_finding,
    without_hasty_blame,
)
from rlprep.grader.look import Defined
from rlprep.grader.result import Verdict
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Outcome, Raised, Stage, Status, Wants, Work
from rlprep.sandbox.client import Sandbox
from rlprep.sandbox.wire import LeavesOf

X = np.array([1.0, 2.0, 4.0])
SLOPE = np.array([1.0, 0.5, 0.25])


class Made(Runner):
    """A runner of which every call gives what it was told to, in turn."""

    def __init__(self, *outcomes: Outcome, unused: Sequence[str] = ()) -> None:
        defined = Defined("f", 1, None, ("x", "block"), frozenset(unused))
        super().__init__(Sandbox(), b"", defined)
        self.outcomes = list(outcomes)
        self.calls: list[tuple[str, tuple[Any, ...], Wants | None]] = []

    def _run(self, source: Any, function: str, arguments: Any, wants: Any, limits: Any) -> Outcome:
        self.calls.append((function, tuple(arguments), wants))
        return self.outcomes.pop(0)


def returned(value: Any, **more: Any) -> Outcome:
    return Outcome(Status.RETURNED, value, **more)


def error(type_name: str, line: int | None = None, stage: Stage = Stage.CALL) -> Raised:
    return Raised(stage, type_name, "the message: [0.25, 7]", line)


@pytest.fixture
def exercise(bank: Bank) -> Exercise:
    return bank.exercise("discounted_return").model_copy(update={"rtol": 1e-6, "rtol_single": 1e-3})


def judged(exercise: Exercise, ran: Ran, slope: Any = None, unused: Sequence[str] = ()) -> Any:
    seen = judge(exercise, ran, X, slope, Made(unused=unused))
    finding = seen.finding
    return finding and (str(finding.verdict), finding.text, finding.sign)


def test_a_right_value_has_no_finding_and_is_kept(exercise):
    case = Case("values", (X,))
    seen = judge(exercise, Ran(case, returned(X)), X, None, Made())
    assert (seen.case, seen.finding, seen.gradient) == (case, None, None)
    assert seen.want is X
    assert seen.value is X


def test_a_wrong_value_is_told_with_its_sign(exercise):
    seen = judged(exercise, Ran(Case("values", (X,)), returned(X[:2])))
    assert seen == ("shape", "returned shape (2,), expected (3,)", "numbers")


@pytest.mark.parametrize(("dtype", "is_right"), [(np.float64, False), (np.float32, True)])
def test_the_tolerance_is_that_of_the_cases_precision(exercise, dtype, is_right):
    ran = Ran(Case("values", (X.astype(dtype),)), returned(X * (1 + 1e-4)))
    assert (judged(exercise, ran) is None) is is_right


ENDED = {
    Status.TIMEOUT: ("timeout", "took too long"),
    Status.MEMORY: ("memory", "used more memory than it may"),
    Status.OUTPUT_LIMIT: ("output_limit", "printed or returned more than it may"),
    Status.CRASHED: ("crash", "ended the process without a result"),
    Status.MALFORMED: ("crash", "ended without a result that can be read"),
    Status.MISSING: ("missing_function", "the function isn't there once the file has run"),
    Status.SIGNATURE: ("bad_signature", "can't be called with the exercise's arguments"),
    Status.SYNTAX: ("syntax", "the file doesn't compile"),
}


@pytest.mark.parametrize("status", [s for s in Status if s not in ("returned", "raised")])
def test_every_ending_has_a_verdict_and_words_and_no_sign(status):
    found = value_finding(Outcome(status, X, error=error("E")), X, 1e-6)
    assert found is not None
    assert (found.verdict, found.text) == ENDED[status]
    assert (found.sign, found.raised) == (None, error("E"))


RAISED = {
    "raised KeyError in line 7": error("KeyError", 7),
    "raised KeyError": error("KeyError"),
    "raised KeyError in line 7 while the file was loaded": error("KeyError", 7, Stage.LOAD),
    "raised an exception": None,
}


@pytest.mark.parametrize(("text", "raised"), RAISED.items())
def test_an_exception_is_told_by_type_and_line_and_never_in_its_own_words(text, raised):
    assert raised_text(raised) == text
    found = value_finding(Outcome(Status.RAISED, error=raised), X, 1e-6)
    assert found is not None
    assert (found.verdict, found.text, found.sign) == (Verdict.EXCEPTION, text, None)
    assert found.raised is raised


FINAL = [
    (Outcome(Status.TIMEOUT), True),
    (Outcome(Status.MISSING), True),
    (Outcome(Status.SIGNATURE), True),
    (Outcome(Status.SYNTAX), True),
    (Outcome(Status.RAISED, error=error("E", stage=Stage.LOAD)), True),
    (Outcome(Status.RAISED, error=error("E")), False),
    (Outcome(Status.RETURNED), False),
    (Outcome(Status.MEMORY), False),
    (Outcome(Status.CRASHED), False),
]


@pytest.mark.parametrize(("outcome", "ends"), FINAL)
def test_what_makes_more_cases_pointless(outcome, ends):
    assert is_final(outcome) is ends


CONTRACT = Case("contract", (X,), contract=True)


def test_a_changed_input_is_named(exercise):
    seen = judged(exercise, Ran(CONTRACT, returned(X + 1, changed=(0,))))
    assert seen == ("wrong", "changes its input rewards: work on a copy", "changed_input")
    seen = judged(exercise, Ran(CONTRACT, returned(X, changed=(0, 1))))
    assert seen[1] == "changes its input rewards and terminated: work on a copy"
    assert judged(exercise, Ran(Case("values", (X,)), returned(X, changed=(0,)))) is None


def test_a_second_call_that_gives_something_else_is_told_as_such(exercise):
    seen = judged(exercise, Ran(CONTRACT, returned(None), twice=True))
    assert seen == (
        "dtype",
        "called twice with the same input, the second result: returned None, expected real numbers",
        "not_repeatable",
    )
    assert judged(exercise, Ran(CONTRACT, returned(X), twice=True)) is None


def test_one_call_isnt_told_as_two(exercise):
    seen = judged(exercise, Ran(CONTRACT, returned(None)))
    assert seen == ("dtype", "returned None, expected real numbers", "numbers")


def test_a_second_call_isnt_blamed_where_a_first_one_is_wrong(exercise):
    def of_contract(value):
        single, double = Case("values", (X,)), Ran(CONTRACT, returned(2 * X), twice=True)
        seen = [
            judge(exercise, ran, X, None, Made()) for ran in (Ran(single, returned(value)), double)
        ]
        finding = without_hasty_blame(seen)[-1].finding
        assert finding is not None
        return finding.text[:12], finding.sign

    assert of_contract(2 * X) == ("3 of 3 numbe", "numbers")
    assert of_contract(X) == ("called twice", "not_repeatable")


def test_inputs_may_not_change_in_any_case(exercise):
    seen = judge(exercise, Ran(Case("values", (X,)), returned(X, changed=(0,))), X, None, Made())
    assert seen.finding is None
    assert seen.changed is not None
    assert seen.changed.text == "changes its input rewards: work on a copy"
    seen = judge(exercise, Ran(CONTRACT, returned(X, changed=(0,))), X, None, Made())
    assert seen.changed is None


def test_a_contract_isnt_blamed_for_an_exception(exercise):
    outcome = Outcome(Status.RAISED, changed=(0,), error=error("KeyError", 2))
    assert judged(exercise, Ran(CONTRACT, outcome)) == (
        "exception", "raised KeyError in line 2", None,
    )  # fmt: skip


def test_a_blockwise_function_must_read_its_block(exercise):
    last = exercise.parameters[-1].name
    case = Case("values", (X, 2), blockwise=True)
    seen = judged(exercise, Ran(case, returned(X)), unused=["block"])
    assert seen == ("wrong", f"never reads {last}: it isn't block by block", "whole")
    assert judged(exercise, Ran(case, returned(X)), unused=["x"]) is None
    wrong = judged(exercise, Ran(case, returned(X + 1)), unused=["block"])
    assert wrong[2] == "numbers"
    assert judged(exercise, Ran(Case("values", (X, 2)), returned(X)), unused=["block"]) is None


def test_a_blockwise_function_takes_no_exponentials_of_all_scores_at_once(exercise):
    case = Case("values", (X, 2), blockwise=True)
    for many, sign in ((X.size, "whole"), (X.size // 2, None)):
        ran = Ran(case, returned(X, work=Work(9, 9, 9, 9, exponentials=many)))
        seen = judged(exercise, ran)
        assert (seen and seen[2]) == sign


def test_a_steep_case_tells_only_whether_a_block_has_vanished(exercise):
    case = Case("values", (X, 2), blockwise=True, steep=True)
    assert judged(exercise, Ran(case, returned(X * 0)))[2] == "whole"
    for kept in (X, X * 2, X * np.nan, X[::-1]):
        assert judged(exercise, Ran(case, returned(kept))) is None
    assert judged(exercise, Ran(case, returned(X[:1])))[0] == "shape"
    assert judged(exercise, Ran(case, returned(None)))[0] == "dtype"


GRADED = Case("gradient", (X,), gradient_of=0)


def test_a_gradient_is_compared_where_the_value_is_right(exercise):
    assert judged(exercise, Ran(GRADED, returned(X), SLOPE), SLOPE) is None
    assert judged(exercise, Ran(GRADED, returned(X), 2 * SLOPE), SLOPE) == (
        "wrong",
        "the value is right, its gradient isn't: 3 of 3 numbers are wrong,"
        " the largest error is 1 times the largest value, at index [0]",
        "numbers",
    )
    assert judged(exercise, Ran(GRADED, returned(None), SLOPE), SLOPE)[0] == "dtype"
    seen = judge(exercise, Ran(GRADED, returned(X), SLOPE), X, SLOPE, Made())
    assert seen.gradient is SLOPE
    seen = judge(exercise, Ran(GRADED, returned(X + 1), SLOPE), X, SLOPE, Made())
    assert seen.gradient is None


def test_a_value_without_a_gradient(exercise):
    verdict, text, sign = judged(exercise, Ran(GRADED, returned(X)), SLOPE)
    assert (verdict, sign) == ("wrong", "no_gradient")
    assert text.startswith("the loss carries no gradient: it left torch's graph")


def test_differences_may_err_more_than_a_graph(exercise):
    near = SLOPE * (1 + 4e-6)
    assert judged(exercise, Ran(GRADED, returned(X), near, by_differences=True), SLOPE) is None
    assert judged(exercise, Ran(GRADED, returned(X), near), SLOPE) is not None
    single = Ran(Case("g", (X.astype(np.float32),), gradient_of=0), returned(X))
    near = SLOPE * (1 + 1e-4)
    for by_differences in (True, False):
        ran = Ran(single.case, single.outcome, near, by_differences)
        assert judged(exercise, ran, SLOPE) is None


def test_a_case_of_the_contract_is_called_twice_unless_it_shares_leaves():
    runner = Made(returned(X), returned(X), returned(X))
    leaves = LeavesOf(0)
    run_case(CONTRACT, runner)
    run_case(Case("contract", (X, leaves), contract=True), runner)
    run_case(Case("values", (X,)), runner)
    assert [function for function, _, _ in runner.calls] == ["_rlprep_twice", "f", "f"]
    assert [wants for _, _, wants in runner.calls] == [
        Wants(changes=True), Wants(changes=True), Wants(changes=True),
    ]  # fmt: skip


TORCH = Work(operations=3, elements=30, flops=0, largest=3, exponentials=0)


def test_a_gradient_is_asked_for_with_the_value():
    ran = run_case(GRADED, runner := Made(returned(1.0, gradients={0: SLOPE})))
    assert ran.gradient is SLOPE
    assert not ran.by_differences
    ((_, arguments, wants),) = runner.calls
    assert arguments == (X,)
    assert wants == Wants(gradients=(0,))


def test_a_graph_that_was_dropped_is_no_gradient():
    first = returned(1.0, gradients={0: None})
    ran = run_case(GRADED, runner := Made(first, returned(2.0, work=TORCH)))
    assert (ran.gradient, ran.by_differences, ran.outcome.value) == (None, False, 2.0)
    assert [wants for _, _, wants in runner.calls] == [Wants(gradients=(0,)), Wants(work=True)]


REFUSED = Outcome(
    Status.RAISED, error=Raised(Stage.CALL, "RuntimeError", "a tensor that requires grad", 1)
)


@pytest.mark.parametrize("first", [REFUSED, returned(1.0, gradients={0: None}), returned(1.0)])
def test_what_is_outside_torch_gets_its_gradient_from_differences(first):
    values = returned([3.0, 2.0, 1.0, 0.0, 0.0, 0.0])
    ran = run_case(GRADED, runner := Made(first, returned(2.0), values))
    assert ran.by_differences
    assert ran.outcome.value == 2.0
    assert ran.gradient is not None
    np.testing.assert_allclose(ran.gradient, [15_000.0, 10_000.0, 5_000.0])
    assert [wants for _, _, wants in runner.calls] == [
        Wants(gradients=(0,)), Wants(work=True), None,
    ]  # fmt: skip


HUGE = {
    "a quotient beyond any float": [1e306, 0.0, 0.0, 0.0, 0.0, 0.0],
    "a difference beyond any float": [1e308, 0.0, 0.0, -1e308, 0.0, 0.0],
    "infinity minus infinity": [np.inf, 0.0, 0.0, np.inf, 0.0, 0.0],
    "NaN": [np.nan, 0.0, 0.0, 0.0, 0.0, 0.0],
}


@pytest.mark.parametrize("values", HUGE.values(), ids=HUGE)
def test_huge_values_nearby_are_a_wrong_gradient_and_warn_of_nothing(exercise, values, recwarn):
    runner = Made(REFUSED, returned(X), returned(values))
    seen = judged(exercise, run_case(GRADED, runner), SLOPE)
    assert seen[0] == "non_finite"
    assert seen[1].startswith("the value is right, its gradient isn't")
    assert not list(recwarn)


def test_what_fails_without_a_graph_too_has_no_gradient():
    failed = Outcome(Status.RAISED, error=error("KeyError"))
    ran = run_case(GRADED, runner := Made(REFUSED, failed))
    assert (ran.outcome, ran.gradient, ran.by_differences) == (failed, None, False)
    assert len(runner.calls) == 2


def test_another_exception_isnt_tried_again():
    failed = Outcome(Status.RAISED, error=error("KeyError"), work=TORCH)
    ran = run_case(GRADED, runner := Made(failed))
    assert (ran.outcome, ran.gradient, len(runner.calls)) == (failed, None, 1)


def test_a_gradient_that_came_is_taken_wherever_it_was_computed():
    ran = run_case(GRADED, runner := Made(returned(1.0, gradients={0: SLOPE}, work=None)))
    assert (ran.by_differences, len(runner.calls)) == (False, 1)
    assert ran.gradient is SLOPE
