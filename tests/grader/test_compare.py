"""Pairs that must differ, first of all those that a careless comparison lets pass."""

import numpy as np
import pytest

from rlprep.grader.compare import difference, same, to_array
from rlprep.sandbox.wire import Foreign

WANT = np.array([[1.0, -2.0], [3.0, 0.0]])
NAN, INF = float("nan"), float("inf")

RIGHT = {
    "the array itself": WANT.copy(),
    "float32": WANT.astype(np.float32),
    "integers": WANT.astype(np.int64),
    "nested lists": [[1, -2.0], [3.0, 0]],
    "a list of arrays": [np.array([1.0, -2.0]), np.array([3.0, 0.0])],
    "a tuple of lists of numbers without axes": ([np.array(1.0), np.array(-2.0)], [3.0, 0.0]),
    "a rounding error beside a zero": WANT + 1e-9,
}


@pytest.mark.parametrize("got", RIGHT.values(), ids=RIGHT)
def test_right_numbers_pass_in_any_clothes(got):
    assert difference(got, WANT, 1e-6) is None


WRONG = {
    "zeros": (np.zeros((2, 2)), "wrong"),
    "one element off": (WANT + np.array([[0, 0], [0, 1e-4]]), "wrong"),
    "NaN": (np.where(WANT == 0, NAN, WANT), "non_finite"),
    "all NaN": (np.full((2, 2), NAN), "non_finite"),
    "infinity": (np.where(WANT == 3, INF, WANT), "non_finite"),
    "a shape that broadcasts": (WANT[:1], "shape"),
    "an extra axis": (WANT[None], "shape"),
    "flat": (WANT.ravel(), "shape"),
    "one number": (1.0, "shape"),
    "a ragged list": ([[1.0, -2.0], [3.0]], "shape"),
    "an empty list": ([], "shape"),
    "nothing": (None, "dtype"),
    "bools": (WANT > 0, "dtype"),
    "a bool": (True, "dtype"),
    "something that can't cross": (Foreign("numpy.ndarray (complex128)"), "dtype"),
    "an integer beyond floats": (10**400, "wrong"),
}


@pytest.mark.parametrize(("got", "verdict"), WRONG.values(), ids=WRONG)
def test_wrong_numbers_dont_pass(got, verdict):
    found = difference(got, WANT, 1e-6)
    assert found is not None
    assert found.verdict == verdict


def test_the_largest_error_is_placed_and_no_number_of_the_case_is_shown():
    found = difference(WANT + np.array([[0, 0], [0.3, 0.1]]), WANT, 1e-6)
    assert found is not None
    assert found.text == (
        "2 of 4 numbers are wrong, "
        "the largest error is 0.1 times the largest value, at index [1, 0]"
    )


@pytest.mark.parametrize("got", [2**60 + 4, np.int64(2**60 + 4), np.asarray(2**60 + 4)])
def test_an_int_is_compared_exactly(got):
    want = 2**60 + 4
    assert difference(got, want, 1e-6) is None
    assert difference(got, want + 4, 1e-6) is not None


@pytest.mark.parametrize("got", [2.0**60, float(2**60 + 4), 0, NAN, INF, 2**59, [2**60 + 4]])
def test_a_float_isnt_an_int_of_sixty_bits(got):
    assert difference(got, 2**60 + 4, 1e-6) is not None


def test_each_of_several_results_counts():
    pair = (WANT, WANT[:1])
    assert difference([WANT, WANT[:1]], pair, 1e-6) is None
    assert difference([WANT], pair, 1e-6).verdict == "shape"  # type: ignore[union-attr]
    assert difference(WANT, pair, 1e-6).verdict == "shape"  # type: ignore[union-attr]
    assert "result 2 of 2" in difference((WANT, WANT[:1] + 1), pair, 1e-6).text  # type: ignore[union-attr]


def test_same_takes_nan_for_itself():
    broken = np.array([1.0, NAN, INF])
    assert same(broken, broken.copy(), 1e-6)
    assert not same(broken, np.array([1.0, NAN, -INF]), 1e-6)
    assert not same(broken, np.array([1.0, 2.0, INF]), 1e-6)


def test_to_array_keeps_the_shape_of_a_number():
    assert to_array(2).shape == ()


def test_a_list_of_very_many_is_told_by_its_length_alone():
    from rlprep.grader.compare import LONG

    rows: list[object] = [[]] * (LONG + 1)
    found = difference(rows, np.zeros(3), 1e-6)
    assert found is not None
    assert found.text == "returned a list of over 10,000 entries, expected shape (3,)"
    assert not same(rows, np.zeros(3), 1e-6)
    many = [1.0] * LONG + [2]
    assert difference(many, np.array(many), 1e-6) is None
    assert same(many, np.array(many), 1e-6)


def test_plain_numbers_in_a_list_are_compared_as_they_are_alone():
    assert difference([1, 2.0, 10**400], np.zeros(3), 1e-6) is not None
    assert difference([True, 1.0], np.ones(2), 1e-6) is not None
    assert difference([1, 2.0], np.array([1.0, 2.0]), 1e-6) is None
