"""Who takes a softmax over all scores loses the points of going block by block, and no one else."""

import numpy as np
import pytest

from rlprep.bank.load import Bank
from rlprep.grader import one_pass, reference
from rlprep.grader.cases.attention import steep
from rlprep.grader.cases.case import Case, Draw
from rlprep.grader.cases.catalogue import make_cases
from rlprep.grader.judge import judge, run_case
from rlprep.grader.look import look
from rlprep.grader.run import Runner
from rlprep.sandbox.case import Outcome, Status
from rlprep.sandbox.client import Sandbox
from tests.grader.one_pass_submissions import FAKES, HONEST

SEEDS = range(30)


def signs(bank: Bank, sandbox: Sandbox, source: str) -> set[str | None]:
    """Return what the cases of one_pass find, without those of the other families."""
    exercise = bank.exercise("online_softmax")
    (defined,) = look(source.encode(), {exercise.id: 3}).known
    runner = Runner(sandbox, source.encode(), defined)
    found = set()
    for case in make_cases(exercise, 7):
        if case.family != "one_pass":
            continue
        want = reference.expected(exercise.id, case.arguments)
        finding = judge(exercise, run_case(case, runner), want, None, runner).finding
        found |= {finding.sign} if finding else set()
    return found


@pytest.mark.parametrize("name", HONEST)
def test_a_running_state_however_it_is_written_goes_block_by_block(bank, sandbox, name):
    # Numbers of float32 aren't right enough for float64 cases; block by block they are.
    assert signs(bank, sandbox, HONEST[name]) <= ({"numbers"} if "float32" in name else set())


@pytest.mark.parametrize("name", FAKES)
def test_a_softmax_over_all_scores_is_seen_whatever_it_does_with_the_block(bank, sandbox, name):
    assert signs(bank, sandbox, FAKES[name]) == {"whole"}


def test_a_fake_loses_one_pass_alone_and_is_named(grade):
    result = grade(FAKES["one pass for the sum, a second one for the output"])
    assert {family.id for family in result.families if not family.points} == {"one_pass"}
    assert result.diagnosis is not None
    assert result.diagnosis.id == "whole"
    assert "has vanished" in result.message


@pytest.mark.parametrize("seed", SEEDS)
def test_only_a_running_state_keeps_the_share_of_the_first_block(seed):
    case = steep(Draw(seed, "online_softmax"), block=3)
    scores, values, _ = case.arguments
    want = reference.expected("online_softmax", case.arguments)
    assert 1e-95 < want[0] < 1e-85
    at_once = np.exp(scores - scores.max()) @ values
    assert not at_once.any()
    backwards = reference.expected("online_softmax", (scores[::-1].copy(), values[::-1].copy(), 3))
    for kept in (want, backwards[::-1], want * np.nan, [np.inf, 0.0], want.tolist()):
        assert not one_pass.has_lost_a_block(Outcome(Status.RETURNED, kept), want)
    assert one_pass.has_lost_a_block(Outcome(Status.RETURNED, at_once.tolist()), want)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_block_of_the_hidden_cases_is_no_large_share_of_the_scores(bank, seed):
    cases: list[Case] = make_cases(bank.exercise("online_softmax"), seed)
    for scores, values, block in (c.arguments for c in cases if c.blockwise and not c.steep):
        # A weight for each column of the values, and the running maximum beside the scores.
        assert (block + 1) * values.shape[1] < one_pass.SHARE * scores.size
