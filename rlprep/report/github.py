"""What a job on GitHub Actions prints and writes: annotations, outputs, a fence around the rest.

Source: GitHub's "Workflow commands for GitHub Actions". A command is a line `::name key=value,...::
data`; in the data %, CR and LF are written as %25, %0D and %0A, in a value also : and , as %3A and
%2C. After `::stop-commands::TOKEN` no line is obeyed until `::TOKEN::`.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rlprep.grader.result import GradeReport
from rlprep.report.prose import printable
from rlprep.report.views import ExerciseView, grade_view

_LINE = re.compile(r"\bline (\d{1,6})\b")


def annotations(report: GradeReport) -> str:
    """Return an annotation for each function without full marks (GitHub shows ten of a step)."""
    view = grade_view(report)
    if view.points is None:
        return f"::error title=No mark::{_data(view.no_mark)}\n"
    marked = zip(report.submissions, view.exercises, strict=True)
    return "".join(_annotation(result.path, each) for result, each in marked if not each.passed)


def outputs(report: GradeReport) -> str:
    """Return the outputs of a step, for its file in `GITHUB_OUTPUT`; no mark is no output."""
    view = grade_view(report)
    return "" if view.points is None else f"points={view.points}\nmax-points={view.max_points}\n"


@contextmanager
def guarded_log(environment: Mapping[str, str]) -> Iterator[None]:
    """Put a fence around what is printed in a job on GitHub, and nowhere else."""
    if not environment.get("GITHUB_ACTIONS"):
        yield
        return
    with fence(secrets.token_hex(16)):
        yield


@contextmanager
def fence(token: str) -> Iterator[None]:
    """Keep whatever is printed inside from being obeyed.

    Args:
        token: nobody can guess it who could write a line.
    """
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def _annotation(path: str, exercise: ExerciseView) -> str:
    if exercise.families:
        title = f"{exercise.exercise}: {exercise.points} of {exercise.max_points} points"
        failed = [f"{each.claim}: {each.reason}" for each in exercise.families if not each.passed]
        texts = [exercise.one_reason] if exercise.one_reason else failed
        texts += [exercise.diagnosis.text] if exercise.diagnosis else []
    else:
        title, texts = exercise.verdict.replace("_", " "), [exercise.one_reason]
    line = _LINE.search(" ".join(texts))
    where = f"file={_value(path)}" + (f",line={line[1]}" if line else "")
    return f"::error {where},title={_value(title)}::{_data(chr(10).join(texts))}\n"


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
