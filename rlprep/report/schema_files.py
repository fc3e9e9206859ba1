"""The JSON Schema documents of what commands print: one file each in the folder `schemas`."""

import difflib
import json
from pathlib import Path
from typing import Any

from rlprep.errors import MisuseError

_FOLDER = Path(__file__).parent / "schemas"
_SUFFIX = ".schema.json"


def names() -> list[str]:
    """Return the names of all documents: `grade` describes the objects tagged rlprep.grade/v1."""
    return sorted(file.name.removesuffix(_SUFFIX) for file in _FOLDER.glob(f"*{_SUFFIX}"))


def schema(name: str) -> dict[str, Any]:
    """Return a document.

    Raises:
        MisuseError: there is none of this name.
    """
    if name not in names():
        close = difflib.get_close_matches(name, names(), 1)
        hint = f"did you mean '{close[0]}'?" if close else "'rlprep schema' lists them"
        raise MisuseError(f"there is no schema '{name}'", hint=hint)
    return json.loads((_FOLDER / f"{name}{_SUFFIX}").read_text("utf-8"))
