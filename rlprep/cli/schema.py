"""`rlprep schema`: JSON Schema documents, of what commands print and of a pack's items."""

import json
from typing import Annotated

import typer

from rlprep.cli import complete
from rlprep.cli.examples import examples

EXAMPLES = examples("schema grade", "schema item > rlprep.schema.json")


def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="Which one.",
            show_default="list them all",
            autocompletion=complete.schemas,
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of what a command prints.

    An object tagged rlprep.grade/v1 fits the schema 'grade', and so on. The
    schema 'item' is that of the YAML files of a pack, for editors that
    complete them.
    """
    from rlprep.report import schema_files

    if name is not None:
        print(json.dumps(schema_files.schema(name), indent=2, ensure_ascii=False))
        return
    for each in schema_files.names():
        first, _, _ = schema_files.schema(each)["description"].partition(". ")
        print(f"{each:<13}{first.rstrip('.')}")
