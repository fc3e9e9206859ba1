"""`rlprep pack`: for those who write content: check it, and the schema for their editors."""

import json
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rlprep.bank.lint import Report
    from rlprep.bank.problem import Problem

app = typer.Typer(help="Check packs of questions, and print their schema.", no_args_is_help=True)


@app.command("lint")
def lint(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A content folder (it holds questions/); default: the shipped one."),
    ] = None,
    run: Annotated[
        bool,
        typer.Option(help="Check all forms of formulas too, and grade all implementations."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say everything that is wrong with a pack: file, line, what to do.

    Exit code 0 when the pack is sound, 3 when it is not.
    Example: rlprep pack lint my-pack
    """
    from rlprep.answers.lint import pattern_problems
    from rlprep.bank.lint import lint as lint_folder
    from rlprep.bank.load import load_bank
    from rlprep.bank.scan import scan
    from rlprep.content import content_root
    from rlprep.report.progress import ProgressLine

    shipped = content_root()
    root = folder or shipped
    elsewhere = None
    vocabularies = []
    taken: list[Problem] = []
    if root.resolve() != shipped.resolve():
        bank = load_bank()
        elsewhere = {kind: set(bank.ids(kind)) for kind in ("formula", "exercise")}
        vocabularies = bank.shipped_vocabularies()
        found = [problem for each in scan(root)[0] for problem in bank.taken(each)]
        taken = [problem for problem in found if not bank.holds(problem.file)]
    line = ProgressLine()
    line("lint", 0, 2)
    report = lint_folder(root, elsewhere)
    line("lint", 1, 2)
    report.problems += taken
    report.add(pattern_problems(report, vocabularies))
    line.wipe()
    unsound = 0
    if run:
        report.problems += _formula_problems(report)
    if run and not report.problems:
        unsound = _run_all(None if elsewhere is None else root, as_json=as_json)
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
    if report.problems or unsound:
        raise typer.Exit(3)


def _formula_problems(report: "Report") -> Iterator["Problem"]:
    """Yield what is wrong with the formulas that could be read."""
    from rlprep.bank.schema import Formula
    from rlprep.cli.check_formula import specification
    from rlprep.formula.lint import spec_faults

    for checked in report.items:
        if isinstance(checked.item, Formula):
            for what, hint in spec_faults(specification(checked.item)):
                yield checked.problem(("id",), what, hint)


def _run_all(folder: Path | None, *, as_json: bool) -> int:
    """Grade what the exercises come with, print a table, and return how much isn't as listed.

    Args:
        folder: a pack's content folder; None for the shipped content.
        as_json: keep stdout for the JSON object.
    """
    from rlprep.bank.load import load_bank
    from rlprep.grader.content import check_exercise
    from rlprep.grader.grade import Grader
    from rlprep.sandbox.case import Mode
    from rlprep.sandbox.client import Sandbox

    unsound = 0
    stream = sys.stderr if as_json else sys.stdout
    with Sandbox(Mode.BEST_EFFORT) as sandbox:
        bank = load_bank() if folder is None else load_bank([folder])
        own = set(bank.ids("exercise"))
        if folder is not None:
            own -= set(load_bank().ids("exercise"))
        grader = Grader(bank, sandbox, secrets.randbits(48))
        print(f"seed {grader.seed}", file=stream)
        for id_ in (each for each in bank.ids("exercise") if each in own):
            for row in check_exercise(grader, id_):
                mark = "ok " if row.sound else "BAD"
                print(f"{mark} {row.exercise:24}{row.what:44}{row.outcome}", file=stream)
                unsound += not row.sound
    return unsound


def _count(noun: str, number: int) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of all items, for editors that complete YAML.

    Example: rlprep pack schema > rlprep.schema.json
    """
    from rlprep.bank.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
