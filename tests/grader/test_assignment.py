"""A submission of several files: which of them are looked at, and what can't be marked."""

from pathlib import Path
from typing import Any, cast

import pytest

from rlprep.bank.load import load_bank
from rlprep.errors import MisuseError
from rlprep.grader.assignment import MOST_FILES, grade_assignment, python_files
from rlprep.grader.grade import Grader
from rlprep.grader.result import SubmissionResult, Verdict

ENTROPY = "def entropy(logits):\n    return 0\n"


def mark(folder: Path, *exercises: str) -> tuple[SubmissionResult, ...]:
    """Mark where nothing is run: a grader without a sandbox."""
    grader = Grader(load_bank(), cast("Any", None), 1)
    return grade_assignment(grader, python_files(folder), exercises)


def test_every_exercise_has_a_result_and_all_its_points_could_be_had(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    found = mark(tmp_path, "gae", "entropy", "gae")
    assert [each.exercise for each in found] == ["gae", "entropy"]
    assert [(each.points, each.max_points) for each in found] == [(0, 10), (0, 10)]
    assert {each.verdict for each in found} == {Verdict.MISSING_FUNCTION}
    assert {each.message for each in found} == {"no file defines gae", "no file defines entropy"}


def test_what_is_there_twice_cant_be_marked(tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(ENTROPY)
    (only,) = mark(tmp_path, "entropy")
    assert (only.verdict, only.points) == (Verdict.REFUSED_FILE, 0)
    assert only.message.endswith("b.py: keep one")


def test_a_file_that_cant_be_read_is_named_where_an_exercise_is_missing(tmp_path):
    (tmp_path / "broken.py").write_text("def entropy(:\n")
    (tmp_path / "other.py").write_text("x = 1\n")
    (only,) = mark(tmp_path, "entropy")
    assert (only.verdict, only.message) == (Verdict.SYNTAX, "broken.py: line 1: invalid syntax")


def test_nothing_handed_in(tmp_path):
    (only,) = mark(tmp_path, "entropy")
    assert only.message == "no Python file was handed in"


def test_hidden_folders_and_links_to_folders_are_left_out(tmp_path):
    for name in (".git", "__pycache__", "__MACOSX", "src"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("x = 1\n")
    (tmp_path / "B.PY").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in python_files(tmp_path)]
    assert found == ["B.PY", "src/a.py"]
    assert python_files(tmp_path / "B.PY") == [tmp_path / "B.PY"]


def test_an_environment_isnt_a_submission(tmp_path):
    for number in range(MOST_FILES + 1):
        (tmp_path / f"m{number}.py").touch()
    with pytest.raises(MisuseError, match="over 500 Python files"):
        python_files(tmp_path)
