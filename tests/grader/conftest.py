from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlprep.bank.load import Bank, load_bank
from rlprep.grader.grade import Grader
from rlprep.grader.result import SubmissionResult
from rlprep.sandbox.case import Mode
from rlprep.sandbox.client import Sandbox

GradeText = Callable[..., SubmissionResult]


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Mode.BEST_EFFORT) as box:
        yield box


@pytest.fixture
def grade(bank: Bank, sandbox: Sandbox) -> GradeText:
    """Grade a source that defines one exercise."""

    def run(source: str | bytes, seed: int = 7, only: str | None = None) -> SubmissionResult:
        text = source.encode() if isinstance(source, str) else source
        (result,) = Grader(bank, sandbox, seed).source("submission.py", text, only)
        return result

    return run


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return tmp_path / "submission.py"
