"""How JSON is written: one line for a program that reads stdout, a document for a file.

ASCII throughout, so that no locale, no terminal and no lone surrogate of a file's name spoils it.
"""

import json
from collections.abc import Mapping
from typing import Any


def json_line(data: Mapping[str, Any]) -> str:
    """Return an object as one line, without its end: what `--json` prints."""
    return json.dumps(data, allow_nan=False)


def json_document(data: Mapping[str, Any]) -> str:
    """Return an object as a text file: equal results are equal files, and differ line by line."""
    return json.dumps(data, indent=2, allow_nan=False) + "\n"
