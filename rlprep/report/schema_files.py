"""The JSON Schema documents: of what commands print, a file each, and of a pack's items."""

import difflib
import json
from pathlib import Path
from typing import Any

from rlprep.errors import MisuseError

ITEM = "item"
"""The one that is made from the models through which YAML enters."""
_FOLDER = Path(__file__).parent / "schemas"
_SUFFIX = ".schema.json"


def names() -> list[str]:
    """Return the names of all documents: `grade` describes the objects tagged rlprep.grade/v1."""
    files = (file.name.removesuffix(_SUFFIX) for file in _FOLDER.glob(f"*{_SUFFIX}"))
    return sorted([*files, ITEM])


def schema(name: str) -> dict[str, Any]:
    """Return a document.

    Raises:
        MisuseError: there is none of this name.
    """
    if name not in names():
        close = difflib.get_close_matches(name, names(), 1)
        hint = f"did you mean '{close[0]}'?" if close else "'rlprep schema' lists them"
        raise MisuseError(f"there is no schema '{name}'", hint=hint)
    if name == ITEM:
        from rlprep.bank.schema import json_schema

        return json_schema()
    return json.loads((_FOLDER / f"{name}{_SUFFIX}").read_text("utf-8"))
