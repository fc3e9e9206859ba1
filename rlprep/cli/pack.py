"""`rlprep pack`: for those who write content: check it, and the schema for their editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check packs of questions, and print their schema.", no_args_is_help=True)


@app.command("lint")
def lint(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A content folder (it holds questions/); default: the shipped one."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say everything that is wrong with a pack: file, line, what to do.

    Exit code 0 when the pack is sound, 3 when it is not.
    Example: rlprep pack lint my-pack
    """
    from rlprep.bank.lint import lint as lint_folder
    from rlprep.bank.load import load_bank
    from rlprep.content import content_root

    shipped = content_root()
    root = folder or shipped
    elsewhere = None
    if root.resolve() != shipped.resolve():
        bank = load_bank()
        elsewhere = {kind: set(bank.ids(kind)) for kind in ("formula", "exercise")}
    report = lint_folder(root, elsewhere)
    if as_json:
        problems = [
            {"file": str(each.file), "line": each.line, "what": each.what, "try": each.hint}
            for each in report.problems
        ]
        counts = report.counts
        print(json.dumps({"schema": "rlprep.lint/v1", "counts": counts, "problems": problems}))
    else:
        for problem in report.problems:
            print(problem)
        held = ", ".join(_count(*each) for each in sorted(report.counts.items()))
        verdict = _count("problem", len(report.problems)) if report.problems else "sound"
        print(f"{root}: {held or 'nothing readable'}: {verdict}")
    if report.problems:
        raise typer.Exit(3)


def _count(noun: str, number: int) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of all items, for editors that complete YAML.

    Example: rlprep pack schema > rlprep.schema.json
    """
    from rlprep.bank.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
