"""The files that make GitHub and GitLab grade what is pushed."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rlprep.cli.ci_install import Source
from rlprep.errors import MisuseError
from rlprep.report.files import check_place, write_whole

ACTION = Path(".github/actions/grade/action.yml")
WORKFLOW = Path(".github/workflows/grade.yml")
_PLAIN = re.compile(r"[\w./+@=, -]+", re.ASCII)
_TEMPLATE = Path(__file__).parent / "ci_templates" / "action.yml"


@dataclass(frozen=True)
class Job:
    """What a job grades, when it fails, and what it installs."""

    exercises: Sequence[str]
    fail_under: float
    sandbox: str
    source: Source
    packs: Sequence[Path] = ()

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
        repository / ACTION: _TEMPLATE.read_bytes(),
        repository / WORKFLOW: workflow(job, repository).encode(),
        **_installed(job, repository / ACTION.parent),
    }
    return _write(files)


def write_gitlab(job: Job, out: Path) -> list[Path]:
    """Write the job, and beside it the file that it installs, if any; return their paths.

    Raises:
        MisuseError: a file with other contents is there, or it is no place for a file.
        RlprepError: the file can't be written.
    """
    check_place(out)
    return _write({out: gitlab_job(job, out.parent).encode(), **_installed(job, out.parent)})


def workflow(job: Job, repository: Path) -> str:
    """Return a workflow that needs no secret, so that it works for pull requests from forks.

    Args:
        job: what it does.
        repository: the folder that is the repository's, and holds the packs.

    Raises:
        MisuseError: a pack isn't in the repository.
    """
    folder = ACTION.parent.as_posix()
    index = f"\n          index: {json.dumps(job.source.index)}" if job.source.index else ""
    packs = "\n".join(_inside(repository, pack) for pack in job.packs)
    packs = f"\n          packs: {json.dumps(packs)}" if packs else ""
    return f"""\
# Written by 'rlprep ci github'. Whoever can push here can change this file: it is feedback for
# students. For marks of record, collect the submissions and run 'rlprep class grade'.
# It installs rlprep from {job.source.said}.
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
      - uses: ./{folder}
        with:
          exercises: {" ".join(job.exercises)}
          fail-under: "{job.per_cent}"
          sandbox: {job.sandbox}
          install: {json.dumps(job.source.requirement(f"./{folder}"))}{index}{packs}
"""


def gitlab_job(job: Job, repository: Path) -> str:
    """Return a job whose JUnit report a merge request shows; for the rest, see `workflow`."""
    exercises = " ".join(f"--exercise {each}" for each in job.exercises)
    packs = "".join(
        f"      {shlex.quote(f'--pack={_inside(repository, pack)}')}\n" for pack in job.packs
    )
    place = ", which belongs into the repository's root" if job.source.file else ""
    image = "python:3.12" if job.source.needs_git else "python:3.12-slim"  # slim has no git
    install = f".rlprep/bin/python -m pip install --quiet {job.source.arguments()}"
    return f"""\
# Written by 'rlprep ci gitlab'. Whoever can push here can change this file: it is feedback for
# students. For marks of record, collect the submissions and run 'rlprep class grade'.
# It installs rlprep from {job.source.said}{place}.
grade:
  image: {image}
  timeout: 15 minutes
  script:
    - python -m venv .rlprep
    - {json.dumps(install)}
    - >-
      .rlprep/bin/rlprep ci grade . {exercises}
      --fail-under {job.per_cent} --sandbox {job.sandbox}
{packs}      --report junit=rlprep.xml --report html=rlprep.html
  artifacts:
    when: always
    paths: [rlprep.html]
    reports:
      junit: rlprep.xml
"""


def _inside(repository: Path, pack: Path) -> str:
    """Return where a pack is, seen from the repository."""
    whole, root = pack.resolve(), repository.resolve()
    if not whole.is_relative_to(root):
        raise MisuseError(f"the pack {pack} is outside of the repository {root}", hint="copy it in")
    inside = whole.relative_to(root).as_posix()
    if not _PLAIN.fullmatch(inside):
        raise MisuseError(
            f"a job can't name the pack {json.dumps(inside)}", hint="use letters, digits and dashes"
        )
    return inside


def _installed(job: Job, folder: Path) -> dict[Path, bytes]:
    """Return what is to lie beside the files, by its place."""
    file = job.source.file
    return {folder / file.name: file.read_bytes()} if file else {}


def _write(files: dict[Path, bytes]) -> list[Path]:
    for path, content in files.items():
        _refuse_to_lose(path, content)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    return list(files)


def _refuse_to_lose(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() != content:
        raise MisuseError(f"{path} is there already", hint="move it away first")
