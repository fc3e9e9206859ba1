"""Short replies to the question for one point, in its context."""

import json
from collections.abc import Callable

import pytest

from rlprep.answers.evidence import judge
from rlprep.answers.judgement import Judgement
from rlprep.answers.replies import in_context, judge_replies
from tests.bench.answers import DATA, rubric_of

BEFORE = "That is all I know about the topic of this question."
REPLIES = [json.loads(line) for line in (DATA / "replies.jsonl").read_text("utf-8").splitlines()]
Replied = Callable[[str, str, str], Judgement]


@pytest.fixture
def replied() -> Replied:
    def replied(question: str, point: str, reply: str) -> Judgement:
        rubric = rubric_of(question)
        whole = judge(rubric, f"{BEFORE}\n{reply}")
        return judge_replies(rubric, whole, {point: reply})

    return replied


def state(judgement: Judgement, point: str) -> str:
    return next(each.state for each in judgement.points if each.id == point)


def test_labelled_replies_are_read_in_their_context(replied: Replied):
    found = {True: 0, False: 0}
    for each in REPLIES:
        judgement = replied(each["question"], each["point"], each["reply"])
        found[each["states"]] += state(judgement, each["point"]) == "found"
    stated = sum(each["states"] for each in REPLIES)
    assert found[False] == 0
    assert found[True] >= 0.93 * stated


def test_only_the_point_that_was_asked_for_gains(replied: Replied):
    judgement = replied("gae", "lam0", "yes, because it is lower variance, but biased by V")
    assert [point.id for point in judgement.points if point.state == "found"] == ["lam0"]


def test_the_quotation_is_the_replys_own_words(replied: Replied):
    judgement = replied("gae", "lam0", " low variance, but biased ")
    point = next(each for each in judgement.points if each.id == "lam0")
    assert (point.state, point.quote) == ("found", "low variance, but biased")


def test_a_false_claim_about_the_topic_is_reported_and_not_credited(replied: Replied):
    judgement = replied("gae", "lam0", "the Monte Carlo return, and it has no bias")
    assert "swap" in {claim.id for claim in judgement.misconceptions}
    assert state(judgement, "lam0") != "found"
    rubric = rubric_of("gae")
    disputed = judge_replies(rubric, judge(rubric, BEFORE), {"lam0": "Monte Carlo"}, ["swap"])
    assert "swap" not in {claim.id for claim in disputed.misconceptions}


@pytest.mark.parametrize(
    "reply", ["yes", "no.", "well, no", "I don't know", "", "maybe low variance"]
)
def test_a_reply_that_says_nothing_firm_shows_nothing(replied: Replied, reply: str):
    assert state(replied("gae", "lam0", reply), "lam0") != "found"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Yes, because it's noisy.", "X: it's noisy."),
        ("no bias", "X: no bias"),
        ("No. It grows. Lambda = 1 is MC.", "X: It grows. Lambda = 1 is MC."),
        ("That's because of V. It is biased.", "X: of V. X: It is biased."),
    ],
)
def test_the_topic_goes_before_what_is_about_it(reply: str, expected: str):
    assert in_context("X", reply) == expected
