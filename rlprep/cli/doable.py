"""What of a bank can be done here."""

import sys
from typing import TYPE_CHECKING

from rlprep.cli.grade import can_grade

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.progress.attempt import Kind


def doable(bank: "Bank", kind: str | None = None) -> "list[tuple[Kind, str]]":
    """Return the items that can be done; without torch, say so and leave exercises out.

    Args:
        bank: where they are.
        kind: the only kind that is asked about; of other kinds nothing needs to be said.
    """
    from rlprep.interview.course import course
    from rlprep.progress.attempt import KINDS

    if can_grade():
        return course(bank)
    if kind in (None, "exercise"):
        print("no exercises: grading needs torch, pip install 'rlprep[grade]'", file=sys.stderr)
    return course(bank, [kind for kind in KINDS if kind != "exercise"])
