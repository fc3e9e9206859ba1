"""Letters that stand for Greek ones, and those that don't."""

import pytest

from rlprep.answers.shorthand import written_out
from rlprep.answers.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l=0 in (g*l)^k", "lambda = 0 in ( gamma lambda ) ^ k"),
        ("A = d + gl A'", "A = d + gamma lambda A prime"),
        ("flat above 1+e, e=.2", "flat above 1 + epsilon , epsilon = 0.2"),
        ("d = r + V'", "delta = r + v prime"),
    ],
)
def test_a_letter_is_written_out_where_the_answer_shows_what_it_is(text: str, expected: str):
    assert " ".join(token.form for token in written_out(text, tokenise(text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2 L G d n bytes",
        "G=1 is MQA",
        "sum_l (gamma lambda)^l",
        "e is 2.7",
        "1 - eps and e",
        "d x d",
    ],
)
def test_any_other_letter_stays_what_it_is(text: str):
    tokens = tokenise(text)
    assert written_out(text, tokens) == tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thirty-two heads", "32 heads"),
        ("sixty four", "64"),
        ("twenty percent", "20 percent"),
        ("ten two", "10 2"),
        ("20 two", "20 2"),
    ],
)
def test_numerals_in_letters_are_one_number(text: str, expected: str):
    assert " ".join(token.form for token in tokenise(text)) == expected
