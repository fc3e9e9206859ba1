"""Spelling: what means one thing is one token, and every token knows where it came from."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlprep.answers.clauses import clauses
from rlprep.answers.stems import Speller, stem
from rlprep.answers.tokens import tokenise

SILENT = ("open", "close", "comma")


def forms(text: str) -> list[str]:
    return [token.form for token in tokenise(text) if token.kind not in SILENT]


@pytest.mark.parametrize(
    "text",
    ["λ=0", "λ = 0", r"\lambda = 0", "lam = 0", "lambda=zero", "$\\lambda=0$", "Lambda := 0"],
)
def test_lambda_is_zero_in_any_notation(text: str):
    assert forms(text) == ["lambda", "=", "0"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O(N²d)", ["o", "n", "^", "2", "d"]),
        ("O(N^2 d)", ["o", "n", "^", "2", "d"]),
        ("F⁻¹g", ["f", "^", "-", "1", "g"]),
        ("F^{-1} g", ["f", "^", "-", "1", "g"]),
        ("φ(Q)(φ(K)ᵀV)", ["phi", "q", "phi", "k", "v"]),
        (r"\phi(Q)(\phi(K)^\top V)", ["phi", "q", "phi", "k", "v"]),
        ("phi(K).T @ V", ["phi", "k", "v"]),
        ("ε = .2 (λ=.95)", ["epsilon", "=", "0.2", "lambda", "=", "0.95"]),
        ("see fig.2", ["see", "fig", "2"]),
        ("the parameters' size", ["the", "parameters", "size"]),
        ("Â_t", ["A", "t"]),
        (r"\hat{A}_t", ["A", "t"]),
        ("rA, r·A, r*A", ["r", "A", "r", "A", "r", "A"]),
        ("A > 0 and a > 0", ["A", ">", "0", "and", "A", ">", "0"]),
        ("a good action. A bad one", ["a", "good", "action", ".", "a", "bad", "1"]),
        ("π_θold", ["pi", "theta", "old"]),
        ("γλ", ["gamma", "lambda"]),
        ("s_{t+1}", ["s", "t", "+", "1"]),
        ("V(s') - V(s)", ["v", "s", "prime", "-", "v", "s"]),
        ("V(s') – V(s)", ["v", "s", "prime", "-", "v", "s"]),
        ("one-step TD(0)", ["1", "step", "td", "0"]),
        ("GQA-8", ["gqa", "8"]),
        ("1-eps, 1−ε", ["1", "-", "epsilon", "1", "-", "epsilon"]),
        ("4x, 4×, four times", ["4", "x", "4", "x", "4", "times"]),
        ("r ≠ 1 ⇒ KL ≤ δ", ["r", "!=", "1", "->", "kl", "<=", "delta"]),
        ("isn't doesnt can't cannot", ["is", "not", "does", "not", "can", "not", "can", "not"]),
        ("it’s the policy’s", ["it", "is", "the", "policy"]),
        ("var ↑, bias ↓", ["var", "up", "bias", "down"]),
        ("lambda is one of two knobs", ["lambda", "is", "one", "of", "2", "knobs"]),
    ],
)
def test_one_spelling(text: str, expected: list[str]):
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", 3),
        ("a half, a quarter, ... until it fits", 1),
        ("a half, a quarter... then the rest", 2),
        ("- one\n- two\n* three", 3),
        ("1) one 2) two", 2),
        ("e.g. this one, i.e. that approx. here", 1),
        ("x = 0.95 is usual", 1),
        ("a line that was\nwrapped", 1),
        ("First line\nSecond line", 2),
        ("x = 1\ny = 2", 2),
        ("quick . notes . like this", 3),
    ],
)
def test_sentences(text: str, sentences: int):
    assert len({clause.sentence for clause in clauses(tokenise(text))}) == sentences


@given(st.text(max_size=200))
def test_any_text_gives_tokens_within_it_and_in_order(text: str):
    tokens = tokenise(text)
    assert all(0 <= token.start <= token.end <= len(text) for token in tokens)
    assert all(a.start <= b.start for a, b in pairwise(tokens))


def test_stems_join_inflections_and_keep_opposites_apart():
    assert stem("clips") == stem("clipped") == stem("clipping")
    assert stem("maximises") == stem("maximizing")
    assert len({stem(word) for word in ("maximum", "minimum", "maximise", "minimise")}) == 4
    assert stem("biased") != stem("unbiased")
    assert stem("on") != stem("off")


SPELLER = Speller(["advantages", "bottleneck", "increase", "stale", "otherwise", "variance", "max"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("advantges", "advantages"),
        ("bottelneck", "bottleneck"),
        ("varience", "variance"),
        ("decrease", None),  # far from what is known, and another word
        ("state", None),  # short: only letters that changed places are mended
        ("satle", "stale"),
        ("slate", None),
        ("covariance", None),  # another first letter
        ("mxa", None),
    ],
)
def test_only_slips_are_mended(typed: str, meant: str | None):
    assert SPELLER.mend(typed) == meant


def test_a_known_word_is_never_mended():
    speller = Speller(["increase"], known=["increases", "decrease"])
    assert speller.mend("increases") is None
    assert Speller(["minimum", "maximum"]).mend("maximum") is None
