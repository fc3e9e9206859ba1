"""What a job on GitHub Actions prints and writes: annotations, outputs, a fence around the rest.

Source: GitHub's "Workflow commands for GitHub Actions". A command is a line `::name key=value,...::
data`; in the data %, CR and LF are written as %25, %0D and %0A, in a value also : and , as %3A and
%2C. After `::stop-commands::TOKEN` no line is obeyed until `::TOKEN::`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from rlprep.grader.result import GradeReport, SubmissionResult, Verdict
from rlprep.report.prose import printable

_LINE = re.compile(r"\bline (\d{1,6})\b")


def annotations(report: GradeReport) -> str:
    """Return an annotation for each function without full marks (GitHub shows ten of a step)."""
    lines = [_annotation(each) for each in report.submissions if not each.passed]
    return "".join(f"{line}\n" for line in lines)


def outputs(report: GradeReport) -> str:
    """Return the outputs of a step, for its file in `GITHUB_OUTPUT`; no mark is no output."""
    if any(each.verdict is Verdict.INTERNAL_ERROR for each in report.submissions):
        return ""
    return f"points={report.points}\nmax-points={report.max_points}\n"


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


def _annotation(result: SubmissionResult) -> str:
    failed = [family for family in result.families if family.verdict is not Verdict.PASSED]
    if result.verdict is Verdict.INTERNAL_ERROR:
        title, texts = "No mark", ["the grading failed, through no fault of the submission"]
    elif result.families:
        title = f"{result.exercise}: {result.points} of {result.max_points} points"
        texts = list(dict.fromkeys(family.reason for family in failed))
        texts += [result.diagnosis.text] if result.diagnosis else []
    else:
        title = str(result.verdict).replace("_", " ")
        texts = [result.message]
    line = _LINE.search(" ".join([result.message, *texts]))
    where = f"file={_value(result.path)}" + (f",line={line[1]}" if line else "")
    return f"::error {where},title={_value(title)}::{_data(chr(10).join(texts))}"


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
