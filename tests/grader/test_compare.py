"""Pairs that must differ, first of all those that a careless comparison lets pass."""

import numpy as np
import pytest

from rlprep.grader import compare
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


SAID = {
    "nothing": (None, "returned None, expected real numbers"),
    "bools": (WANT > 0, "returned an array of bool, expected real numbers"),
    "complex numbers": (WANT + 0j, "returned an array of complex128, expected real numbers"),
    "something that can't cross": (
        Foreign("a coroutine"),
        "returned a coroutine, expected real numbers",
    ),
    "a text": ("0.5", "returned str, expected real numbers"),
    "an integer beyond floats": (10**400, "returned an integer beyond any float"),
    "one beyond floats among others": ([1, 10**400], "returned an integer beyond any float"),
    "a ragged list": ([[1.0, -2.0], [3.0]], "returned a list whose entries differ in shape"),
    "a shape that broadcasts": (WANT[:1], "returned shape (1, 2), expected (2, 2)"),
    "a NaN": (np.where(WANT == 3, NAN, WANT), "1 of 4 numbers are NaN, at index [1, 0]"),
    "an infinity": (
        np.where(WANT == 3, -INF, WANT),
        "1 of 4 numbers are infinity, at index [1, 0]",
    ),
    "an infinity before a NaN": (
        np.where(WANT == 3, NAN, np.where(WANT == -2, INF, WANT)),
        "2 of 4 numbers are NaN, at index [0, 1]",
    ),
}


@pytest.mark.parametrize(("got", "text"), SAID.values(), ids=SAID)
def test_what_is_wrong_is_said_in_full(got, text):
    found = difference(got, WANT, 1e-6)
    assert found is not None
    assert found.text == text


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


INTEGERS = {
    "another one": (7, "wrong", "the number is wrong"),
    "half a one": (12.5, "wrong", "the number is wrong"),
    "one of three hundred digits": (10**300, "wrong", "the number is wrong"),
    "beyond every float": (-(10**400), "wrong", "returned an integer beyond any float"),
    "a list of it": ([12], "shape", "returned shape (1,), expected one number"),
    "nothing": (None, "dtype", "returned None, expected real numbers"),
    "NaN": (NAN, "non_finite", "returned nan"),
    "an infinity": (np.float32(INF), "non_finite", "returned inf"),
}


@pytest.mark.parametrize(("got", "verdict", "text"), INTEGERS.values(), ids=INTEGERS)
@pytest.mark.parametrize("want", [0, 12, 13])
def test_what_is_said_of_a_wrong_integer_doesnt_depend_on_the_right_one(got, verdict, text, want):
    found = difference(got, want, 1e-6)
    assert found is not None
    assert (found.verdict, found.text) == (verdict, text)


@pytest.mark.parametrize("got", [12, 12.0, np.uint8(12), np.float32(12)])
def test_an_int_may_come_back_as_another_kind_of_number(got):
    assert difference(got, 12, 1e-6) is None


def test_the_tolerance_is_relative_to_the_number_and_to_the_largest():
    want = np.array([1e6, 1.0, 0.0])
    inside, outside = 0.9, 1.1
    for at, room in [(0, 2.0), (1, 1 + 1e-6), (2, 1.0)]:
        off = np.zeros(3)
        off[at] = room
        for sign in (1, -1):
            assert difference(want + sign * inside * off, want, 1e-6) is None
            found = difference(want + sign * outside * off, want, 1e-6)
            assert found is not None
            assert found.text.startswith("1 of 3 numbers are wrong, ")


def test_an_error_as_large_as_the_tolerance_passes_and_so_does_none_at_all():
    assert difference(1.5, np.asarray(1.0), 0.25) is None
    assert difference(1.500001, np.asarray(1.0), 0.25) is not None
    assert difference([0.0, 0.0], np.zeros(2), 0.0) is None
    assert difference([], np.zeros(0), 1e-6) is None


def test_a_number_at_the_edge_isnt_counted_as_wrong():
    found = difference([1.5, 2.0], np.ones(2), 0.25)
    assert found is not None
    assert found.text.startswith("1 of 2 numbers are wrong, the largest error is 1 times ")


def test_of_one_number_that_is_none_no_place_is_said():
    found = difference(NAN, np.asarray(1.0), 1e-6)
    assert found is not None
    assert found.text == "the number is NaN"
    found = difference([INF, 1.0], np.ones(2), 1e-6)
    assert found is not None
    assert found.text == "1 of 2 numbers are infinity, at index [0]"


def test_an_error_beyond_every_float_is_an_error_and_no_warning():
    huge = np.array([1.7e308, 1.0])
    found = difference(-huge, huge, 1e-6)
    assert found is not None
    assert found.verdict == "wrong"
    assert not same(-huge, huge, 1e-6)


def test_of_one_wrong_number_neither_a_count_nor_a_place_is_said():
    found = difference(1.25, np.asarray(-1.0), 1e-6)
    assert found is not None
    assert found.text == "the largest error is 2.2 times the largest value"
    found = difference([0.5], np.zeros(1), 1e-6)
    assert found is not None
    assert found.text == "the largest error is inf times the largest value, at index [0]"


