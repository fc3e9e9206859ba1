"""Do an exercise's data say all that drawing its hidden cases needs, and nothing beside?"""

from collections.abc import Iterator

from rlprep.bank.exercise import ELLIPSIS, CaseFamily, Cases, Drawn, Exercise, Sizes
from rlprep.bank.problem import Problem
from rlprep.bank.read_yaml import Document, Key

Fault = tuple[str, str]
"""What is wrong, and what to do."""


def case_problems(exercise: Exercise, document: Document) -> Iterator[Problem]:
    """Yield what is wrong with `cases` and with what its families change of it."""
    places: list[tuple[Key, Iterator[Fault]]] = []
    for index, family in enumerate(exercise.families):
        if exercise.cases is None:
            faults = _without_cases(family)
        else:
            faults = _family(exercise, exercise.cases, family)
        places.append((("families", index), faults))
    if exercise.cases is not None:
        places.append((("cases",), _whole(exercise, exercise.cases)))
    for key, faults in places:
        for what, hint in faults:
            yield Problem(document.path, document.line(key), what, hint)


def _without_cases(family: CaseFamily) -> Iterator[Fault]:
    if family.draws or family.sizes or family.gradient_of:
        what = f"family '{family.id}' says how cases are drawn, the exercise doesn't"
        yield what, "add cases: with sizes: and draws:"


def _whole(exercise: Exercise, cases: Cases) -> Iterator[Fault]:
    axes = {axis for each in exercise.parameters for axes in each.axes for axis in axes}
    for axis in sorted(axes - set(cases.sizes) - {ELLIPSIS}):
        if not axis.isdecimal():
            hint = "give it [least, largest] under sizes:"
            yield f"nothing says how long the axis '{axis}' is", hint
    yield from _sizes(cases.sizes, cases)
    yield from _draws(cases.draws, exercise, cases)


def _family(exercise: Exercise, cases: Cases, family: CaseFamily) -> Iterator[Fault]:
    if family.kind == "cost":
        hint = "cost is measured for the shipped exercises only; use another kind"
        yield "cases of kind 'cost' can't be drawn", hint
    if (family.kind == "gradient") != (family.gradient_of is not None):
        yield "kind and gradient_of don't fit", "'gradient_of: PARAMETER' goes with kind 'gradient'"
    names = [parameter.name for parameter in exercise.parameters]
    if family.gradient_of and family.gradient_of != names[0]:
        hint = f"put it first: '{names[0]}' is"
        yield f"gradient_of: '{family.gradient_of}' isn't the first parameter", hint
    for name in names:
        if name not in family.draws and name not in cases.draws:
            hint = "give it an entry under cases: draws:"
            yield f"family '{family.id}': nothing says how '{name}' is drawn", hint
    yield from _sizes(family.sizes, cases)
    yield from _draws(family.draws, exercise, cases)


def _sizes(sizes: Sizes, cases: Cases) -> Iterator[Fault]:
    for name, (least, largest) in sizes.items():
        if not 0 <= least <= largest:
            yield f"sizes: {name}: [{least}, {largest}] is no range", "least first, not negative"
        if name not in cases.sizes:
            yield f"sizes: there is no axis '{name}'", f"one of {', '.join(cases.sizes)}"


def _draws(draws: dict[str, Drawn], exercise: Exercise, cases: Cases) -> Iterator[Fault]:
    names = [parameter.name for parameter in exercise.parameters]
    for name, how in draws.items():
        if name not in names:
            yield f"draws: there is no parameter '{name}'", f"one of {', '.join(names)}"
        if how.index is not None and how.index not in cases.sizes:
            yield f"draws: {name}: there is no axis '{how.index}'", "name one of sizes:"
        for bounds in (how.uniform, how.integers):
            if bounds and bounds[0] > bounds[1]:
                yield f"draws: {name}: {list(bounds)} is no range", "least first"
