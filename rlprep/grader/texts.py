"""Calls and values as people read them. Arrays are known by their `tolist`: nothing is loaded."""

from typing import Any

from rlprep.bank.exercise import Example, Exercise


def signature(exercise: Exercise) -> str:
    """Return the function's signature."""
    return f"{exercise.id}({', '.join(parameter.name for parameter in exercise.parameters)})"


def call_text(exercise: Exercise, example: Example) -> str:
    """Return an example as the call that it stands for."""
    arguments = ", ".join(
        f"{name}={value_text(value)}" for name, value in example.arguments.items()
    )
    return f"{exercise.id}({arguments})"


def value_text(value: Any) -> str:
    """Return a value with six digits, nested lists on one line."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case {"leaves_of": name}:
            return f"<the parameters of {name}>"
        case dict() if len(value) > 1:
            return f"({', '.join(f'{name}: {value_text(part)}' for name, part in value.items())})"
        case dict():
            ((name, body),) = value.items()
            parts = ", ".join(f"{key}={value_text(part)}" for key, part in body.items())
            return f"<{name} of {parts}>"
        case list() | tuple():
            inner = ", ".join(map(value_text, value))
            return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
        case float():
            is_round = value.is_integer() and abs(value) < 1e6
            return f"{value:.1f}" if is_round else f"{value:.6g}"
    described = getattr(value, "description", None)
    return str(value) if described is None else f"<{described}>"
