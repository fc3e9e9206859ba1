"""What is wrong in one place only loses just the families that say so, whatever is drawn."""

import pytest

from rlprep.grader.grade import Grader
from tests.grader.in_process import InProcess
from tests.grader.wrong_submissions import WRONG


@pytest.mark.parametrize("name", WRONG)
def test_a_slip_in_one_place_loses_its_families_under_every_seed(bank, name):
    source, families = WRONG[name]
    for seed in range(4):
        (result,) = Grader(bank, InProcess(), seed).source("submission.py", source.encode())
        lost = {family.id for family in result.families if not family.points}
        assert lost == families, seed
