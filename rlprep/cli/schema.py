"""`rlprep schema`: JSON Schema documents, of what commands print and of a pack's items."""

import json
from typing import Annotated

import typer

from rlprep.cli import complete
from rlprep.cli.examples import examples

EXAMPLES = examples("schema grade", "schema item > rlprep.schema.json")
ITEM = "item"


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
    from rlprep.bank.schema import json_schema
    from rlprep.report.schema_files import names
    from rlprep.report.schema_files import schema as document

    if name is None:
        known = {each: str(document(each)["description"]) for each in names()}
        known[ITEM] = "The items of a pack, as their YAML files hold them."
        for each, description in sorted(known.items()):
            print(f"{each:<12}{description}")
        return
    found = json_schema() if name == ITEM else document(name)
    print(json.dumps(found, indent=2, ensure_ascii=False))
