"""Are these numbers those numbers? Knows nothing of exercises, and trusts nothing that came back.

Comparisons are written so that NaN never passes: what is asked is whether an error is within the
tolerance, never whether it is beyond.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rlprep.grader.result import Verdict

MAX_NUMBERS = 10_000_000
LONG = 10_000
"""Entries of a list that isn't looked through where its length alone is wrong."""
TOO_MANY = "returned a list of more numbers than any case has"


@dataclass(frozen=True)
class Difference:
    """How a value isn't the expected one; the text holds no number of the case.

    Of an array it may say how large the error is, which is for whoever may see the cases: for a
    single number that they chose, it is the right one in two digits. Views for students leave it
    out (`rlprep.report.guarded`).
    """

    verdict: Verdict
    text: str


class NotNumbersError(Exception):
    """A returned value that is no array of real numbers."""

    def __init__(self, verdict: Verdict, text: str) -> None:
        super().__init__(text)
        self.verdict = verdict


def difference(got: Any, want: Any, rtol: float) -> Difference | None:
    """Return how `got` differs from `want`, or None where it is within the tolerance.

    Args:
        got: what the sandbox brought back: numbers, arrays, nested lists, tuples, `wire.Foreign`.
        want: a float64 array, an int (compared exactly), or a tuple of arrays.
        rtol: relative tolerance; the absolute one is this times the largest magnitude expected, so
            that zeros never pass and an element that is 0 by cancellation may.
    """
    if isinstance(want, tuple):
        return _tuple_difference(got, want, rtol)
    if isinstance(got, list | tuple) and len(got) > LONG and np.shape(want)[:1] != (len(got),):
        text = f"returned a list of over {LONG:,} entries, expected shape {np.shape(want)}"
        return Difference(Verdict.SHAPE, text)
    try:
        array = to_array(got)
    except NotNumbersError as problem:
        return Difference(problem.verdict, str(problem))
    if isinstance(want, int):
        return _integer_difference(got, array, want)
    return _array_difference(array, want, rtol)


def to_array(value: Any) -> np.ndarray:
    """Return a returned value as an array of real numbers.

    Raises:
        NotNumbersError: it is none, or too many numbers.
    """
    if isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value)
        if value.dtype.kind not in "iuf":
            raise NotNumbersError(Verdict.DTYPE, f"returned {_dtype(value)}, expected real numbers")
        return value
    if isinstance(value, bool) or value is None:
        raise NotNumbersError(Verdict.DTYPE, f"returned {value}, expected real numbers")
    if isinstance(value, float):
        return np.asarray(value)
    if isinstance(value, int):
        try:
            return np.asarray(float(value))
        except OverflowError:
            raise NotNumbersError(Verdict.WRONG, "returned an integer beyond any float") from None
    if isinstance(value, list | tuple):
        if len(value) > MAX_NUMBERS:
            raise NotNumbersError(Verdict.SHAPE, TOO_MANY)
        if all(type(item) in (float, int) for item in value):
            return _flat(value)
        return _stack([to_array(item) for item in value])
    described = getattr(value, "description", type(value).__name__)
    raise NotNumbersError(Verdict.DTYPE, f"returned {described}, expected real numbers")


def _flat(value: list[Any] | tuple[Any, ...]) -> np.ndarray:
    """Return a list of plain numbers as an array, without an array for each of them."""
    try:
        return np.array([float(item) for item in value])
    except OverflowError:
        raise NotNumbersError(Verdict.WRONG, "returned an integer beyond any float") from None


def _stack(parts: list[np.ndarray]) -> np.ndarray:
    if len({part.shape for part in parts}) > 1:
        raise NotNumbersError(Verdict.SHAPE, "returned a list whose entries differ in shape")
    if sum(part.size for part in parts) > MAX_NUMBERS:
        raise NotNumbersError(Verdict.SHAPE, TOO_MANY)
    return np.stack(parts)


def _tuple_difference(got: Any, want: tuple[Any, ...], rtol: float) -> Difference | None:
    if not isinstance(got, list | tuple) or len(got) != len(want):
        many = f"{len(got)} results" if isinstance(got, list | tuple) else "one result"
        return Difference(Verdict.SHAPE, f"returned {many}, expected {len(want)}")
    for number, (each, expected) in enumerate(zip(got, want, strict=True), 1):
        found = difference(each, expected, rtol)
        if found:
            return Difference(found.verdict, f"result {number} of {len(want)}: {found.text}")
    return None


def _integer_difference(got: Any, array: np.ndarray, want: int) -> Difference | None:
    if array.shape != ():
        return Difference(Verdict.SHAPE, f"returned shape {array.shape}, expected one number")
    exact = got if isinstance(got, int) else array.item()
    if isinstance(exact, float) and not np.isfinite(exact):
        return Difference(Verdict.NON_FINITE, f"returned {exact}")
    if exact == want:  # Python compares an int with a float exactly
        return None
    # No factor and no sign of the error: who returns a number that they know would learn the right
    # one from it. A factor that all cases have in common is told by `diagnose`, which is harmless.
    return Difference(Verdict.WRONG, "the number is wrong")


def _array_difference(got: np.ndarray, want: np.ndarray, rtol: float) -> Difference | None:
    if got.shape != want.shape:
        return Difference(Verdict.SHAPE, f"returned shape {got.shape}, expected {want.shape}")
    finite = np.isfinite(got)
    if not finite.all():
        what = "NaN" if np.isnan(got).any() else "infinity"
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        count = int((~finite).sum())
        many = f"{count} of {got.size} numbers are" if got.size > 1 else "the number is"
        return Difference(Verdict.NON_FINITE, f"{many} {what}{_at(first)}")
    scale = float(np.abs(want).max(initial=0.0))
    with np.errstate(over="ignore"):  # an infinite error is one
        error = np.abs(got - want)
    right = error <= rtol * scale + rtol * np.abs(want)
    if right.all():
        return None
    wrong = int((~right).sum())
    where = tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
    relative = float(error[where]) / scale if scale else float("inf")
    many = f"{wrong} of {got.size} numbers are wrong, " if got.size > 1 else ""
    return Difference(
        Verdict.WRONG,
        f"{many}the largest error is {relative:.2g} times the largest value{_at(where)}",
    )


def same(a: Any, b: Any, rtol: float) -> bool:
    """Tell whether two results are equal, NaN and infinities included."""
    if isinstance(a, tuple | list) and isinstance(b, tuple) and len(a) == len(b) and _is_group(b):
        return all(same(x, y, rtol) for x, y in zip(a, b, strict=True))
    try:
        right = to_array(b).astype(np.float64)
        if isinstance(a, tuple | list) and right.shape[:1] != (len(a),):
            return False
        left = to_array(a).astype(np.float64)
    except NotNumbersError:
        return False
    if left.shape != right.shape:
        return False
    finite = right[np.isfinite(right)]
    scale = float(np.abs(finite).max(initial=0.0))
    with np.errstate(over="ignore"):
        return bool(np.allclose(left, right, rtol=rtol, atol=rtol * scale, equal_nan=True))


def _is_group(value: tuple[Any, ...]) -> bool:
    return any(isinstance(part, np.ndarray) for part in value)


def _at(where: tuple[int, ...]) -> str:
    return f", at index [{', '.join(map(str, where))}]" if where else ""


def _dtype(array: np.ndarray) -> str:
    return f"an array of {array.dtype.name}"
