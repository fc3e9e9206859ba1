"""The labelled answers that the judge of written answers is measured with are complete."""

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent / "data"
QUESTIONS = json.loads((DATA / "rubric_points.json").read_text())["questions"]
FIXED = {each["id"]: each for each in QUESTIONS}
FILES = sorted((DATA / "answers").glob("*.jsonl"))
ANSWERS = [json.loads(line) for file in FILES for line in file.read_text("utf-8").splitlines()]
KEYS = {"id", "question", "style", "text", "points", "misconceptions", "lang"}
NOTHING_TO_FIND = {"negated", "offtopic", "empty"}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: each["id"])
def test_every_point_is_labelled_and_every_misconception_known(answer: dict):
    question = FIXED[answer["question"]]
    assert set(answer) == KEYS
    assert list(answer["points"]) == [point["id"] for point in question["points"]]
    assert set(answer["points"].values()) <= {"covered", "partly", "absent"}
    assert set(answer["misconceptions"]) <= {trap["id"] for trap in question["misconceptions"]}
    assert len(answer["misconceptions"]) == len(set(answer["misconceptions"]))
    if answer["style"] in NOTHING_TO_FIND:
        assert set(answer["points"].values()) == {"absent"}


def test_no_answer_occurs_twice():
    ids = [answer["id"] for answer in ANSWERS]
    assert len(ids) == len(set(ids))
    texts = [f"{a['question']}: {' '.join(a['text'].lower().split())}" for a in ANSWERS]
    texts = [text for text in texts if len(text) > 60]  # "no idea" may well occur twice
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("fixed", FIXED.values(), ids=lambda each: each["id"])
def test_each_point_is_covered_four_times_and_each_misconception_asserted_twice(fixed: dict):
    answers = [answer for answer in ANSWERS if answer["question"] == fixed["id"]]
    for point in fixed["points"]:
        covered = [answer["id"] for answer in answers if answer["points"][point["id"]] == "covered"]
        assert len(covered) >= 4, point["id"]
    for trap in fixed["misconceptions"]:
        asserted = [answer["id"] for answer in answers if trap["id"] in answer["misconceptions"]]
        assert len(asserted) >= 2, trap["id"]
