"""Which known mistake explains a submission, decided from numbers that are made up here."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from rlprep.bank.exercise import Exercise, KnownMistake, Sign
from rlprep.bank.load import Bank
from rlprep.grader.answers import MistakeRaisedError
from rlprep.grader.cases.case import Case
from rlprep.grader.diagnose import diagnose
from rlprep.grader.judge import Finding, Observation
from rlprep.grader.result import Verdict
from rlprep.sandbox.case import Raised, Stage

WANT = np.array([1.0, -2.0, 4.0])
WRONG = Finding(Verdict.WRONG, "the number is wrong", "numbers")
NAN = float("nan")


class Made:
    """Answers of which only the mistakes' are asked for: functions of the first argument."""

    def __init__(self, **mistakes: Any) -> None:
        self._mistakes = mistakes

    def prepare(self) -> None: ...

    def expected(self, arguments: Sequence[Any]) -> Any:
        raise AssertionError

    def gradient(self, case: Case) -> np.ndarray:
        raise AssertionError

    def of_mistake(self, mistake: str, case: Case) -> tuple[Any, np.ndarray | None]:
        made = self._mistakes[mistake](case.arguments[0])
        if made is None:
            raise MistakeRaisedError
        return made if isinstance(made, tuple) and isinstance(made[0], tuple) else (made, None)


@pytest.fixture
def exercise(bank: Bank) -> Exercise:
    mistakes = [mistake("double"), mistake("square"), mistake("in_place", "changed_input")]
    return bank.exercise("entropy").model_copy(update={"mistakes": tuple(mistakes)})


def mistake(id_: str, sign: Sign = "numbers") -> KnownMistake:
    return KnownMistake(id=id_, title=f"a {id_}", text=f"Page of {id_}.", sign=sign)


ANSWERS = Made(double=lambda x: 2 * x, square=lambda x: x * x)


def seen(value: Any, want: Any = WANT, finding: Finding | None = WRONG, **case: Any) -> Observation:
    """Return what came of a case whose right value is its argument."""
    return Observation(Case("values", (np.asarray(want),), **case), want, value, None, finding)


def named(exercise: Exercise, *observations: Observation, others: Sequence[Finding] = ()) -> str:
    found = diagnose(exercise, observations, others, ANSWERS)
    return found.id if found else ""


def test_the_first_mistake_with_the_same_numbers_is_named_with_its_page(exercise):
    found = diagnose(exercise, [seen(WANT * WANT)], [], ANSWERS)
    assert found is not None
    assert (found.id, found.text, found.page) == (
        "square", "this looks like: a square", "Page of square.",
    )  # fmt: skip


def test_nothing_is_named_where_nothing_is_wrong(exercise):
    twos = np.array([2.0])  # its double is its square
    assert named(exercise, seen(2 * twos, twos, None)) == ""
    assert named(exercise) == ""


def test_all_cases_must_agree_right_ones_as_well(exercise):
    fixed = np.array([0.0, 0.0])
    assert named(exercise, seen(2 * WANT), seen(fixed, fixed, None)) == "double"
    assert named(exercise, seen(2 * WANT), seen(WANT, WANT, None)) == ""
    assert named(exercise, seen(2 * WANT), seen(3 * WANT)) == ""


def test_a_case_of_the_contract_says_nothing_of_numbers(exercise):
    assert named(exercise, seen(2 * WANT), seen(WANT, contract=True)) == "double"
    assert named(exercise, seen(2 * WANT, contract=True)) == ""


def test_half_of_the_cases_must_have_numbers(exercise):
    lost = seen(None, finding=Finding(Verdict.TIMEOUT, "took too long"))
    assert named(exercise, seen(2 * WANT), lost) == "double"
    assert named(exercise, seen(2 * WANT), lost, lost) == ""
    assert named(exercise, lost) == ""


