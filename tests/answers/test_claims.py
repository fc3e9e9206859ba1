"""False claims, one at a time: held, denied, asked, or made of something else by a pronoun."""

import json

import pytest

from tests.bench.answers import DATA, judge, rubric_of

LINES = (DATA / "answers_claims.jsonl").read_text("utf-8").splitlines()
ROWS = [json.loads(line) for line in LINES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:60])
def test_a_claim_is_found_where_it_is_held_and_only_there(row: dict):
    found = {claim.id for claim in judge(rubric_of(row["question"]), row["text"]).misconceptions}
    if row["misconception"] is None:  # right as it stands: nothing may be found
        assert found == set()
    else:
        assert (row["misconception"] in found) is row["held"]
