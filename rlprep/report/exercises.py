"""The exercises as they are listed, read and begun."""

import textwrap
from collections.abc import Sequence
from typing import Any

from rlprep.bank.exercise import Exercise
from rlprep.grader.texts import call_text, signature, value_text
from rlprep.interview.screen import Screen
from rlprep.report.prose import blocks, without_markup

WIDTH = 96


def list_text(exercises: Sequence[Exercise]) -> str:
    """Return one line an exercise."""
    width = max(len(each.id) for each in exercises)
    return "\n".join(f"{each.id:{width}}  {each.title}" for each in exercises)


def list_json(exercises: Sequence[Exercise]) -> dict[str, Any]:
    """Return the list as plain data."""
    listed = [
        {
            "id": each.id,
            "title": each.title,
            "signature": signature(each),
            "max_points": each.points,
        }
        for each in exercises
    ]
    return {"schema": "rlprep.exercises/v1", "exercises": listed}


def exercise_json(exercise: Exercise) -> dict[str, Any]:
    """Return one exercise as plain data: what a candidate may see of it."""
    shown = exercise.model_dump(
        include={"id", "title", "statement", "parameters", "returns", "examples"},
    )
    families = [
        {"id": each.id, "claim": each.property, "max_points": each.points}
        for each in exercise.families
    ]
    return {
        "schema": "rlprep.exercise/v1",
        **shown,
        "signature": signature(exercise),
        "families": families,
        "max_points": exercise.points,
    }


def show_exercise(screen: Screen, exercise: Exercise) -> None:
    """Print an exercise for a person."""
    screen.heading(exercise.title, f"{exercise.points} points")
    screen.say(signature(exercise), "good")
    screen.prose(exercise.statement)
    screen.say("")
    for parameter in exercise.parameters:
        screen.say(f"{parameter.name}: {parameter.shape}, {parameter.meaning}", indent=2)
    screen.say("Returns:")
    screen.prose(exercise.returns, indent=2)
    screen.say("\nExamples:")
    for example in exercise.examples:
        screen.say(call_text(exercise, example), indent=2)
        screen.say(f"-> {value_text(example.returns)}", "good", indent=4)
        if example.gradient is not None:
            name = exercise.parameters[0].name
            screen.say(f"gradient by {name}: {value_text(example.gradient)}", indent=4)
    screen.say("\nPoints:")
    for family in exercise.families:
        screen.say(f"{family.points}  {family.property}", indent=2)
    screen.say(f"\n'rlprep exercise start {exercise.id}' writes a file to begin with.", "dim")


def stub(exercise: Exercise) -> str:
    """Return a Python file with the signature, its documentation and the public examples."""
    lines = [f"{exercise.title}.", "", *_statement(exercise), "", "Args:"]
    for parameter in exercise.parameters:
        text = f"{parameter.name}: {parameter.shape}, {parameter.meaning}."
        lines += textwrap.wrap(text, WIDTH - 8, initial_indent="    ", subsequent_indent=" " * 8)
    returns = without_markup(exercise.returns)
    lines += ["", "Returns:", *textwrap.wrap(returns, WIDTH - 8, initial_indent="    ")]
    lines += ["", "Examples:"]
    for example in exercise.examples:
        lines.append(f"    {call_text(exercise, example)}")
        lines.append(f"    -> {value_text(example.returns)}")
    doc = "\n".join(f"    {line}".rstrip() for line in lines).strip()
    # A backslash in the documentation would be an escape in the stub's docstring.
    doc = doc.replace("\\", "\\\\").replace('"""', "'''")
    return f'def {signature(exercise)}:\n    """{doc}\n    """\n    raise NotImplementedError\n'


def _statement(exercise: Exercise) -> list[str]:
    lines: list[str] = []
    for block in blocks(exercise.statement, "unicode", escape=False):
        if block.is_display:
            lines += ["", f"    {block.text}", ""]
            continue
        for paragraph in without_markup(block.text).strip().split("\n\n"):
            lines += [*textwrap.wrap(paragraph, WIDTH - 4), ""]
    while lines and not lines[-1]:
        lines.pop()
    return [line for line, after in zip(lines, [*lines[1:], "x"], strict=True) if line or after]
