"""Each lab's quick form, run once for all tests of a process."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from rlprep.labs.catalogue import find_lab
from rlprep.labs.lab import Cell, Estimate, LabResult, Settings
from rlprep.labs.run import run_lab
from rlprep.labs.stopwatch import one_thread

Quick = Callable[[str], LabResult]


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Compute in one thread: the arrays are small, and other tests run beside this one."""
    with one_thread():
        yield


@cache
def _run(name: str) -> tuple[LabResult, tuple[float, ...]]:
    told: list[float] = []
    return run_lab(find_lab(name), Settings(quick=True, progress=told.append)), tuple(told)


@pytest.fixture
def quick() -> Quick:
    """Return a lab's quick form with seed 0."""
    return lambda name: _run(name)[0]


@pytest.fixture
def progress_of() -> Callable[[str], tuple[float, ...]]:
    """Return what the quick form told of its progress."""
    return lambda name: _run(name)[1]


def number(cell: Cell) -> float:
    """Return a cell that has to be a number, the mean of an estimate."""
    value = cell.mean if isinstance(cell, Estimate) else cell
    assert isinstance(value, int | float)
    return float(value)
