"""Today's tasks of a person, and everything that they follow from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rlprep.progress.agenda import Agenda, agenda
from rlprep.progress.attempt import Attempt, Kind
from rlprep.progress.clock import now
from rlprep.progress.interview_date import remembered_date
from rlprep.progress.schedule import Key, Standing, standings
from rlprep.progress.store import Store


@dataclass(frozen=True)
class Task:
    """One item to do; `standing` is None where it is new."""

    kind: Kind
    id: str
    standing: Standing | None = None

    @classmethod
    def of(cls, standing: Standing) -> "Task":
        """Return the task of reviewing what was tried before."""
        return cls(*standing.key, standing)


@dataclass(frozen=True)
class Today:
    """The present day of a person who prepares.

    Attributes:
        now: the present moment.
        interview: the day of the interview, None where none is known or it is over.
        attempts: everything that was tried, the oldest first.
        known: the standing of each item that was tried with some result.
        agenda: what is due, new, and ahead.
    """

    now: datetime
    interview: date | None
    attempts: tuple[Attempt, ...]
    known: dict[Key, Standing]
    agenda: Agenda

    def tasks(self, kind: str | None = None) -> list[Task]:
        """Return what there is to do, the most overdue first, new items last."""
        due = [Task.of(each) for each in self.agenda.due]
        new = [Task(*key) for key in self.agenda.new]
        return [task for task in (*due, *new) if kind in (None, task.kind)]


def read_today(store: Store, items: Sequence[Key]) -> Today:
    """Return the present day, read from the store.

    Args:
        store: the person's progress.
        items: every item of the bank, in the order in which they should be begun.
    """
    interview = remembered_date(store)
    attempts = tuple(store.attempts())
    known = standings(attempts, interview)
    moment = now()
    return Today(moment, interview, attempts, known, agenda(items, known, moment, interview))
