"""`rlprep pack`: for those who write content: check it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli.examples import examples
from rlprep.cli.options import AsJson

if TYPE_CHECKING:
    from rlprep.bank.lint import References, Report
    from rlprep.bank.load import Bank
    from rlprep.bank.problem import Problem

app = typer.Typer(
    help="Check packs of content.", no_args_is_help=True, epilog=examples("pack lint my-pack")
)


@app.command("lint", epilog=examples("pack lint my-pack", "pack lint my-pack --run"))
def lint(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="A content folder: it holds questions/.",
            show_default="the shipped one",
        ),
    ] = None,
    run: Annotated[
        bool,
        typer.Option(
            "--run", help="Check all forms of formulas too, and grade all implementations."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with a pack.

    File, line, and what to do about it. The schema of the files, for editors
    that complete them, comes from 'rlprep schema item'.

    Exit code 0 when the pack is sound, 3 when it is not.
    """
    from rlprep.answers.lint import pattern_problems
    from rlprep.bank.lint import lint as lint_folder
    from rlprep.bank.load import load_bank
    from rlprep.bank.scan import scan
    from rlprep.content import content_root
    from rlprep.report.json_text import json_line
    from rlprep.report.lint import lint_json, lint_text
    from rlprep.report.progress import ProgressLine

    root = folder or content_root()
    line = ProgressLine()
    line("lint", 0, 2)
    # The shipped content is read as a stranger's: a fault in it must be said, not raised.
    others = None if root.resolve() == content_root().resolve() else load_bank()
    elsewhere = others and {kind: set(others.ids(kind)) for kind in ("formula", "exercise")}
    report = lint_folder(root, elsewhere)
    if others:
        taken = [problem for each in scan(root)[0] for problem in others.taken(each)]
        report.add([problem for problem in taken if not others.holds(problem.file)])
    line("lint", 1, 2)
    report.add(pattern_problems(report, others.shipped_vocabularies() if others else []))
    line.wipe()
    if run:
        report.add(list(_formula_problems(report)))
    unsound = 0
    if run and not report.problems:
        unsound = _run_all(load_bank([root] if others else []), elsewhere, as_json=as_json)
    if as_json:
        print(json_line(lint_json(report)))
    else:
        print(lint_text(root, report))
    if report.problems or unsound:
        raise typer.Exit(3)


def _formula_problems(report: "Report") -> Iterator["Problem"]:
    """Yield what is wrong with the formulas that could be read."""
    from rlprep.bank.formula import Formula
    from rlprep.cli.check_formula import specification
    from rlprep.formula.lint import spec_faults

    for checked in report.items:
        if isinstance(checked.item, Formula):
            for what, hint in spec_faults(specification(checked.item)):
                yield checked.problem(("id",), what, hint)


def _run_all(bank: "Bank", elsewhere: "References | None", *, as_json: bool) -> int:
    """Grade what the exercises come with, print a table, and return how much isn't as listed.

    Args:
        bank: with the pack in it.
        elsewhere: ids of other packs, which are not run.
        as_json: keep stdout for the JSON object.
    """
    import secrets

    from rlprep.grader.content import check_exercise
    from rlprep.grader.grade import Grader
    from rlprep.sandbox.case import Mode
    from rlprep.sandbox.client import Sandbox

    unsound = 0
    stream = sys.stderr if as_json else sys.stdout
    others = (elsewhere or {}).get("exercise", set())
    with Sandbox(Mode.BEST_EFFORT) as sandbox:
        grader = Grader(bank, sandbox, secrets.randbits(48))
        print(f"seed {grader.seed}", file=stream)
        for id_ in (each for each in bank.ids("exercise") if each not in others):
            for row in check_exercise(grader, id_):
                mark = "ok " if row.sound else "BAD"
                print(f"{mark} {row.exercise:24}{row.what:44}{row.outcome}", file=stream)
                unsound += not row.sound
    return unsound