def test_a_wrong_case_must_be_among_those_compared(exercise):
    zeros = np.zeros(2)
    cost = Finding(Verdict.WRONG, "too slow", "cost")
    assert named(exercise, seen(zeros, zeros, None), others=[cost]) == ""
    whole = Finding(Verdict.WRONG, "it isn't block by block", "whole")
    assert named(exercise, seen(zeros, zeros, whole)) == ""


def test_a_shape_of_a_mistake_is_recognised_too(exercise):
    summed = Made(double=lambda x: np.asarray(x.sum()), square=lambda x: x)
    short = Finding(Verdict.SHAPE, "returned shape ()", "numbers")
    found = diagnose(exercise, [seen(3.0, finding=short)], [], summed)
    assert found is not None
    assert found.id == "double"


@pytest.mark.parametrize("verdict", [Verdict.DTYPE, Verdict.CRASH, Verdict.MEMORY])
def test_without_numbers_there_is_nothing_to_recognise(exercise, verdict):
    assert named(exercise, seen(2 * WANT, finding=Finding(verdict, "no numbers"))) == ""


def test_a_mistake_that_raises_isnt_it(exercise):
    raising = Made(double=lambda x: None, square=lambda x: x * x)
    assert diagnose(exercise, [seen(2 * WANT)], [], raising) is None
    found = diagnose(exercise, [seen(WANT * WANT)], [], raising)
    assert found is not None
    assert found.id == "square"


def test_a_mistake_that_raises_on_one_case_only_isnt_it_either(exercise):
    raising = Made(double=lambda x: None if x[0] == 7 else 2 * x, square=lambda x: x)
    sevens = np.full(2, 7.0)
    three = [seen(2 * WANT), seen(2 * WANT**2, WANT**2), seen(3 * sevens, sevens)]
    assert diagnose(exercise, three, [], raising) is None


def raised(type_name: str) -> Finding:
    error = Raised(Stage.CALL, type_name, "math range error", 3)
    return Finding(Verdict.EXCEPTION, "raised", raised=error)


@pytest.mark.parametrize("kind", ["OverflowError", "ZeroDivisionError", "FloatingPointError"])
def test_plain_python_raises_where_a_mistake_gives_infinity(exercise, kind):
    broken = np.array([1.0, NAN])
    spoilt = Made(
        double=lambda x: np.where(np.isnan(x), np.inf, 2 * np.nan_to_num(x)),
        square=lambda x: x,
    )
    pair = [seen(2 * WANT), seen(None, broken, raised(kind))]
    found = diagnose(exercise, pair, [], spoilt)
    assert found is not None
    assert found.id == "double"
    assert named(exercise, seen(2 * WANT), seen(None, WANT, raised(kind))) == ""
    single = Made(double=lambda x: np.asarray(np.inf), square=lambda x: x)
    found = diagnose(exercise, [seen(np.inf), seen(None, WANT, raised(kind))], [], single)
    assert found is not None
    assert found.id == "double"
    pairs = Made(double=lambda x: ((WANT, np.array([np.inf])), None), square=lambda x: x)
    found = diagnose(exercise, [seen((WANT, [np.inf])), seen(None, WANT, raised(kind))], [], pairs)
    assert found is not None
    assert found.id == "double"


def test_another_exception_is_a_case_without_numbers(exercise):
    pair = [seen(2 * WANT), seen(None, np.array([np.inf]), raised("KeyError"))]
    assert named(exercise, *pair) == "double"
    assert named(exercise, seen(None, np.array([np.inf]), raised("KeyError"))) == ""


def test_a_sign_that_is_no_number_must_be_the_only_one(exercise):
    changed = Finding(Verdict.WRONG, "changes its input", "changed_input")
    assert named(exercise, seen(WANT, finding=changed, contract=True)) == "in_place"
    assert named(exercise, seen(WANT, finding=changed), seen(WANT, WANT, None)) == "in_place"
    assert named(exercise, seen(WANT, finding=changed), seen(7 * WANT)) == ""
    cost = Finding(Verdict.WRONG, "too slow", "cost")
    assert named(exercise, seen(WANT, finding=changed), others=[cost]) == ""


