"""What a writer takes back counts as not said, and nothing else does."""

import pytest

from rlprep.answers.reading import Reading, read
from rlprep.answers.retraction import TAKEN_BACK
from rlprep.answers.stance import ASSERTED, UNASSERTED
from rlprep.answers.stems import Speller
from tests.limits import cpu_limit

SAID = "Lambda zero is Monte Carlo"
MEANT = "lambda zero is the one-step error"


def reading(text: str) -> Reading:
    return read(text, Speller([]))


def stances_by_sentence(text: str) -> list[int]:
    found = reading(text)
    return [max(found.stances[n] for n in numbers) for numbers in found.sentences.values()]


@pytest.mark.parametrize(
    "between",
    [
        "... no wait, sorry, other way round: ",
        ", no wait, ",
        " no wait ",
        ". Wait, no, ",
        ". Wait, ",
        ". Hmm, no: ",
        " — correction, ",
        ". Correction: ",
        ". Scratch that. ",
        ". Actually scratch that, it's reversed: ",
        ". Oops, sorry, I mean ",
        "... sorry, ",
        ". I misspoke: ",
        ". No, it's the other way around: ",
        ". It's the other way round. ",
        ". Sorry, I got that backwards; ",
        ". My mistake, ",
        ". Hold on, ",
        ". Actually, no. ",
        "…sorry, I meant ",
    ],
)
def test_what_is_taken_back_is_not_said(between: str):
    assert stances_by_sentence(f"{SAID}{between}{MEANT}.") == [UNASSERTED, ASSERTED]


@pytest.mark.parametrize(
    "text",
    [
        "Lambda zero is the one-step error. Sorry, I don't remember the rest.",
        "The bound doesn't hold on average. There is actually no bias.",
        "GAE trains from scratch that critic. There is no wait for the other workers.",
        "The clip is no hard bound. No, it only removes the incentive.",
        "The loss is a minimum. Actually, the gradient is what matters.",
        "TRPO bounds the KL. With reversed arguments it is another divergence.",
        "In PPO it is a max. In TRPO it is the other way round for the sign.",
        "A common mistake is the sign. I take it that the critic is exact.",
        "It is biased, I mean, it trusts the critic.",
        "Training waits for no one. The correction is the ratio.",
    ],
)
def test_other_uses_of_the_words_take_nothing_back(text: str):
    assert TAKEN_BACK not in [token.form for token in reading(text).tokens]


def test_there_must_be_something_to_take_back():
    for text in ("No wait, lambda zero is TD.", "Sorry, it is late.", "Correction: V is exact."):
        assert TAKEN_BACK not in [token.form for token in reading(text).tokens]


def test_only_the_sentence_before_is_taken_back():
    text = f"The critic is V. {SAID}. Scratch that. {MEANT}."
    assert stances_by_sentence(text) == [ASSERTED, UNASSERTED, ASSERTED]


def test_taken_back_twice():
    text = "It is biased, no wait, it is unbiased, no wait, it depends on lambda."
    assert stances_by_sentence(text) == [UNASSERTED, UNASSERTED, ASSERTED]


@pytest.mark.parametrize("word", ["no wait ", "sorry, ", "no, ", "wait, no, ", "reversed, "])
def test_repeating_it_takes_no_longer_than_its_length(word: str):
    with cpu_limit(10):
        reading("It is biased. " + word * 4000)
