"""Lines by another hand, written from each formula's meaning and not from other labelled lines.

They say only whether a line states the formula. What is not understood may stay undecided; a wrong
line must never be called equivalent, nor a right one different.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

DATA = Path(__file__).parents[1] / "data" / "formulas_fresh.jsonl"


def _lines() -> dict[str, list[tuple[str, bool]]]:
    found = defaultdict(list)
    for row in DATA.read_text(encoding="utf-8").splitlines():
        fields = json.loads(row)
        found[fields["formula"]].append((fields["input"], fields["right"]))
    return dict(found)


LINES = _lines()


def test_every_formula_has_right_and_wrong_lines() -> None:
    assert set(LINES) == set(specs())
    assert all({right for _, right in lines} == {True, False} for lines in LINES.values())


@pytest.mark.parametrize("formula", sorted(LINES))
def test_no_line_is_called_the_opposite_of_what_it_is(formula: str) -> None:
    got = [(text, right, decide(specs()[formula], text).verdict) for text, right in LINES[formula]]

    opposite = {True: "different", False: "equivalent"}
    assert not [(text, verdict) for text, right, verdict in got if verdict == opposite[right]]
    assert not [text for text, _, verdict in got if verdict == "unreadable"]
    accepted = [verdict == "equivalent" for _, right, verdict in got if right]
    assert sum(accepted) >= len(accepted) - 1
