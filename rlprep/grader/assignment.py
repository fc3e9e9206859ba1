"""One submission of several files, marked as an assignment: every exercise asked for has a result.

`rlprep grade` marks what a file defines. An assignment is worth the same for everybody: an exercise
that isn't there earns 0 of its points, and one that is there twice can't be marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rlprep.bank.exercise import Exercise
from rlprep.errors import MisuseError
from rlprep.grader.exercises import arities
from rlprep.grader.grade import Grader, nothing_earned
from rlprep.grader.look import UnreadableSourceError, look
from rlprep.grader.result import SubmissionResult, Verdict
from rlprep.grader.submission import RefusedError, read_submission

MOST_FILES = 500
"""A repository with more isn't a submission; somebody has committed an environment."""


@dataclass(frozen=True)
class _Source:
    path: str
    text: bytes
    defines: frozenset[str]


@dataclass(frozen=True)
class _Unread:
    path: str
    verdict: Verdict
    why: str


def python_files(place: Path) -> list[Path]:
    """Return the Python files of a submission, sorted; links aren't followed.

    Args:
        place: a file, or a folder with the files in it or in folders of it. Names that begin with
            a dot or with two underscores are left out.

    Raises:
        MisuseError: there are too many to be a submission.
    """
    if not place.is_dir():
        return [place]
    found: list[Path] = []
    pending = [place]
    while pending:
        for entry in sorted(pending.pop().iterdir()):
            if entry.name.startswith((".", "__")):
                continue
            if entry.is_dir() and not entry.is_symlink():
                pending.append(entry)
            elif entry.suffix.lower() == ".py":
                found.append(entry)
        if len(found) > MOST_FILES:
            raise MisuseError(
                f"over {MOST_FILES} Python files in {place}", hint="name the submission's files"
            )
    return sorted(found)


def grade_assignment(
    grader: Grader, files: Sequence[Path], exercises: Sequence[str]
) -> tuple[SubmissionResult, ...]:
    """Return one result for each exercise, in the order asked for.

    Args:
        grader: bank, sandbox and seed.
        files: the submission's; the paths in the results are these.
        exercises: ids.
    """
    wanted = {id_: grader.bank.exercise(id_) for id_ in exercises}
    read = [_read(file, arities(wanted)) for file in files]
    sources = [each for each in read if isinstance(each, _Source)]
    unread = [each for each in read if isinstance(each, _Unread)]
    return tuple(_result(grader, wanted[id_], sources, unread) for id_ in wanted)


def _read(file: Path, wanted: dict[str, int]) -> _Source | _Unread:
    path = str(file)
    try:
        text = read_submission(file)
        names = frozenset(defined.name for defined in look(text, wanted).known)
    except RefusedError as error:
        return _Unread(path, Verdict.REFUSED_FILE, str(error))
    except UnreadableSourceError as error:
        where = f"line {error.line}: " if error.line else ""
        return _Unread(path, error.verdict, f"{where}{error}")
    return _Source(path, text, names)


def _result(
    grader: Grader, exercise: Exercise, sources: list[_Source], unread: list[_Unread]
) -> SubmissionResult:
    defining = [source for source in sources if exercise.id in source.defines]
    if len(defining) == 1:
        (only,) = defining
        return grader.source(only.path, only.text, exercise.id)[0]
    if defining:
        names = " and ".join(source.path for source in defining)
        what = f"{exercise.id} is defined in {names}: keep one"
        return nothing_earned(defining[0].path, exercise, Verdict.REFUSED_FILE, what)
    if unread:
        first = unread[0]
        why = f"{Path(first.path).name}: {first.why}"
        return nothing_earned(first.path, exercise, first.verdict, why)
    path = sources[0].path if sources else ""
    what = f"no file defines {exercise.id}" if sources else "no Python file was handed in"
    return nothing_earned(path, exercise, Verdict.MISSING_FUNCTION, what)
