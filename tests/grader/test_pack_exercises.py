"""An exercise of a pack is data, a model and mistakes: no code of rlprep knows of it."""

from pathlib import Path

import numpy as np
import pytest

from rlprep.bank.exercise import Exercise
from rlprep.bank.lint import lint
from rlprep.bank.load import load_bank
from rlprep.errors import AuthorError
from rlprep.grader.cases.catalogue import make_cases
from rlprep.grader.content import check_exercise
from rlprep.grader.grade import Grader
from rlprep.grader.result import Verdict

AUC = """\
kind: exercise
id: auc
title: Area under the ROC curve
statement: The chance that a positive scores higher than a negative; ties count half.
parameters:
  - {name: scores, shape: "[N]", meaning: how likely positive}
  - {name: labels, shape: "[N]", dtype: int, meaning: 1 for positive}
returns: a number
examples:
  - id: plain
    arguments: {scores: [0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1]}
    returns: 0.75
cases:
  sizes: {N: [4, 12]}
  draws:
    scores: {normal: [0, 1]}
    labels: {classes: 2}
families:
  - {id: values, kind: value, points: 5, property: It counts pairs in order, example: plain}
  - id: ties
    kind: value
    points: 3
    property: A tie counts half
    draws: {scores: {integers: [0, 2]}}
  - {id: contract, kind: contract, points: 2, property: Inputs stay as they were}
mistakes:
  - {id: ties_count, title: area in which ties count in full, text: Half of each tie.}
sources: [{cite: Fawcett 2006}]
"""
MODEL = """\
import torch

def auc(scores, labels):
    positive, negative = scores[labels == 1], scores[labels == 0]
    d = positive[:, None] - negative[None, :]
    return ((d > 0).double() + 0.5 * (d == 0).double()).mean()
"""
PYTHON = """\
def auc(scores, labels):
    pairs = [(p, n) for p, a in zip(scores, labels) if a == 1 for n, b in zip(scores, labels)
             if b == 0]
    return sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in pairs) / len(pairs)
"""
TIES = MODEL.replace("0.5 * (d", "(d")


@pytest.fixture
def auc_pack(pack: Path) -> Path:
    """A pack with an exercise."""
    (pack / "questions" / "auc.yaml").write_text(AUC, "utf-8")
    (pack / "solutions" / "auc_torch.py").write_text(MODEL, "utf-8")
    (pack / "solutions" / "auc_python.py").write_text(PYTHON, "utf-8")
    folder = pack / "solutions" / "mistakes" / "auc"
    folder.mkdir(parents=True)
    (folder / "ties_count.py").write_text(TIES, "utf-8")
    return pack


def test_it_is_sound_and_its_implementations_are_worth_what_they_should(auc_pack, sandbox):
    assert lint(auc_pack, {"formula": set(), "exercise": set()}).problems == []
    grader = Grader(load_bank([auc_pack]), sandbox, 5)
    rows = list(check_exercise(grader, "auc"))
    assert [(row.what, row.outcome, row.sound) for row in rows] == [
        ("auc_torch", "10 of 10", True),
        ("auc_python", "10 of 10", True),
        ("mistake ties_count", "7 of 10, named", True),
    ]


def test_a_wrong_answer_is_told_by_the_public_example(auc_pack, sandbox):
    source = b"def auc(scores, labels):\n    return float(labels.double().mean())\n"
    (result,) = Grader(load_bank([auc_pack]), sandbox, 5).source("a.py", source, "auc")
    assert result.points == 0
    assert result.families[0].verdict is Verdict.WRONG
    shown = result.families[0].example
    assert shown is not None
    assert shown.expected == "0.75"


def test_a_model_that_fails_is_the_authors_fault_and_no_mark(auc_pack, sandbox):
    (auc_pack / "solutions" / "auc_torch.py").write_text("def auc(a, b):\n    return 1 / 0\n")
    with pytest.raises(AuthorError, match="model implementation fails"):
        Grader(load_bank([auc_pack]), sandbox, 5).source("a.py", PYTHON.encode(), "auc")