def test_unsigned_integers_and_single_precision_are_compared_as_they_are_worth():
    assert difference(np.array([1, 2], np.uint8), np.array([1.0, 2.0]), 1e-9) is None
    assert difference(np.array([0, 2], np.uint8), np.array([1.0, 2.0]), 1e-9) is not None


def test_each_of_several_results_counts():
    pair = (WANT, WANT[:1])
    found = difference([WANT], pair, 1e-6)
    assert found is not None
    assert found.text == "returned 1 results, expected 2"
    found = difference(WANT, pair, 1e-6)
    assert found is not None
    assert found.text == "returned one result, expected 2"
    found = difference((WANT[:1], WANT[:1]), pair, 1e-6)
    assert found is not None
    assert found.verdict == "shape"
    assert found.text == "result 1 of 2: returned shape (1, 2), expected (2, 2)"
    assert difference([WANT, WANT[:1]], pair, 1e-6) is None
    assert difference([WANT], pair, 1e-6).verdict == "shape"  # type: ignore[union-attr]
    assert difference(WANT, pair, 1e-6).verdict == "shape"  # type: ignore[union-attr]
    assert "result 2 of 2" in difference((WANT, WANT[:1] + 1), pair, 1e-6).text  # type: ignore[union-attr]


def test_same_takes_nan_for_itself():
    broken = np.array([1.0, NAN, INF])
    assert same(broken, broken.copy(), 1e-6)
    assert not same(broken, np.array([1.0, NAN, -INF]), 1e-6)
    assert not same(broken, np.array([1.0, 2.0, INF]), 1e-6)


def test_same_asks_for_the_same_shape_and_for_numbers():
    assert same(WANT.tolist(), WANT, 1e-6)
    assert same(WANT, WANT[:1], 1e-6) is False
    assert same([1.0], np.asarray(1.0), 1e-6) is False
    assert not same(1.0, np.ones(2), 1e-6)
    assert same(None, WANT, 1e-6) is False
    assert not same([[1.0], [None]], np.ones((2, 1)), 1e-6)
    assert not same(WANT, Foreign("a set"), 1e-6)


def test_same_is_as_near_as_the_tolerance_says():
    wide = np.array([1e3, 0.0, INF])
    assert same(wide + np.array([0.0, 0.9e-3, 0.0]), wide, 1e-6)
    assert not same(wide + np.array([0.0, 1.1e-3, 0.0]), wide, 1e-6)
    assert same(np.array([NAN, NAN]), np.array([NAN, NAN]), 1e-6)
    assert same(1.015, np.asarray(1.0), 1e-2)
    assert not same(1.0005e-3, np.asarray(1e-3), 1e-6)
    for rows in ([[1e3], [0.9e-3]], [1e3, 0.9e-3], (1e3, 0.9e-3)):
        want = np.array([1e3, 0.0]).reshape(np.shape(rows))
        assert same(rows, want, 1e-6)
        assert same(rows, tuple(want.tolist()), 1e-6)


def test_same_compares_groups_of_results_one_by_one():
    pair = (WANT, np.asarray(NAN))
    assert same([WANT, NAN], pair, 1e-6)
    assert same(pair, pair, 1e-6)
    assert not same([WANT, 0.0], pair, 1e-6)
    assert not same([WANT + 1, NAN], pair, 1e-6)
    assert not same([WANT], pair, 1e-6)
    assert not same([WANT, NAN, NAN], pair, 1e-6)
    assert not same(WANT, pair, 1e-6)
    assert not same(None, pair, 1e-6)
    assert same((1.0, 2.0), (1.0, 2.0), 1e-6)


def test_to_array_keeps_the_shape_of_a_number():
    assert to_array(2).shape == ()
    assert to_array(2.5) == 2.5
    assert to_array(np.float32(2)).shape == ()


@pytest.mark.parametrize("most", [3, 4])
def test_a_list_of_more_numbers_than_any_case_has_is_refused_unseen(monkeypatch, most):
    monkeypatch.setattr(compare, "MAX_NUMBERS", most)
    plain, nested = [1.0] * 4, [np.ones(2), np.ones(2)]
    for value in (plain, nested, [[1.0, 1.0], [1.0, 1.0]]):
        if most == 4:
            assert to_array(value).size == 4
            continue
        with pytest.raises(
            compare.NotNumbersError, match=r"^returned a list of more numbers than any case has$"
        ) as raised:
            to_array(value)
        assert raised.value.verdict == "shape"


def test_a_list_is_long_or_not_by_what_is_expected(monkeypatch):
    monkeypatch.setattr(compare, "LONG", 3)
    ragged = [[1.0], [], [1.0]]
    found = difference(ragged, np.ones(2), 1e-6)
    assert found is not None
    assert found.text == "returned a list whose entries differ in shape"
    found = difference([*ragged, []], np.ones(4), 1e-6)
    assert found is not None
    assert found.text == "returned a list whose entries differ in shape"
    for got in ([*ragged, []], (*ragged, [])):
        found = difference(got, np.ones((2, 4)), 1e-6)
        assert found is not None
        assert found.text == "returned a list of over 3 entries, expected shape (2, 4)"
    assert difference([[1.0, 2.0]] * 4, np.array([[1.0, 2.0]] * 4), 1e-6) is None
    found = difference([1.0] * 4, 12, 1e-6)
    assert found is not None
    assert found.text == "returned a list of over 3 entries, expected shape ()"


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