def sloped(value: Any, slope: Any, finding: Finding | None) -> Observation:
    case = Case("gradient", (WANT,), gradient_of=0)
    return Observation(case, WANT, value, slope, finding)


GRADIENTS = {
    "the same": (np.full(3, 2.0), np.full(3, 2.0), "double"),
    "another": (np.full(3, 3.0), np.full(3, 2.0), ""),
    "none, and the mistake has one": (None, np.full(3, 2.0), ""),
    "one, and the mistake has none": (np.full(3, 2.0), None, ""),
    "none, and the mistake neither": (None, None, "double"),
}


@pytest.mark.parametrize(("slope", "of_mistake", "id_"), GRADIENTS.values(), ids=GRADIENTS)
def test_gradients_must_agree_as_well(exercise, slope, of_mistake, id_):
    class Sloped(Made):
        def of_mistake(self, mistake: str, case: Case) -> tuple[Any, np.ndarray | None]:
            return super().of_mistake(mistake, case)[0], of_mistake

    answers = Sloped(double=lambda x: x, square=lambda x: x * x)
    wrong = Observation(Case("values", (WANT,)), WANT + 1, WANT, None, WRONG)
    bad = Finding(
        Verdict.WRONG, "its gradient isn't", "no_gradient" if slope is None else "numbers"
    )
    found = diagnose(exercise, [sloped(WANT, slope, bad), wrong], [], answers)
    assert (found.id if found and found.id != "factor" else "") == id_


def test_a_wrong_value_is_enough_where_no_gradient_was_taken(exercise):
    class Sloped(Made):
        def of_mistake(self, mistake: str, case: Case) -> tuple[Any, np.ndarray | None]:
            return super().of_mistake(mistake, case)[0], np.ones(3)

    answers = Sloped(double=lambda x: 2 * x, square=lambda x: x * x)
    found = diagnose(exercise, [sloped(2 * WANT, None, WRONG)], [], answers)
    assert found is not None
    assert found.id == "double"


def test_single_precision_is_compared_in_its_own_tolerance(exercise):
    exercise = exercise.model_copy(update={"rtol": 1e-6, "rtol_single": 1e-3})
    near = 2 * WANT * (1 + 4e-4)
    assert named(exercise, seen(near)) == ""
    single = Observation(Case("v", (WANT.astype(np.float32),)), WANT, near, None, WRONG)
    assert named(exercise, single) == "double"
    assert named(exercise, seen(2 * WANT * (1 + 8e-6))) == "double"  # looser than for a mark


def factors(*values: Any, want: Sequence[Any] = (WANT, 2 * WANT + 1, WANT**2)) -> list[Observation]:
    return [seen(value, each) for value, each in zip(values, want, strict=True)]


def told(observations: Sequence[Observation], exercise: Exercise) -> str:
    bare = exercise.model_copy(update={"mistakes": ()})
    found = diagnose(bare, observations, [], ANSWERS)
    assert found is None or (found.id == "factor" and found.page.startswith("Every number"))
    return found.text.removeprefix("this looks like: right but for ") if found else ""


TOLD = [
    (-1.0, "a factor of -1"),
    (3.0, "a factor of 3"),
    (-0.5, "a factor of -1/2"),
    (16.0, "a factor of 16"),
    (1 / 16, "a factor of 1/16"),
    (math.log(2), "a factor of ln 2"),
    (-math.log(10), "a factor of -ln 10"),
    (1 / math.log(2), "a factor of 1/ln 2"),
    (1 / math.log(10), "a factor of 1/ln 10"),
    (1 + 9e-5, ""),
    (1 + 2e-4, "one factor, the same in every case"),
    (3 + 2e-4, "a factor of 3"),
    (1 / 17, "one factor, the same in every case"),
    (17.0, "one factor, the same in every case"),
    (0.7318, "one factor, the same in every case"),
    (2.001, "one factor, the same in every case"),
    (1.00005, ""),
    (0.0, ""),
]


