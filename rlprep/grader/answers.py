"""Where right answers come from, and what known mistakes give: one source for each exercise.

The shipped exercises have the reference kernels, and their mistakes run in this process: both are
ours. A pack's exercise has the pack's own model implementation and mistakes; they are a stranger's
code like any submission, and run where submissions run.
"""

import importlib.util
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rlprep.bank.exercise import Exercise
from rlprep.bank.lint_exercises import mistakes_folder, model_files
from rlprep.bank.load import Bank
from rlprep.errors import AuthorError
from rlprep.grader.cases.case import Case
from rlprep.grader.compare import NotNumbersError, to_array
from rlprep.sandbox.case import Outcome, Status, Wants
from rlprep.sandbox.client import Sandbox


class MistakeRaisedError(Exception):
    """A known mistake raises on a case, which is then none of its numbers."""


class Answers(Protocol):
    """The right values of an exercise and the values of its known mistakes."""

    def prepare(self) -> None:
        """Import what is heavy; called while the first cases run."""
        ...

    def expected(self, arguments: Sequence[Any]) -> Any:
        """Return the right value: a float64 array, a tuple of those, or an int."""
        ...

    def gradient(self, case: Case) -> np.ndarray:
        """Return the gradient of the right value with respect to the case's graded argument."""
        ...

    def of_mistake(self, mistake: str, case: Case) -> tuple[Any, np.ndarray | None]:
        """Return a mistake's value and gradient.

        Raises:
            MistakeRaisedError: it has none there.
        """
        ...


def answers_for(bank: Bank, exercise: Exercise, sandbox: Sandbox) -> Answers:
    """Return the answers of an exercise: a pack's, where its cases are drawn from data."""
    stem = bank.solution_stem("exercise", exercise.id)
    if exercise.cases is None:
        return KernelAnswers(exercise, mistakes_folder(stem))
    return PackAnswers(exercise, sandbox, stem)


class KernelAnswers:
    """Answers of the reference kernels; known mistakes are imported from the shipped content."""

    def __init__(self, exercise: Exercise, folder: Path) -> None:
        self._id = exercise.id
        self._folder = folder

    def prepare(self) -> None:
        """Import torch."""
        import rlprep.grader.reference  # noqa: F401

    def expected(self, arguments: Sequence[Any]) -> Any:
        """Return the kernel's value."""
        from rlprep.grader import reference

        return reference.expected(self._id, arguments)

    def gradient(self, case: Case) -> np.ndarray:
        """Return autograd's gradient of the kernel."""
        from rlprep.grader import reference

        return reference.expected_gradient(self._id, case)

    def of_mistake(self, mistake: str, case: Case) -> tuple[Any, np.ndarray | None]:
        """Return what the file in `solutions/` gives."""
        from rlprep.grader import reference

        function = _load_function(self._folder / f"{mistake}.py", self._id)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return reference.call(function, case)
        except Exception as error:
            raise MistakeRaisedError from error


@cache
def _load_function(file: Path, name: str) -> Callable[..., Any]:
    """Return the function of a file of our own content."""
    spec = importlib.util.spec_from_file_location(f"rlprep_mistake_{name}_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


class PackAnswers:
    """Answers of a pack's first model implementation, run in the sandbox."""

    def __init__(self, exercise: Exercise, sandbox: Sandbox, stem: Path) -> None:
        models = model_files(stem)
        if not models:
            raise AuthorError(
                f"the exercise '{exercise.id}' has no model implementation",
                hint=f"write {stem.name}_torch.py beside {stem.name}.md",
            )
        self._exercise = exercise
        self._sandbox = sandbox
        self._model = models[0]
        self._source = models[0].read_bytes()
        self._mistakes = mistakes_folder(stem)

    def prepare(self) -> None:
        """Do nothing: the sandbox's worker loads what is needed."""

    def expected(self, arguments: Sequence[Any]) -> Any:
        """Return the model's value."""
        return self._numbers(self._right(arguments))

    def gradient(self, case: Case) -> np.ndarray:
        """Return autograd's gradient of the model."""
        assert case.gradient_of is not None
        outcome = self._right(case.arguments, Wants(gradients=(case.gradient_of,)))
        gradient = outcome.gradients.get(case.gradient_of)
        if gradient is None:
            raise AuthorError(
                "a gradient is graded, and the model implementation carries none",
                where=str(self._model),
                hint="the first model implementation of such an exercise is the one in torch",
            )
        return gradient

    def of_mistake(self, mistake: str, case: Case) -> tuple[Any, np.ndarray | None]:
        """Return what the pack's file gives in the sandbox."""
        source = (self._mistakes / f"{mistake}.py").read_bytes()
        outcome = self._run(source, case.arguments, _wants(case))
        if outcome.status is Status.RAISED and case.gradient_of is not None:
            outcome = self._run(source, case.arguments, Wants())  # NumPy refuses gradients
        if outcome.status is not Status.RETURNED:
            raise MistakeRaisedError
        return outcome.value, outcome.gradients.get(case.gradient_of or 0)

    def _right(self, arguments: Sequence[Any], wants: Wants | None = None) -> Outcome:
        outcome = self._run(self._source, [_double(each) for each in arguments], wants or Wants())
        if outcome.status is not Status.RETURNED:
            said = f": {outcome.error.type_name}" if outcome.error else ""
            raise AuthorError(
                f"the model implementation fails on a hidden case ({outcome.status}{said})",
                where=str(self._model),
                hint="'rlprep pack lint --run' tries every model implementation",
            )
        return outcome

    def _run(self, source: bytes, arguments: Sequence[Any], wants: Wants) -> Outcome:
        return self._sandbox.run(source, self._exercise.id, arguments, wants=wants)

    def _numbers(self, outcome: Outcome) -> Any:
        value = outcome.value
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        try:
            if isinstance(value, tuple):
                return tuple(to_array(each).astype(np.float64) for each in value)
            return to_array(value).astype(np.float64)
        except NotNumbersError as error:
            raise AuthorError(f"the model implementation {error}", where=str(self._model)) from None


def _wants(case: Case) -> Wants:
    return Wants() if case.gradient_of is None else Wants(gradients=(case.gradient_of,))


def _double(value: Any) -> Any:
    is_single = isinstance(value, np.ndarray) and value.dtype == np.float32
    return value.astype(np.float64) if is_single else value
