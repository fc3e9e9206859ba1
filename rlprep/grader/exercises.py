"""The catalogue: what the bank says of an exercise, made ready for grading."""

from typing import Any

import numpy as np

from rlprep.bank.exercise import Example, Exercise, Parameter
from rlprep.bank.load import Bank
from rlprep.sandbox.wire import Built, LeavesOf


def mentioned(bank: Bank, source: bytes) -> dict[str, Exercise]:
    """Return the exercises whose names occur in a source: most files need one of many parsed."""
    return {id_: bank.exercise(id_) for id_ in bank.ids("exercise") if id_.encode() in source}


def arities(exercises: dict[str, Exercise]) -> dict[str, int]:
    """Return the number of positional arguments of each exercise."""
    return {id_: len(exercise.parameters) for id_, exercise in exercises.items()}


def example_arguments(exercise: Exercise, example: Example) -> tuple[Any, ...]:
    """Return the arguments of a public example as a `Case` holds them."""
    names = [parameter.name for parameter in exercise.parameters]
    return tuple(
        _argument(parameter, example.arguments[parameter.name], names)
        for parameter in exercise.parameters
    )


def _argument(parameter: Parameter, value: Any, names: list[str]) -> Any:
    if isinstance(value, dict):
        ((key, body),) = value.items()
        if key == "leaves_of":
            return LeavesOf(names.index(body))
        return Built(key, {name: _arrays(part) for name, part in body.items()})
    if parameter.is_array and parameter.dtype == "int":
        return np.asarray(value, dtype=np.int64)
    return _array(value) if parameter.is_array else value


def _arrays(part: Any) -> Any:
    """Return an array, or a list of arrays where the entries differ in shape (parameters)."""
    is_group = isinstance(part, list) and len({_shape(each) for each in part}) > 1
    return [_array(each) for each in part] if is_group else _array(part)


def _shape(value: Any) -> tuple[int, ...]:
    return np.shape(value)


def _array(value: Any) -> np.ndarray:
    array = np.asarray(value)
    return array if array.dtype == bool else array.astype(np.float64)
