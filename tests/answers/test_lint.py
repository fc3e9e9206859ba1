"""The patterns of the shipped pack read, and find what their examples say and nothing else."""

from pathlib import Path

import pytest

from rlprep.answers.lint import pattern_problems
from rlprep.bank.lint import lint
from rlprep.bank.load import load_bank
from rlprep.bank.schema import Question
from rlprep.content import content_root


def test_every_claim_of_the_shipped_pack_has_patterns_that_find_its_examples():
    report = lint(content_root())
    assert pattern_problems(report, []) == []
    questions = [each.item for each in report.items if isinstance(each.item, Question)]
    for question in questions:
        for claim in (*question.rubric, *question.misconceptions):
            assert claim.patterns, f"{question.id}: {claim.id}"
    bank = load_bank()
    for part in bank.packs[0].parts:
        for id_ in part.questions:
            assert all(point.ask for point in bank.question(id_).rubric), id_


def problems(folder: Path, **changes: str) -> list[str]:
    (folder / "questions").mkdir(parents=True)
    pack = "kind: pack\nid: p\ntitle: P\ndescription: D\n"
    (folder / "questions" / "pack.yaml").write_text(pack)
    text = (
        "kind: question\nid: q\ntitle: Q\nminutes: 1\nprompt: P\nhints: [h]\n"
        "sources: [{cite: c}]\nrubric:\n  - id: a\n    text: t\n"
        f"    patterns: ['{changes.get('pattern', 'the ratio is clipped')}']\n"
        f"    examples: {{match: ['{changes.get('match', 'the ratio is clipped')}'],"
        f" no_match: ['{changes.get('no_match', 'it is not')}']}}\n"
        f"concepts:\n  subject: ['{changes.get('subject', 'ppo')}']\n  rivals: [trpo]\n"
    )
    (folder / "questions" / "q.yaml").write_text(text)
    (folder / "questions" / "words.yaml").write_text(
        f"kind: vocabulary\nid: words\nconcepts:\n  one: ['{changes.get('phrase', 'x')}']\n"
    )
    report = lint(folder)
    return [
        f"{problem.file.name}:{problem.line}: {problem.what}"
        for problem in pattern_problems(report, load_bank().shipped_vocabularies())
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"pattern": "( ratio"}, ["q.yaml:11: pattern '( ratio': '(' is never closed"]),
        ({"match": "nothing"}, ["q.yaml:12: a: not found in 'nothing'"]),
        (
            {"no_match": "ratios are clipped"},
            ["q.yaml:12: a: found in 'ratios are clipped'"],
        ),
        ({"phrase": "{one}"}, ["words.yaml:4: one: concepts that need each other: one -> one"]),
        (
            {"phrase": "a & b"},
            ["words.yaml:4: one: a concept is made of phrases: no &, not( ) or -( )"],
        ),
        ({"subject": "( ppo"}, ["q.yaml:14: subject: '(' is never closed"]),
        ({"pattern": "{ratio} {is} clip"}, []),  # the shipped vocabulary is everybody's
    ],
)
def test_what_lint_says(tmp_path: Path, changes: dict[str, str], expected: list[str]):
    assert problems(tmp_path / "pack", **changes) == expected
