"""A document against its schema: pydantic's complaints in the words of somebody who edits YAML."""

import difflib
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rlprep.bank.fields import Item
from rlprep.bank.problem import Problem
from rlprep.bank.read_yaml import Document, Key
from rlprep.bank.schema import ITEM_MODELS


def validate(document: Document) -> tuple[Item | None, list[Problem]]:
    """Return the item that a document holds, or None and everything that is wrong with it."""
    kind = document.data.get("kind")
    model = ITEM_MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        kinds = ", ".join(ITEM_MODELS)
        what = f"unknown kind '{kind}'" if "kind" in document.data else "the key 'kind' is missing"
        return None, [Problem(document.path, document.line(("kind",)), what, f"one of {kinds}")]
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        details = error.errors()
        return None, [_problem(document, model, each) for each in details if _own(each, details)]


def _own(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Leave out that a list is too short where it only lacks its faulty entries."""
    inside = [each for each in details if each["loc"][: len(detail["loc"])] == detail["loc"]]
    return detail["type"] != "too_short" or len(inside) == 1


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    key: Key = detail["loc"]
    name = ".".join(str(part) for part in key)
    line = document.line(key)
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            known = sorted(_keys_at(model, key[:-1]))
            close = difflib.get_close_matches(str(key[-1]), known, 1)
            hint = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(known)}"
            return Problem(document.path, line, f"unknown key '{name}'", hint)
        case "missing":
            return Problem(document.path, line, f"the key '{name}' is missing", "add it")
        case "string_pattern_mismatch":
            what = f"{name}: '{_short(detail['input'])}' is no valid id"
            hint = (
                "letters, digits and '-'"
                if "-" in context["pattern"]
                else "snake_case, as in ppo_clip"
            )
            return Problem(document.path, line, what, hint)
        case "string_too_short":
            return Problem(
                document.path, line, f"{name} is empty", "write its text, or drop the key"
            )
        case "string_type":
            what = f"{name}: expected text, got {_type_name(detail['input'])}"
            hint = (
                "put quotes around it" if isinstance(detail["input"], int | float | bool) else None
            )
            return Problem(document.path, line, what, hint)
        case "tuple_type":
            what = f"{name}: expected a list, got {_type_name(detail['input'])}"
            return Problem(document.path, line, what, "start each entry on a line with '- '")
        case "too_short":
            return Problem(document.path, line, f"{name}: at least one entry is needed", None)
    got = _short(detail["input"])
    return Problem(document.path, line, f"{name}: {detail['msg'].lower()}, got '{got}'", None)


def _keys_at(model: type[BaseModel], key: Key) -> set[str]:
    """Return the keys that `model` knows at the place `key` inside it."""
    for part in key:
        if isinstance(part, int):
            continue
        field = model.model_fields[part].annotation
        inner = [kind for kind in _types_in(field) if issubclass(kind, BaseModel)]
        if not inner:
            return set()
        model = inner[0]
    return set(model.model_fields)


def _types_in(annotation: Any) -> list[type]:
    """Return the classes inside an annotation such as ``tuple[FollowUp, ...]``."""
    arguments = getattr(annotation, "__args__", ())
    if not arguments:
        return [annotation] if isinstance(annotation, type) else []
    return [kind for argument in arguments for kind in _types_in(argument)]


def _type_name(value: object) -> str:
    names = {
        dict: "a mapping",
        list: "a list",
        str: "text",
        bool: "true/false",
        type(None): "nothing",
    }
    return names.get(type(value), "a number" if isinstance(value, int | float) else "a date")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
