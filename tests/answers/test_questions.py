"""A question claims nothing unless it is answered with yes; a no answers it, and nothing else."""

import pytest

from rlprep.answers.reading import Reading, read
from rlprep.answers.stance import ASSERTED, UNASSERTED
from rlprep.answers.stems import Speller
from tests.bench.answers import judge, rubric_of
from tests.limits import cpu_limit

ASKED = [
    "So it must be off-policy, right?",
    "It must be off-policy, no?",
    "It must be off-policy, isn't it?",
    "PPO is off-policy, correct?",
    "Isn't it just off-policy?",
    "Does that make it off-policy?",
    "But is PPO off-policy then?",
]
DENIALS = [
    "No.", "No, that is on-policy.", "No: the batch is new.", "No — the batch is new.",
    "Not really:", "Not quite.", "Wrong.", "Wrong: it isn't.", "Well, no.", "Of course not.",
    "No, not at all.", "Nope,", "Far from it.", "On the contrary:", "I don't think so.",
    "No it isn't.", "Actually no,", "\n- No. It isn't.", "Not necessarily.", "Certainly not!",
    "It doesn't.", "Sadly it is not, no.", "That's a common mistake.", "Only at first sight.",
]  # fmt: skip
CONSENTS = [
    "Yes.",
    "Exactly.",
    "Right,",
    "Yes, it is.",
    "Correct:",
    "Indeed.",
    "Of course.",
    "Yep,",
]


def reading(text: str) -> Reading:
    return read(text, Speller([]))


def first_stance(text: str) -> int:
    found = reading(text)
    return max(found.stances[number] for number in found.sentences[0])


@pytest.mark.parametrize("question", ASKED)
@pytest.mark.parametrize("answer", DENIALS)
def test_a_question_that_is_denied_claims_nothing(question: str, answer: str):
    assert first_stance(f"{question} {answer} The rest follows.") == UNASSERTED


@pytest.mark.parametrize("question", ASKED)
@pytest.mark.parametrize("answer", CONSENTS)
def test_a_question_that_is_affirmed_is_a_statement(question: str, answer: str):
    found = reading(f"{question} {answer} The rest follows.")
    assert first_stance(f"{question} {answer} The rest follows.") == ASSERTED
    policy = next(i for i, token in enumerate(found.tokens) if token.form == "policy")
    assert not found.cues[policy]


@pytest.mark.parametrize("tag", ["Right?", "Correct?", "Is that so?", "No?", "Isn't it?"])
def test_a_tag_on_its_own_asks_about_the_sentence_before(tag: str):
    assert first_stance(f"PPO is off-policy. {tag} No. The rest follows.") == UNASSERTED
    assert first_stance(f"PPO is off-policy. {tag} Yes. The rest follows.") == ASSERTED
    assert first_stance(f"PPO is off-policy. {tag} The rest follows.") == ASSERTED


@pytest.mark.parametrize(
    "text",
    [
        "Is it biased?",
        "Is it biased? Yes and no.",
        "Is it biased? Yes, but only where V is wrong.",
        "Is it biased? Only where V is wrong.",
        "Why is it biased? Right, because of V.",
        "What does it bound? Yes.",
        "Is it biased or noisy? Yes.",
        "It is biased, isn't it? The critic decides.",
    ],
)
def test_without_a_plain_answer_it_claims_nothing(text: str):
    assert first_stance(text) == UNASSERTED


@pytest.mark.parametrize(
    ("text", "word", "denied"),
    [
        ("Is it sparse? Wrong: every query sees all keys.", "sees", False),
        ("Is it sparse? No: every query sees all keys.", "sees", False),
        ("Is it sparse? No it is dense.", "dense", False),
        ("Is it sparse? No it isn't dense.", "dense", True),
        ("Is it sparse? No key is left out.", "left", True),
        ("Is it sparse? Not really, it isn't approximate.", "approximate", True),
    ],
)
def test_the_answer_reaches_no_further_than_the_question(text: str, word: str, *, denied: bool):
    found = reading(text)
    at = next(i for i, token in enumerate(found.tokens) if token.form == word)
    assert bool(found.cues[at]) is denied


@pytest.mark.parametrize(
    ("question", "claim", "asked"),
    [
        ("on_off_policy", "ppo_off", "PPO has a ratio, so it is off-policy, right?"),
        ("on_off_policy", "ppo_off", "PPO has a ratio, so it is off-policy, no?"),
        ("on_off_policy", "ppo_off", "So PPO is an off-policy method, correct?"),
        ("ppo", "kl_bound", "Does clipping bound the KL?"),
        ("gae", "lam_discount", "So lambda is a second discount, isn't it?"),
        ("gqa", "approx", "Isn't it just sparse attention?"),
    ],
)
def test_a_false_claim_in_a_question_counts_by_its_answer(question: str, claim: str, asked: str):
    def claimed(text: str) -> bool:
        found = judge(rubric_of(question), text).misconceptions
        return claim in {each.id for each in found}

    for answer in ("No.", "No, not at all.", "Wrong.", "Not really: that is something else."):
        assert not claimed(f"{asked} {answer} I'd say more if asked about it.")
    for answer in ("Yes.", "Exactly.", "Right, that is the point."):
        assert claimed(f"{asked} {answer} I'd say more if asked about it.")


@pytest.mark.parametrize(
    ("question", "point", "asked"),
    [
        ("ppo", "objective", "PPO takes the minimum of the clipped and the unclipped term, right?"),
        ("gae", "lam0", "Lambda zero is the one-step TD error, isn't it?"),
        ("trpo", "natgrad", "Its direction is F^-1 g, the natural gradient, correct?"),
    ],
)
def test_a_point_in_a_question_counts_by_its_answer(question: str, point: str, asked: str):
    def found(text: str) -> bool:
        points = judge(rubric_of(question), text).points
        return point in {each.id for each in points if each.state == "found"}

    assert found(f"{asked} Yes. I'd say more if asked about it.")
    assert found(f"{asked} Exactly, I'd say more if asked about it.")
    assert not found(f"{asked} No. I'd say more if asked about it.")
    assert not found(f"{asked} Not at all, I'd say more if asked about it.")


@pytest.mark.parametrize("text", ["Is it so? No, ", "Right? Yes. ", "? ", "? no ", "Is it? well, "])
def test_repeating_it_takes_no_longer_than_its_length(text: str):
    with cpu_limit(10):
        reading(text * 4000)
