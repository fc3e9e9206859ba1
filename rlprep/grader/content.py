"""Does what a pack says of its exercises hold? Its implementations are graded like anybody's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rlprep.bank.exercise import Exercise
from rlprep.bank.lint_exercises import mistakes_folder, model_files
from rlprep.bank.load import Bank
from rlprep.errors import AuthorError
from rlprep.grader import compare
from rlprep.grader.answers import Answers, answers_for
from rlprep.grader.cases.case import Case
from rlprep.grader.cases.catalogue import COST_FAMILY, COSTLY, make_cases
from rlprep.grader.exercises import example_arguments
from rlprep.grader.grade import Grader, numbers
from rlprep.grader.result import SubmissionResult

EXAMPLE_RTOL = 1e-5
"""Examples are written with six digits."""


@dataclass(frozen=True)
class Row:
    """One thing that was checked: a model implementation, a mistake, or the examples."""

    exercise: str
    what: str
    outcome: str
    sound: bool


def check_exercise(grader: Grader, id_: str) -> Iterator[Row]:
    """Yield what an exercise's implementations are worth, and whether that is as it should be."""
    bank: Bank = grader.bank
    exercise = bank.exercise(id_)
    try:
        yield from check_listing(exercise, answers_for(bank, exercise, grader.sandbox))
    except AuthorError as error:
        yield Row(id_, "cases", str(error), sound=False)
        return
    stem = bank.solution_stem("exercise", id_)
    for file in model_files(stem):
        result = _graded(grader, file, id_)
        yield Row(id_, file.stem, _points(result), sound=result.passed)
    for mistake in exercise.mistakes:
        result = _graded(grader, mistakes_folder(stem) / f"{mistake.id}.py", id_)
        named = result.diagnosis.id if result.diagnosis else "nothing"
        sound = not result.passed and named == mistake.id
        said = "named" if named == mistake.id else f"named {named}"
        yield Row(id_, f"mistake {mistake.id}", f"{_points(result)}, {said}", sound=sound)


def check_listing(exercise: Exercise, answers: Answers) -> Iterator[Row]:
    """Yield the families without cases, cases without a family, and examples that aren't right."""
    yield from _families(exercise)
    yield from _examples(exercise, answers)


def _graded(grader: Grader, file: Path, id_: str) -> SubmissionResult:
    return grader.file(file, only=id_)[0]


def _points(result: SubmissionResult) -> str:
    return f"{result.points} of {result.max_points}"


def _families(exercise: Exercise) -> Iterator[Row]:
    listed = {family.id for family in exercise.families}
    made = {case.family for case in make_cases(exercise, 0)}
    made |= {COST_FAMILY} if exercise.id in COSTLY else set()
    for family in sorted(listed ^ made):
        what = "has no cases" if family in listed else "isn't in the YAML"
        yield Row(exercise.id, f"family {family}", what, sound=False)


def _examples(exercise: Exercise, answers: Answers) -> Iterator[Row]:
    for example in exercise.examples:
        arguments = example_arguments(exercise, example)
        want = answers.expected(arguments)
        off = compare.difference(numbers(example.returns), want, EXAMPLE_RTOL)
        if off is None and example.gradient is not None:
            slope = answers.gradient(Case("", arguments, gradient_of=0))
            off = compare.difference(numbers(example.gradient), slope, EXAMPLE_RTOL)
        if off is not None:
            yield Row(exercise.id, f"example {example.id}", off.text, sound=False)
