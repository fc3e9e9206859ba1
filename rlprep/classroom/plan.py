"""One run over a class: what was asked, who handed in what, and with which cases it is marked."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rlprep.bank.load import Bank
from rlprep.classroom.enrol import enrolled
from rlprep.classroom.folder import Folder, Found
from rlprep.classroom.journal import Journal, Settings
from rlprep.classroom.key import Key
from rlprep.classroom.provenance import content_hash, grader_version
from rlprep.classroom.record import Entry, State
from rlprep.errors import LearnerError, MisuseError
from rlprep.grader.exercises import arities, mentioned
from rlprep.grader.look import UnreadableSourceError, look
from rlprep.grader.submission import RefusedError, read_regular_file


@dataclass(frozen=True)
class Asked:
    """What a class was asked, and how many files define each of it."""

    exercises: tuple[str, ...]
    defined_by: dict[str, int]


def call_roll(
    folder: Folder, roster: dict[str, str] | None, key: Key, journal: Journal
) -> Iterator[Entry]:
    """Yield the class as it is now; the journal gets every source, so that it can go on alone.

    Who is on the roster and handed in nothing is missing, and so is who handed in something in an
    earlier run that is there no more.
    """
    names = roster or {}
    handed = enrolled(folder.found, names)
    for found in handed:
        yield _entry(found, names.get(found.student, "") or found.name, key, journal)
    here = {found.student for found in handed}
    before = {each.student: each for each in journal.roll()}
    for student in sorted({*names, *before} - here):
        gone = student in before and before[student].state is not State.MISSING
        yield Entry(
            student,
            names.get(student, before[student].name if student in before else ""),
            "",
            "",
            key.seed(student),
            State.MISSING,
            problem="was there in an earlier run; the journal has its marks" if gone else "",
        )


def _entry(found: Found, name: str, key: Key, journal: Journal) -> Entry:
    entry = Entry(
        found.student, name, found.shown, "", key.seed(found.student), State.UNREADABLE,
        problem=found.problem,
    )  # fmt: skip
    if found.file is None:
        return entry
    try:
        source = read_regular_file(found.file)
    except RefusedError as error:
        return replace(entry, problem=str(error))
    sha256 = hashlib.sha256(source).hexdigest()
    journal.keep_source(sha256, source)
    return replace(entry, sha256=sha256, state=State.PENDING)


def asked_of(bank: Bank, sources: Iterable[bytes]) -> Asked:
    """Return what a class was asked, where nobody says: all that at least one file defines.

    Raises:
        LearnerError: no file defines anything.
    """
    counts = Counter(id_ for source in sources for id_ in _defined(bank, source))
    if not counts:
        raise LearnerError(
            "no file defines the function of any exercise",
            hint="say what the class was asked with --exercise ID",
        )
    ids = tuple(id_ for id_ in bank.ids("exercise") if id_ in counts)
    return Asked(ids, dict(counts))


def _defined(bank: Bank, source: bytes) -> list[str]:
    try:
        return [each.name for each in look(source, arities(mentioned(bank, source))).known]
    except UnreadableSourceError:
        return []


def check_known(bank: Bank, journal: Journal) -> None:
    """Refuse a bank that hasn't what a journal's class was asked.

    Raises:
        MisuseError: naming what isn't there.
    """
    settings = journal.settings()
    known = bank.ids("exercise")
    lacking = [id_ for id_ in settings.exercises if id_ not in known] if settings else []
    if lacking:
        raise MisuseError(
            f"the class was asked what nothing here brings: {', '.join(lacking)}",
            hint="name the pack that it was graded with: --pack DIR",
        )


def settings_of(bank: Bank, title: str, key: Key, exercises: Sequence[str]) -> Settings:
    """Return the settings of a first round.

    Raises:
        MisuseError: there is no such exercise.
    """
    ids = tuple(dict.fromkeys(exercises))
    return Settings(
        title,
        key.fingerprint,
        ids,
        sum(bank.exercise(id_).points for id_ in ids),
        content_hash(bank, ids),
        grader_version(),
    )


def continued(before: Settings, now: Settings, *, regrade: bool) -> Settings:
    """Return the settings of a run on a journal that has some.

    Raises:
        MisuseError: its marks were made otherwise, and nobody asked for a regrade.
    """
    if before.key != now.key:
        raise MisuseError(
            f"the journal belongs to another class: to '{before.title}', with another key",
            hint="give that class's key with --key, or another journal with --journal",
        )
    if regrade:
        return replace(now, round=before.round + 1)
    differences = [
        (what, ", ".join(old) if isinstance(old, tuple) else old)
        for what, old, new in (
            ("exercises", before.exercises, now.exercises),
            ("content", before.content, now.content),
            ("grader", before.grader, now.grader),
        )
        if old != new
    ]
    if differences:
        what, old = differences[0]
        new = getattr(now, what)
        new = ", ".join(new) if isinstance(new, tuple) else new
        raise MisuseError(
            f"the journal's marks come from other {what}: {old}; now it is {new}",
            hint="--regrade marks everything anew and keeps the history;"
            " --journal with another name begins a new one",
        )
    return replace(now, round=before.round)
