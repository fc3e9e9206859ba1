"""Is an exercise sound, as far as its files tell? Running implementations is the grader's part."""

from collections.abc import Iterator
from pathlib import Path

from rlprep.bank.exercise import Exercise
from rlprep.bank.lint_cases import case_problems
from rlprep.bank.problem import Problem
from rlprep.bank.read_yaml import Document, Key

STYLES = ("torch", "numpy", "python", "differences")
"""How a model implementation is written: ``gae_torch.py``, ``gae_numpy.py``, ..."""
LEAST_STYLES = 2


def model_files(stem: Path) -> list[Path]:
    """Return the model implementations of an exercise, given the path of its solution."""
    files = (stem.with_name(f"{stem.name}_{style}.py") for style in STYLES)
    return [file for file in files if file.is_file()]


def mistakes_folder(stem: Path) -> Path:
    """Return the folder of an exercise's small wrong implementations."""
    return stem.parent / "mistakes" / stem.name


def exercise_problems(exercise: Exercise, document: Document, stem: Path) -> Iterator[Problem]:
    """Yield what is wrong with an exercise: examples, families, files in solutions/."""

    def problem(key: Key, what: str, hint: str | None = None) -> Problem:
        return Problem(document.path, document.line(key), what, hint)

    if len(model_files(stem)) < LEAST_STYLES:
        hint = f"write {stem.name}_torch.py, {stem.name}_numpy.py or {stem.name}_python.py"
        yield problem(("id",), f"fewer than {LEAST_STYLES} model implementations", hint)
    names = [parameter.name for parameter in exercise.parameters]
    for index, example in enumerate(exercise.examples):
        if list(example.arguments) != names:
            what = f"the arguments of example '{example.id}' aren't the parameters"
            yield problem(("examples", index), what, f"give {', '.join(names)}, in this order")
    examples = {example.id for example in exercise.examples}
    for index, family in enumerate(exercise.families):
        if family.example and family.example not in examples:
            what = f"there is no example '{family.example}'"
            yield problem(("families", index, "example"), what, "mend the id, or drop it")
    if all(family.kind != "value" for family in exercise.families):
        yield problem(("families",), "no family of kind 'value'", "other kinds pay only beside one")
    yield from _mistakes(exercise, document, mistakes_folder(stem))
    yield from case_problems(exercise, document)


def _mistakes(exercise: Exercise, document: Document, folder: Path) -> Iterator[Problem]:
    listed = {mistake.id for mistake in exercise.mistakes}
    for index, mistake in enumerate(exercise.mistakes):
        if not (folder / f"{mistake.id}.py").is_file():
            line = document.line(("mistakes", index))
            what = f"the mistake '{mistake.id}' has no implementation"
            yield Problem(document.path, line, what, f"write {mistake.id}.py in {folder}")
    for file in sorted(folder.glob("*.py")):
        if file.stem not in listed:
            hint = f"list it in {document.path.name}"
            yield Problem(file, None, "no mistake of the exercise", hint)
