"""The shipped bank holds what was promised: the ids, weights and order of the round."""

import json
from pathlib import Path

import pytest

from rlprep import mathtext
from rlprep.bank.load import load_bank
from rlprep.bank.schema import Question

FIXED = json.loads((Path(__file__).parent.parent / "data" / "rubric_points.json").read_text())
BANK = load_bank()


@pytest.mark.parametrize("fixed", FIXED["questions"], ids=lambda each: each["id"])
def test_points_and_misconceptions_keep_their_ids_and_weights(fixed: dict):
    question = BANK.question(fixed["id"])
    points = [(point.id, point.weight) for point in question.rubric]
    assert points == [(point["id"], point["weight"]) for point in fixed["points"]]
    traps = [trap.id for trap in question.misconceptions]
    assert traps == [trap["id"] for trap in fixed["misconceptions"]]


def test_the_round_asks_every_question_once_in_its_part():
    parts = {part.id: part.questions for part in BANK.packs[0].parts}
    assert parts == {
        "A": ("on_off_policy", "trpo", "ppo", "gae"),
        "B": ("linear_attention", "gqa"),
        "follow-ups": ("stale_replay", "gamma_lambda", "softmax_wins", "kv_4x"),
    }
    minutes = [BANK.question(id_).minutes for ids in parts.values() for id_ in ids]
    assert sum(minutes) <= BANK.packs[0].mock_minutes


def questions() -> list[Question]:
    return [BANK.question(id_) for id_ in BANK.ids("question")]


@pytest.mark.parametrize("question", questions(), ids=lambda each: each.id)
def test_every_claim_has_four_sentences_each_way(question: Question):
    for claim in (*question.rubric, *question.misconceptions):
        assert len(claim.examples.match) >= 4, claim.id
        assert len(claim.examples.no_match) >= 4, claim.id
        assert not set(claim.examples.match) & set(claim.examples.no_match), claim.id


def of_the_round() -> list[Question]:
    return [BANK.question(each["id"]) for each in FIXED["questions"]]


@pytest.mark.parametrize("question", of_the_round(), ids=lambda each: each.id)
def test_hints_lead_and_answers_are_there(question: Question):
    assert len(question.hints) >= 3
    assert len(question.follow_ups) >= 3
    answer = BANK.solution("question", question.id)
    assert answer is not None
    text = answer.read_text("utf-8")
    assert "## Sources" in text
    assert "number that makes it concrete" in text
    assert len(text.split()) >= 300


@pytest.mark.parametrize("question", questions(), ids=lambda each: each.id)
def test_every_formula_of_a_model_answer_reads_in_both_styles(question: Question):
    answer = BANK.solution("question", question.id)
    assert answer is not None
    formulas = [piece for piece, is_math, _ in mathtext.spans(answer.read_text("utf-8")) if is_math]
    assert formulas
    for latex in formulas:
        assert "\\" not in mathtext.render(latex)
        assert mathtext.render(latex, "spelled").isascii(), latex
