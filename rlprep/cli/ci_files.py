"""The files that make GitHub and GitLab grade what is pushed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rlprep import __version__
from rlprep.errors import MisuseError
from rlprep.report.files import check_place, write_whole

ACTION = Path(".github/actions/grade/action.yml")
WORKFLOW = Path(".github/workflows/grade.yml")
_TEMPLATE = Path(__file__).parent / "ci_templates" / "action.yml"


@dataclass(frozen=True)
class Job:
    """What a job grades, and when it fails."""

    exercises: Sequence[str]
    fail_under: float
    sandbox: str

    @property
    def per_cent(self) -> str:
        """Return the limit as people write it."""
        return f"{self.fail_under:g}"


def write_github(job: Job, repository: Path) -> list[Path]:
    """Write the workflow and the action that it uses; return their paths.

    Raises:
        MisuseError: there is no such folder, or a file with other contents is there.
        RlprepError: a file can't be written.
    """
    if not repository.is_dir():
        raise MisuseError(f"there is no folder {repository}", hint="name the repository's folder")
    files = {
        repository / ACTION: _TEMPLATE.read_text("utf-8"),
        repository / WORKFLOW: workflow(job),
    }
    for path, text in files.items():
        _refuse_to_lose(path, text)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(files)


def write_gitlab(job: Job, out: Path) -> None:
    """Write the job.

    Raises:
        MisuseError: a file with other contents is there, or it is no place for a file.
        RlprepError: the file can't be written.
    """
    check_place(out)
    text = gitlab_job(job)
    _refuse_to_lose(out, text)
    write_whole(out, text)


def workflow(job: Job) -> str:
    """Return a workflow that needs no secret, so that it works for pull requests from forks."""
    return f"""\
# Written by 'rlprep ci github'. Whoever can push here can change this file: it is feedback for
# students. For marks of record, collect the submissions and run 'rlprep class grade'.
name: Grade
"on": [push, pull_request, workflow_dispatch]
permissions:
  contents: read
jobs:
  grade:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: ./{ACTION.parent.as_posix()}
        with:
          exercises: {" ".join(job.exercises)}
          fail-under: "{job.per_cent}"
          sandbox: {job.sandbox}
          install: rlprep[grade]=={__version__}
"""


def gitlab_job(job: Job) -> str:
    """Return a job whose JUnit report a merge request shows."""
    exercises = " ".join(f"--exercise {each}" for each in job.exercises)
    return f"""\
# Written by 'rlprep ci gitlab'. Whoever can push here can change this file: it is feedback for
# students. For marks of record, collect the submissions and run 'rlprep class grade'.
grade:
  image: python:3.12-slim
  timeout: 15 minutes
  script:
    - python -m venv .rlprep
    - .rlprep/bin/python -m pip install --quiet 'rlprep[grade]=={__version__}'
    - >-
      .rlprep/bin/rlprep ci grade . {exercises}
      --fail-under {job.per_cent} --sandbox {job.sandbox}
      --report junit=rlprep.xml --report html=rlprep.html
  artifacts:
    when: always
    paths: [rlprep.html]
    reports:
      junit: rlprep.xml
"""


def _refuse_to_lose(path: Path, text: str) -> None:
    if path.exists() and path.read_bytes() != text.encode():
        raise MisuseError(f"{path} is there already", hint="move it away first")
