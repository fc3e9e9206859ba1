"""The known mistake whose numbers these are. Never has an influence on points."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rlprep.bank.exercise import Exercise, KnownMistake
from rlprep.grader import compare
from rlprep.grader.answers import Answers, MistakeRaisedError
from rlprep.grader.judge import Finding, Observation
from rlprep.grader.result import Diagnosis, Verdict

OVERFLOWS = frozenset({"OverflowError", "ZeroDivisionError", "FloatingPointError"})
"""What plain Python raises where torch and NumPy return infinity or NaN."""
MATCH_RTOL = 1e-5
CLOSE = 1e-4
"""How far numbers may be from one factor, which is told in few digits."""


def diagnose(
    exercise: Exercise,
    observations: Sequence[Observation],
    others: Sequence[Finding],
    answers: Answers,
) -> Diagnosis | None:
    """Return the mistake that explains every case, or None.

    Args:
        exercise: with its mistakes.
        observations: what the submission gave, case by case.
        others: findings that belong to no case (cost).
        answers: know what the mistakes give.
    """
    findings = [each.finding for each in observations if each.finding] + list(others)
    if not findings:
        return None
    signs = {finding.sign for finding in findings}
    for mistake in exercise.mistakes:
        if mistake.sign != "numbers":
            if signs == {mistake.sign}:
                return named(mistake)
        elif _has_numbers_of(mistake.id, answers, exercise, observations):
            return named(mistake)
    return _factor(observations)


def named(mistake: KnownMistake) -> Diagnosis:
    """Return the diagnosis of a known mistake."""
    return Diagnosis(mistake.id, f"this looks like: {mistake.title}", mistake.text)


def _has_numbers_of(
    mistake: str, answers: Answers, exercise: Exercise, observations: Sequence[Observation]
) -> bool:
    """Tell whether the submission and the mistake give the same, right and wrong alike."""
    compared, wrong = 0, 0
    # Where the submission is wrong is where most mistakes are told apart at once.
    for seen in sorted(observations, key=lambda each: each.finding is None):
        if seen.case.contract or seen.case.steep:
            continue
        agrees = _agrees(mistake, answers, exercise, seen)
        if agrees is None:
            continue
        if not agrees:
            return False
        compared += 1
        wrong += seen.finding is not None and seen.finding.sign in (None, "numbers")
    return wrong > 0 and 2 * compared >= len(observations)


def _agrees(mistake: str, answers: Answers, exercise: Exercise, seen: Observation) -> bool | None:
    """Tell whether one case agrees; None where the submission gave nothing to compare."""
    overflowed = False
    if seen.finding and seen.finding.verdict not in _WITH_NUMBERS:
        raised = seen.finding.raised
        if raised is None or raised.type_name not in OVERFLOWS:
            return None
        overflowed = True
    try:
        value, slope = answers.of_mistake(mistake, seen.case)
    except MistakeRaisedError:
        return False
    if overflowed:
        return not _is_finite(value)
    rtol = max(MATCH_RTOL, exercise.rtol_single if seen.case.is_single else exercise.rtol)
    if not compare.same(seen.value, value, rtol):
        return False
    value_is_wrong = seen.finding and seen.finding.sign == "numbers" and seen.gradient is None
    if seen.case.gradient_of is None or value_is_wrong:
        return True
    if slope is None:
        return seen.gradient is None
    return compare.same(seen.gradient, slope, rtol)


_WITH_NUMBERS = (Verdict.WRONG, Verdict.SHAPE, Verdict.NON_FINITE)


def _is_finite(value: Any) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return all(bool(np.isfinite(part).all()) for part in parts)


def _factor(observations: Sequence[Observation]) -> Diagnosis | None:
    """Recognise results that are right but for one factor, which names many slips of a sign."""
    factors: list[float] = []
    for seen in observations:
        if (
            seen.case.contract
            or seen.case.steep
            or seen.value is None
            or isinstance(seen.want, tuple)
        ):
            continue
        if seen.finding is None and not np.any(seen.want):
            continue  # zeros times anything
        factor = _factor_of(seen)
        if factor is None:
            return None
        factors.append(factor)
    if len(factors) < 3 or np.ptp(factors) > CLOSE * abs(factors[0]) or abs(factors[0] - 1) < CLOSE:
        return None
    return Diagnosis("factor", f"this looks like: right but for {_told(factors[0])}", _PAGE)


MOST = 16
_TELLING = {
    **{1 / n: f"1/{n}" for n in range(2, MOST + 1)},
    **{float(n): str(n) for n in range(1, MOST + 1)},
    **{math.log(n): f"ln {n}" for n in (2, 10)},
    **{1 / math.log(n): f"1/ln {n}" for n in (2, 10)},
}
"""Factors that tell of a slip. Any other is one that a submission may have chosen, to take home
what it saw in the hidden cases: it isn't said."""


def _told(factor: float) -> str:
    sign = "-" if factor < 0 else ""
    for size, name in _TELLING.items():
        if abs(abs(factor) / size - 1) < CLOSE:
            return f"a factor of {sign}{name}"
    return "one factor, the same in every case"


_PAGE = """Every number is the right one times one constant. Look for a sign (a loss is minimised,
an objective maximised; KL and entropy are not negative), for a mean that should be a sum or the
other way round, for a forgotten or doubled 1/2, and for a logarithm to another base."""


def _factor_of(seen: Observation) -> float | None:
    try:
        got = compare.to_array(seen.value)
    except compare.NotNumbersError:
        return None
    want = np.asarray(seen.want, dtype=np.float64)
    if got.shape != want.shape or not want.any():
        return None
    with np.errstate(all="ignore"):  # whatever comes of NaN and infinity isn't close
        factor = float((got * want).sum() / (want * want).sum())
        is_close = np.abs(got - factor * want) <= CLOSE * abs(factor) * np.abs(want).max()
    return factor if is_close.all() and factor else None
