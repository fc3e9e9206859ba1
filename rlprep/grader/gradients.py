"""The slope of a submission that isn't written in torch, from values alone.

NumPy and plain Python can't carry a graph, and a right one must get full marks. So where the result
has no graph and torch didn't compute it, the slope is taken by central differences. Where torch did
compute it, on whole vectors, the graph was there and was dropped: that is the mistake it looks for.
"""

import numpy as np

from rlprep.grader import compare
from rlprep.grader.cases.case import Case
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Outcome, Status

STEP = 1e-4
RTOL = 1e-5
"""Central differences of a smooth function of order 1 err by about STEP² / 6."""


def refuses_graphs(outcome: Outcome) -> bool:
    """Whether it raised, and that was NumPy's refusal of a tensor that has a graph."""
    return outcome.error is not None and "requires grad" in outcome.error.message


def is_outside_torch(outcome: Outcome, case: Case) -> bool:
    """Whether the value was computed without torch, or number by number in a Python loop."""
    assert case.gradient_of is not None
    size, work = case.arguments[case.gradient_of].size, outcome.work
    return work is None or work.largest < size or work.elements <= 4 * size


def by_differences(case: Case, runner: Runner) -> np.ndarray | None:
    """Return the gradient by central differences, or None where a value is missing."""
    first, *rest = case.arguments
    assert case.gradient_of == 0
    steps = STEP * np.eye(first.size).reshape(first.size, *first.shape)
    outcome = runner.call_each(np.concatenate([first + steps, first - steps]), rest)
    if outcome.status is not Status.RETURNED:
        return None
    try:
        values = compare.to_array(outcome.value).astype(np.float64).reshape(2, first.size)
    except (compare.NotNumbersError, ValueError):
        return None
    with np.errstate(all="ignore"):  # whatever comes of huge numbers, infinity and NaN is no slope
        return ((values[0] - values[1]) / (2 * STEP)).reshape(first.shape)
