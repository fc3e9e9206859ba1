"""The person's progress as commands use it: opened where it is kept, complaints on stderr."""

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlprep.grader.result import GradeReport
    from rlprep.interview.services import OnMarked
    from rlprep.progress.keeper import Keeper
    from rlprep.progress.session_log import SessionLog
    from rlprep.progress.store import Store


def open_store() -> "Store":
    """Return the store in the person's data folder; nothing is read or made yet."""
    from rlprep.progress.home import data_home
    from rlprep.progress.store import Store

    return Store(data_home(), _warn)


@cache
def keeper() -> "Keeper":
    """Return what keeps attempts; one a process, so that it complains once."""
    from rlprep.progress.keeper import Keeper

    return Keeper(open_store(), _warn)


def is_kept(asked: bool | None, *, as_json: bool) -> bool:
    """Return whether a run belongs to somebody's progress: asked for, or a person at a terminal.

    Scripts, pipes and CI leave no trace unless they ask for it.
    """
    if asked is not None:
        return asked
    if as_json or os.environ.get("CI"):
        return False
    from rlprep.report.screen import is_terminal

    return is_terminal(sys.stdout)


def keep_marked(log: "SessionLog") -> "OnMarked":
    """Return what a conversation calls when an answer is marked."""
    from rlprep.interview.attempts import attempt_now

    return lambda question, answer: keeper().keep(attempt_now(question, answer, log))


def keep_grades(report: "GradeReport") -> None:
    """Keep what was graded; a file that could not be, or a fault of ours, is no attempt."""
    from rlprep.grader.result import Verdict
    from rlprep.progress.attempt import Attempt
    from rlprep.progress.clock import now

    keeper().keep(
        *(
            Attempt(
                "exercise",
                each.exercise,
                now(),
                each.points / each.max_points,
                str(each.verdict),
                {
                    "points": each.points,
                    "max_points": each.max_points,
                    "diagnosis": each.diagnosis.id if each.diagnosis else None,
                    "seed": report.seed,
                },
            )
            for each in report.submissions
            if each.exercise and each.families and each.verdict is not Verdict.INTERNAL_ERROR
        )
    )


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)
