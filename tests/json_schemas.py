"""What commands print as JSON, held against the schemas that the package ships."""

from functools import cache
from typing import Any

import jsonschema

from rlprep.report.schema_files import schema


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return what holds an object against one of our schemas."""
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def fits(data: Any, name: str) -> None:
    """Assert that an object is what the schema of a name describes, and is tagged so."""
    validator(name).validate(data)
    assert data["schema"] == schema(name)["title"]
