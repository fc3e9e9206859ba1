"""From the journal to the `ClassReport`, which is all that a report of a class is made from."""

from rlprep.classroom.journal import Journal
from rlprep.classroom.record import ClassReport
from rlprep.classroom.twins import twins
from rlprep.errors import MisuseError


def class_report(journal: Journal) -> ClassReport:
    """Return the class as the journal has it.

    Raises:
        MisuseError: nothing was graded yet.
    """
    settings = journal.settings()
    if settings is None:
        raise MisuseError("nothing was graded yet", where=str(journal.path))
    entries = tuple(journal.entries())
    handed = [(each.student, each.sha256) for each in entries if each.sha256]
    return ClassReport(
        title=settings.title,
        exercises=settings.exercises,
        max_points=settings.max_points,
        entries=entries,
        provenance={
            "grader": settings.grader,
            "content": settings.content,
            "round": settings.round,
            "environments": journal.environments(),
        },
        twins=twins(handed, journal.source, settings.exercises),
    )
