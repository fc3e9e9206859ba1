"""No right submission may lose a point, however it is written."""

import pytest

from rlprep.bank.lint_exercises import model_files
from rlprep.bank.load import load_bank
from tests.grader.right_submissions import RIGHT

MODELS = [
    file
    for id_ in load_bank().ids("exercise")
    for file in model_files(load_bank().solution_stem("exercise", id_))
]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_submission_of_any_style_has_full_marks(grade, name):
    result = grade(RIGHT[name])
    assert [f.reason for f in result.families if f.reason] == []
    assert (result.points, result.verdict, result.diagnosis) == (10, "passed", None)


@pytest.mark.parametrize("file", MODELS, ids=lambda f: f.stem)
def test_a_model_implementation_has_full_marks(bank, sandbox, file):
    from rlprep.grader.grade import Grader

    (result,) = Grader(bank, sandbox, 11).file(file)
    assert [f.reason for f in result.families if f.reason] == []
    assert result.points == result.max_points == 10
