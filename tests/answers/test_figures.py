"""The engine against labelled answers: the figures that must not fall."""

import json

import pytest

from tests.bench.answers import DATA, FILES, Tally, judge, labelled, rubric_of

FLOORS = {
    "precision": 0.94,
    "recall": 0.74,
    "kappa": 0.75,
    "misconception_precision": 0.91,
    "misconception_recall": 0.89,
}
CEILINGS = {"stuffed": 0.15, "negated": 0.05}


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def tally(request: pytest.FixtureRequest) -> Tally:
    tally = Tally()
    for _, answer in labelled([request.param]):
        rubric = rubric_of(answer["question"])
        judgement = judge(rubric, answer["text"])
        tally.add(answer, judgement)
        for quote in (
            *(p.quote for p in judgement.points),
            *(c.quote for c in judgement.misconceptions),
        ):
            assert quote is None or quote in answer["text"]
    return tally


def test_the_figures_hold(tally: Tally):
    figures = tally.figures()
    assert {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor} == {}
    assert {name: figures[name] for name, most in CEILINGS.items() if figures[name] > most} == {}


def test_every_labelled_answer_names_its_points():
    fixed = json.loads((DATA / "rubric_points.json").read_text("utf-8"))["questions"]
    known = {each["id"]: {point["id"] for point in each["points"]} for each in fixed}
    for _, answer in labelled(FILES):
        question = answer["question"]
        points = known.get(question) or {point.id for point in rubric_of(question).points}
        assert set(answer["points"]) == points, answer["id"]


def test_single_statements_are_credited_and_their_opposites_are_not():
    text = (DATA / "statements.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    wrong: dict[bool, list[str]] = {True: [], False: []}
    for each in lines:
        judgement = judge(rubric_of(each["question"]), each["text"])
        found = {point.id for point in judgement.points if point.state == "found"}
        if (each["point"] in found) != each["holds"]:
            wrong[each["holds"]].append(each["text"])
    holding = sum(each["holds"] for each in lines)
    assert len(wrong[False]) <= 0.02 * (len(lines) - holding), wrong[False]
    assert len(wrong[True]) <= 0.05 * holding, wrong[True]
