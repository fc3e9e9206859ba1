"""The person's progress as commands use it: opened where it is kept, complaints on stderr."""

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlprep.interview.debrief import OnMarked
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

    return Keeper(open_store(), lambda why: _warn(f"your progress isn't kept: {why}"))


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


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)
