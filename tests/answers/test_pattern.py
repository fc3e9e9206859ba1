"""The language of patterns: what each construct finds, and what is no pattern."""

import pytest

from rlprep.answers.match import Matcher
from rlprep.answers.pattern import Node, PatternError, compile_pattern, compile_phrase
from rlprep.answers.reading import read
from rlprep.answers.stance import ASSERTED, CONDITIONAL
from rlprep.answers.stems import Speller
from tests.limits import cpu_limit

PHRASES = {"critic": ["value function", "critic", "V"], "low": ["( low | small ) amount?"]}


def concept(name: str) -> Node:
    if name not in PHRASES:
        raise PatternError(f"there is no concept '{name}'")
    from rlprep.answers.pattern import either

    return either([compile_phrase(phrase, concept) for phrase in PHRASES[name]])


def finds(pattern: str, text: str) -> bool:
    hits = Matcher(read(text, Speller(()))).find(compile_pattern(pattern, concept))
    return any(hit.stance in (ASSERTED, CONDITIONAL) for hit in hits)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("low variance", "It has a low variance.", True),
        ("low variance", "It has low really just variance.", True),
        ("low variance", "It has low bias and variance.", False),
        ("variance low", "It has low variance.", False),
        ("clip the ratio", "PPO clipped its ratio", False),
        ("clip its? ratio", "PPO clipped its ratio", True),
        ("( low | small | less ) variance", "small variance", True),
        ("( no bias | unbiased ) estimate", "an unbiased estimate", True),
        ("{critic} error", "it depends on the value function's error", True),
        ("{critic} error", "it depends on V error", True),
        ("bias .. critic", "bias of the learned critic", True),
        ("bias .. critic", "bias that we all know comes from the critic", False),
        ("bias ... critic", "bias that we all know comes from the critic", True),
        ("bias ... critic", "bias is bad; the critic helps", False),
        ("critic & bias", "bias that comes from the critic", True),
        ("critic & bias", "there is bias; the critic helps", False),
        ("critic && bias", "there is bias; the critic helps", True),
        ("critic && bias", "There is bias. The critic helps.", False),
        ("critic &&& bias", "There is bias. The critic helps.", True),
        ("critic &&& bias", "There is bias. So what. The critic helps.", False),
        ("ratio & -( max )", "the ratio is clipped", True),
        ("ratio & -( max )", "the max of the ratio", False),
        ("ratio && -( max )", "the ratio is clipped; then the max", False),
        ("lambda = 0", "λ=0", True),
        ("lambda ( = | is )? 0", "lambda zero", True),
        ("r + gamma v", "r + γV(s')", True),
        ("o n ^ 2", "it costs O(N²)", True),
        ("A > 0", "for A>0", True),
        ("( the | its ) ratio", "clip ratio", True),
    ],
)
def test_what_a_pattern_finds(pattern: str, text: str, *, expected: bool):
    assert finds(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("clip ... bound .. kl", "Clipping bounds the KL.", True),
        ("clip ... bound .. kl", "Clipping doesn't bound the KL.", False),
        ("clip ... bound .. kl", "It's a myth that clipping bounds the KL.", False),
        ("clip ... bound .. kl", "People say clipping bounds the KL.", False),
        ("clip ... not( bound .. kl )", "Clipping doesn't bound the KL.", True),
        ("clip ... not( bound .. kl )", "Clipping bounds the KL.", False),
        ("not( clip ... bound .. kl )", "It isn't true that clipping bounds the KL.", True),
        ("not( clip ... bound .. kl )", "It isn't true that clipping doesn't bound the KL.", False),
        ("clip & not( hard constraint )", "Clipping isn't a hard constraint.", True),
        ("clip & not( hard constraint )", "Clipping is a hard constraint.", False),
        ("no bias", "There is no bias.", True),
        ("no bias", "It isn't true that there is no bias.", False),
        ("without forming .. matrix", "solved without forming the matrix", True),
        ("never form .. matrix", "we never form the matrix", True),
        ("form .. matrix", "we never form the matrix", False),
        ("natural gradient", "Natural gradients play no role.", False),
        ("natural gradient", "A natural gradient isn't needed.", False),
        ("natural gradient", "With a natural gradient a learning rate isn't needed.", True),
        ("lambda ... critic", "Lambda never causes bias when the critic is wrong.", False),
        ("keys ... shared", "Keys, not queries, are shared.", True),
    ],
)
def test_denial(pattern: str, text: str, *, expected: bool):
    assert finds(pattern, text) is expected


def test_each_value_of_lambda_keeps_its_own_end():
    text = "lambda 0 is TD and lambda 1 is MC"
    assert finds("lambda 0 ... td", text)
    assert finds("lambda 1 ... mc", text)
    assert not finds("lambda 0 ... mc", text)
    assert not finds("lambda 1 ... td", text)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "something is missing at the end"),
        ("( low | ) variance", "something is missing before ')'"),
        ("( low variance", "'(' is never closed"),
        ("low ) variance", "')' is not expected here"),
        ("{nothing}", "there is no concept 'nothing'"),
        ("low {critic", "a lone '{'"),
        ("( a1 & b1 )", "& inside brackets"),
        ("-( low )", "only -( )"),
        ("low -( high )", "-( ) inside a phrase"),
        ("not( low ) not( high )", "two not( )"),
        ("... low", "a gap at the edge"),
        ("low &", "something is missing at the end"),
        ("|", "something is missing before '|'"),
        ("(" * 20 + "low" + ")" * 20, "nested too deeply"),
        ("word " * 200, "a pattern of 1000 characters"),
    ],
)
def test_what_is_no_pattern(pattern: str, message: str):
    with pytest.raises(PatternError) as raised:
        compile_pattern(pattern, concept)
    assert message in raised.value.what


@pytest.mark.parametrize(
    "pattern",
    [
        " ... ".join(["a1? b1?", "( a1 | a1 a1 | a1 a1 a1 )"] * 5) + " ... zz",
        " & ".join(["a1 ... a1 ... a1 ... b1"] * 12),
        "( a1? a1? a1? a1? a1? a1? a1? a1? )? ... " * 6 + "zz",
        "not( a1 ... a1 ... a1 ... a1 ... a1 ... a1 ... a1 ... nor ) & zz",
    ],
    ids=["gaps", "conjunctions", "optionals", "denial"],
)
def test_no_pattern_backtracks_for_ever(pattern: str):
    text = "not a1 a1 nor a1 " * 400 + ". zz b1 nor"  # every word occurs, the whole nowhere
    with cpu_limit(20):
        Matcher(read(text, Speller(()))).find(compile_pattern(pattern, concept))


def test_many_slow_patterns_are_bounded_together():
    text = "not a1 a1 nor a1 " * 400 + ". zz b1 nor"
    matcher = Matcher(read(text, Speller(())))
    slow = "( a1? a1? a1? a1? a1? a1? a1? a1? )? ... " * 6
    patterns = [compile_pattern(f"{slow} zz w{number}?", concept) for number in range(200)]
    with cpu_limit(20):
        for pattern in patterns:
            matcher.find(pattern)