@pytest.mark.parametrize(("factor", "text"), TOLD)
def test_one_factor_is_told_where_it_tells_of_a_slip(exercise, factor, text):
    wants = (WANT, 2 * WANT + 1, WANT**2)
    assert told(factors(*(factor * want for want in wants)), exercise) == text


def test_a_factor_of_a_whole_number_is_told_as_well(exercise):
    assert told([seen(2 * n, n) for n in (12, 40, 96)], exercise) == "a factor of 2"
    assert told([seen(2 * n, n) for n in (2**40, 2**41, 2**42)], exercise) == "a factor of 2"


NO_FACTOR = {
    "two cases only": factors(2 * WANT, 2 * WANT, want=(WANT, WANT)),
    "another one in one case": factors(2 * WANT, 4 * WANT + 2, 3 * WANT**2),
    "another shape": factors(2 * WANT, 4 * WANT + 2, [2.0]),
    "NaN": factors(2 * WANT, 4 * WANT + 2, [NAN, 1.0, 1.0]),
    "errors that even out": factors(*([2.3, 1.7],) * 3, want=(np.ones(2),) * 3),
    "errors of small numbers": factors(*([2.1e-3, 1.9e-3],) * 3, want=(np.full(2, 1e-3),) * 3),
    "small errors of a small factor": factors(*([0.0626, 0.0624],) * 3, want=(np.ones(2),) * 3),
    "infinity": factors(*(np.full(3, np.inf),) * 3, want=(WANT**2,) * 3),
    "one number for an array": factors(*([6.0],) * 3, want=(np.full(3, 3.0),) * 3),
    "right in one case": [
        *factors(2 * WANT, 4 * WANT + 2, 2 * WANT**2),
        seen(np.array([0.0, 1.0]), np.array([0.0, 1.0]), None),
    ],
    "nearly the same small one": factors(WANT / 16, (2 * WANT + 1) / 16, WANT**2 / 16 * (1 + 2e-4)),
    "no numbers": factors(2 * WANT, 4 * WANT + 2, "2"),
    "one element off": factors(2 * WANT, 4 * WANT + 2, 2 * WANT**2 + np.array([0.1, 0, 0])),
    "numbers beyond every product": factors(*(np.full(3, 1e300),) * 3),
    "wrong in another way where there is nothing": [
        *factors(2 * WANT, 2 * WANT, 2 * WANT, want=[WANT] * 3),
        seen(np.zeros(0), np.zeros(0)),
    ],
    "not zero where it should be": [
        *factors(2 * WANT, 2 * WANT, 2 * WANT, want=[WANT] * 3),
        seen(np.ones(2), np.zeros(2)),
    ],
}


@pytest.mark.parametrize("observations", NO_FACTOR.values(), ids=NO_FACTOR)
def test_no_factor(exercise, observations):
    assert told(observations, exercise) == ""


NOT_COUNTED = {
    "a case of the contract": seen(WANT, contract=True),
    "one without a value": seen(None, finding=Finding(Verdict.TIMEOUT, "took too long")),
    "one of several results": seen((WANT, WANT), (WANT, WANT)),
    "right zeros": seen(np.zeros(2), np.zeros(2), None),
}


@pytest.mark.parametrize("other", NOT_COUNTED.values(), ids=NOT_COUNTED)
def test_what_says_nothing_of_a_factor(exercise, other):
    three = factors(2 * WANT, 4 * WANT + 2, 2 * WANT**2)
    assert told([*three, other], exercise) == "a factor of 2"
    assert told([*three[:2], other], exercise) == ""
