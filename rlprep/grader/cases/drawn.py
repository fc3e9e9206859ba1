"""Hidden cases from what a pack's YAML says of sizes and distributions; no code of the pack runs.

A shape is read as the exercise shows it: ``[B, C]`` names axes, ``[..., C]`` has none to two more
in front, ``[T] or [T, B]`` is one or the other, ``()`` an array of no axes. An axis has the same
length in all parameters of one case. What isn't an array is a Python number.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rlprep.bank.exercise import ELLIPSIS, CaseFamily, Cases, Drawn, Exercise, Parameter
from rlprep.errors import AuthorError
from rlprep.grader.cases.case import Case, Draw


def drawn_cases(exercise: Exercise, cases: Cases, seed: int) -> list[Case]:
    """Return the hidden cases of an exercise, the same ones for the same seed.

    Raises:
        AuthorError: a parameter has no distribution, an axis no length.
    """
    draw = Draw(seed, exercise.id)
    return [case for family in exercise.families for case in _family(exercise, cases, family, draw)]


def _family(exercise: Exercise, cases: Cases, family: CaseFamily, draw: Draw) -> Iterator[Case]:
    """Yield a family's cases. A contract has two: repeatable, and in single precision."""
    if family.kind == "contract":
        arguments = _arguments(exercise, cases, family, draw)
        yield Case(family.id, arguments, contract=True)
        yield Case(family.id, arguments).single()
        return
    names = [parameter.name for parameter in exercise.parameters]
    position = names.index(family.gradient_of) if family.gradient_of else None
    for _ in range(family.count):
        yield Case(family.id, _arguments(exercise, cases, family, draw), gradient_of=position)


def _arguments(exercise: Exercise, cases: Cases, family: CaseFamily, draw: Draw) -> tuple[Any, ...]:
    sizes = {**cases.sizes, **family.sizes}
    lengths = {name: draw.count(*bounds) for name, bounds in sizes.items()}
    lead = tuple(draw.count(1, 3) for _ in range(draw.count(0, 2)))
    which = draw.count(0, 1 << 16)
    arguments = []
    for parameter in exercise.parameters:
        how = family.draws.get(parameter.name) or cases.draws.get(parameter.name)
        if how is None:
            what = f"exercise {exercise.id}: nothing says how '{parameter.name}' is drawn"
            raise AuthorError(what, hint="give it an entry under cases: draws:")
        if not parameter.is_array:
            arguments.append(_number(_values(how, (), lengths, draw), how))
            continue
        shape = _shape(exercise, parameter, lengths, lead, which)
        arguments.append(_typed(_values(how, shape, lengths, draw), parameter))
    return tuple(arguments)


def _shape(
    exercise: Exercise,
    parameter: Parameter,
    lengths: dict[str, int],
    lead: tuple[int, ...],
    which: int,
) -> tuple[int, ...]:
    alternatives = parameter.axes
    shape: list[int] = []
    for axis in alternatives[which % len(alternatives)]:
        if axis == ELLIPSIS:
            shape += lead
        elif axis.isdecimal():
            shape.append(int(axis))
        elif axis in lengths:
            shape.append(lengths[axis])
        else:
            what = f"exercise {exercise.id}: nothing says how long the axis '{axis}' is"
            raise AuthorError(what, hint="give it an entry under cases: sizes:")
    return tuple(shape)


def _values(how: Drawn, shape: tuple[int, ...], lengths: dict[str, int], draw: Draw) -> Any:
    if how.normal:
        return draw.normal(*shape, mean=how.normal[0], scale=how.normal[1])
    if how.uniform:
        return draw.uniform(*how.uniform, *shape)
    if how.integers:
        return draw.rng.integers(how.integers[0], how.integers[1] + 1, shape)
    if how.classes is not None:
        size = int(np.prod(shape))
        few = np.arange(how.classes)[:size]
        rest = draw.rng.integers(0, how.classes, size - len(few))
        return draw.rng.permutation(np.concatenate([few, rest])).reshape(shape)
    if how.index is not None:
        if how.index not in lengths:
            raise AuthorError(f"there is no axis '{how.index}'", hint="name one of cases: sizes:")
        return draw.rng.integers(0, lengths[how.index], shape)
    if how.simplex is not None:
        return _simplex(how.simplex, shape, draw)
    if how.flags is not None:
        return draw.flags(how.flags, *shape)
    return np.full(shape, how.fixed) if shape else how.fixed


def _simplex(concentration: float, shape: tuple[int, ...], draw: Draw) -> np.ndarray:
    """Return rows of a Dirichlet; the least share is kept away from 0, where logarithms end."""
    rows = np.maximum(draw.rng.gamma(concentration, size=shape), 1e-6)
    return rows / rows.sum(axis=-1, keepdims=True)


def _number(value: Any, how: Drawn) -> Any:
    """Return a Python number; drawn fractions get few digits, so that feedback can be read."""
    if how.normal or how.uniform:
        return round(float(value), 3)
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


def _typed(value: Any, parameter: Parameter) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype == bool:
        return array
    return array.astype(np.int64 if parameter.dtype == "int" else np.float64)