# (text to replace, replacement, what the linter says)
FAULTS = [
    ("sizes: {N: [4, 12]}", "sizes: {}", "nothing says how long the axis 'N' is"),
    ("N: [4, 12]", "N: [12, 4]", "[12, 4] is no range"),
    ("    labels: {classes: 2}\n", "", "nothing says how 'labels' is drawn"),
    ("labels: {classes: 2}", "label: {classes: 2}", "there is no parameter 'label'"),
    ("labels: {classes: 2}", "labels: {index: M}", "there is no axis 'M'"),
    ("labels: {classes: 2}", "labels: {classes: 2, flags: 0.5}", "give exactly one of"),
    ("labels: {classes: 2}", "labels: {}", "give exactly one of"),
    ("integers: [0, 2]", "integers: [2, 0]", "[2, 0] is no range"),
    ("kind: contract", "kind: cost", "cases of kind 'cost' can't be drawn"),
    ("kind: contract", "kind: gradient", "kind and gradient_of don't fit"),
    ("kind: contract", "kind: gradient, gradient_of: x", "'x' isn't the first parameter"),
    (AUC[AUC.index("cases:") : AUC.index("families:")], "", "how hidden cases are drawn"),
]


@pytest.mark.parametrize(("old", "new", "what"), FAULTS, ids=[what for *_, what in FAULTS])
def test_a_fault_of_the_data_is_named(auc_pack, old, new, what):
    assert AUC.count(old) == 1
    (auc_pack / "questions" / "auc.yaml").write_text(AUC.replace(old, new), "utf-8")
    problems = lint(auc_pack, {"formula": set(), "exercise": set()}).problems
    assert any(what in problem.what for problem in problems), problems


def _exercise(shape: str, draw: dict, sizes: dict, **parameter: str) -> Exercise:
    return Exercise.model_validate(
        {
            "kind": "exercise",
            "id": "f",
            "title": "F",
            "statement": "F.",
            "parameters": [{"name": "x", "shape": shape, "meaning": "x", **parameter}],
            "returns": "x",
            "examples": [{"id": "plain", "arguments": {"x": [1.0]}, "returns": 1.0}],
            "cases": {"sizes": sizes, "draws": {"x": draw}},
            "families": [
                {"id": "values", "kind": "value", "points": 1, "property": "F", "count": 20}
            ],
            "sources": [{"cite": "F"}],
        }
    )


def _drawn(shape: str, draw: dict, sizes: dict | None = None, **parameter: str) -> list:
    exercise = _exercise(shape, draw, sizes or {}, **parameter)
    return [case.arguments[0] for case in make_cases(exercise, 3)]


def test_shapes_are_drawn_as_they_are_written():
    sizes = {"N": [2, 3], "C": [4, 4]}
    assert {x.shape for x in _drawn("[N, C]", {"normal": [0, 1]}, sizes)} == {(2, 4), (3, 4)}
    assert {x.ndim for x in _drawn("[..., C]", {"normal": [0, 1]}, sizes)} == {1, 2, 3}
    assert {x.ndim for x in _drawn("[N] or [N, C]", {"flags": 0.5}, sizes)} == {1, 2}
    assert {x.shape for x in _drawn("()", {"uniform": [0, 1]})} == {()}
    assert {x.shape for x in _drawn("[7]", {"integers": [0, 9]})} == {(7,)}


def test_values_are_drawn_as_they_are_described():
    sizes = {"N": [2, 6], "C": [3, 3]}
    for x in _drawn("[N, C]", {"simplex": 0.5}, sizes):
        np.testing.assert_allclose(x.sum(-1), 1)
        assert (x > 0).all()
    for x in _drawn("[N]", {"classes": 2}, sizes, dtype="int"):
        assert x.dtype == np.int64
        assert set(x.tolist()) == {0, 1}
    for x in _drawn("[N]", {"index": "C"}, sizes, dtype="int"):
        assert x.min() >= 0
        assert x.max() <= 2
    assert {x.dtype for x in _drawn("[N]", {"flags": 0.5}, sizes)} == {np.dtype(bool)}
    assert {type(x) for x in _drawn("float", {"uniform": [1, 2]})} == {float}
    assert {type(x) for x in _drawn("int", {"integers": [1, 2]})} == {int}
    assert set(_drawn("str", {"fixed": "mean"})) == {"mean"}
    for x in _drawn("[N]", {"fixed": 2.5}, sizes):
        assert x.ndim == 1
        assert set(x.tolist()) == {2.5}


def test_the_same_seed_draws_the_same_cases():
    exercise = _exercise("[N]", {"normal": [0, 1]}, {"N": [2, 5]})
    first, again, other = (make_cases(exercise, seed) for seed in (1, 1, 2))
    assert repr(first) == repr(again)
    assert repr(first) != repr(other)
