"""One submission, marked: the task that threads and cluster workers run.

A task holds bytes and numbers and nothing of the class: no name, no path, no key. What comes back
is the same wherever it ran, since the cases come from the task's seed alone.

What is a submission's own fault is a mark, 0 if need be: a file that is empty, no text or no
Python, a function that is missing, raises, hangs, or takes too much. What isn't (the sandbox's
worker can't start, a process was killed from outside, a bug of ours) is never a mark.
"""

from dataclasses import dataclass, field
from typing import Any

from rlprep.bank.load import Bank
from rlprep.errors import RlprepError
from rlprep.grader.grade import Grader
from rlprep.grader.result import SubmissionResult, Verdict
from rlprep.sandbox.client import Sandbox


class MismatchError(RlprepError):
    """Whoever should mark has another rlprep or other content: its marks would be others."""


@dataclass(frozen=True)
class Task:
    """A submission to mark.

    Attributes:
        source: its bytes.
        seed: of its cases.
        exercises: what the class was asked.
    """

    source: bytes = field(repr=False)
    seed: int = field(repr=False)
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Marked:
    """What came of a task.

    Attributes:
        results: for each exercise that it defines, at least one.
        environment: what they were made with: the libraries, and the sandbox's layers.
        failure: why the results don't count, where we failed; empty where they do.
    """

    results: tuple[SubmissionResult, ...]
    environment: dict[str, Any]
    failure: str = ""


def mark(task: Task, bank: Bank, sandbox: Sandbox) -> Marked:
    """Return the marks of a submission.

    Raises:
        SandboxError: the sandbox can't do its work at all.
    """
    ready = sandbox.wait_ready()
    environment = {**ready.get("versions", {}), "sandbox": str(sandbox.mode), **_layers(ready)}
    results = tuple(Grader(bank, sandbox, task.seed).asked("", task.source, task.exercises))
    ours = [each.message for each in results if is_our_fault(each)]
    return Marked(results, environment, ours[0] if ours else "")


def is_our_fault(result: SubmissionResult) -> bool:
    """Whether a result says nothing of the submission."""
    return Verdict.INTERNAL_ERROR in (result.verdict, *(each.verdict for each in result.families))


def _layers(ready: dict[str, Any]) -> dict[str, Any]:
    return {"layers": sorted(name for name, holds in ready["layers"].items() if holds)}
