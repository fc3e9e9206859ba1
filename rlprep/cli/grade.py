"""`rlprep grade`: what is a submission worth, and what is wrong with it?"""

import json
import os
import sys
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlprep.cli.open_bank import Packs, open_bank

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.grader.result import GradeReport
    from rlprep.report.request import Request
    from rlprep.sandbox.client import Sandbox


class SandboxChoice(StrEnum):
    """How much confinement to ask for."""

    STRICT = "strict"
    BEST_EFFORT = "best-effort"
    OFF = "off"


def grade(
    files: Annotated[list[Path], typer.Argument(help="Python files to grade.", metavar="FILE...")],
    exercise: Annotated[
        str | None, typer.Option(help="Grade this exercise only; default: all that a file defines.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Repeat the hidden cases of an earlier run.", min=0)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT=PATH",
            help="Write a report, more than one if repeated; - for PATH is stdout. FORMAT: json,"
            " junit, html, markdown, gradescope, classroom50, github, github-outputs.",
        ),
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="The same as --report junit=PATH.")] = None,
    html: Annotated[Path | None, typer.Option(help="The same as --report html=PATH.")] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(help="Exit with 0 from this per cent of all points.", min=0, max=100),
    ] = None,
    sandbox: Annotated[
        SandboxChoice | None,
        typer.Option(help="Default: what this machine has; strict where CI is set."),
    ] = None,
    explain: Annotated[bool, typer.Option(help="Print the page of a recognised mistake.")] = False,
    watch: Annotated[bool, typer.Option(help="Grade again whenever the file is saved.")] = False,
    pack: Packs = None,
) -> None:
    """Grade files against hidden cases: points for each property, and the mistake by its name.

    The exercise is found by the name of the function; 'rlprep exercise list' has them all.
    Exit code 0 for full marks (or --fail-under), 1 below, 3 for files that can't be read.
    Example: rlprep grade my_gae.py --explain
    """
    from rlprep.grader.submission import is_readable
    from rlprep.sandbox.client import Sandbox

    wanted = list(report or [])
    wanted += [f"{name}={path}" for name, path in (("junit", junit), ("html", html)) if path]
    reports = _check_options(files, wanted, as_json=as_json, watch=watch)
    mode = sandbox_mode(sandbox)
    with Sandbox(mode) as box:
        # From here on the worker imports torch in its own process, and so may this one.
        bank = open_bank(pack)
        if exercise is not None:
            bank.exercise(exercise)
        if not any(map(is_readable, files)) and not watch:
            box.close()
        if watch:
            from rlprep.cli.grade_watch import watch_file

            raise typer.Exit(watch_file(files[0], box, partial(_grade_all, bank), exercise, seed))
        graded = _grade_all(bank, files, box, exercise, seed)
    _print(graded, reports, as_json=as_json, explain=explain)
    from rlprep.grader.result import exit_code

    raise typer.Exit(exit_code(graded.submissions, fail_under))


def _check_options(
    files: list[Path], wanted: list[str], *, as_json: bool, watch: bool
) -> "list[Request]":
    """Refuse before anything is run what can't work; return the reports that are asked for."""
    from rlprep.errors import MisuseError
    from rlprep.report.grade_faces import GRADE_FACES, check_surroundings
    from rlprep.report.request import STDOUT, requests

    if watch and (len(files) != 1 or as_json or wanted):
        raise MisuseError(
            "--watch takes one file, and no --json or --report", hint="name the file to watch"
        )
    reports = requests(wanted, GRADE_FACES)
    check_surroundings(each.format for each in reports)
    if as_json and any(each.path == STDOUT for each in reports):
        raise MisuseError("stdout is taken by --json", hint="write the report to a file")
    require_grading()
    return reports


def require_grading() -> None:
    """Refuse where the libraries that grading needs aren't installed."""
    from rlprep.errors import MissingExtraError

    if not all(find_spec(library) for library in ("torch", "numpy")):
        raise MissingExtraError("grading", "grade")


def sandbox_mode(choice: SandboxChoice | None) -> Any:
    """Return the mode that is asked for, or the one that suits where this runs."""
    from rlprep.sandbox.case import Mode

    if choice is None:
        return Mode.STRICT if os.environ.get("CI") else Mode.BEST_EFFORT
    return Mode(choice.value)


def _grade_all(
    bank: "Bank", files: list[Path], box: "Sandbox", exercise: str | None, seed: int | None
) -> "GradeReport":
    """Return the report on all files."""
    import secrets

    from rlprep.grader.grade import Grader
    from rlprep.grader.result import GradeReport
    from rlprep.report.progress import ProgressLine

    line = ProgressLine()
    grader = Grader(bank, box, secrets.randbits(48) if seed is None else seed, line)
    try:
        results = [result for file in files for result in grader.file(file, exercise)]
    finally:
        line.wipe()
    ran = any(result.seconds for result in results)
    layers = box.wait_ready()["layers"] if ran else {}
    warn_of(layers, box.mode)
    return GradeReport(grader.seed, {"mode": str(box.mode), "layers": layers}, tuple(results))


def warn_of(layers: dict[str, bool], mode: str) -> None:
    """Say on stderr what doesn't protect this machine from the file just run."""
    from rlprep.sandbox.probe import LAYERS

    lacking = [each.name for each in LAYERS if each.required and layers.get(each.name) is False]
    if lacking and mode != "off":
        text = f"warning: graded without {', '.join(lacking)}: see 'rlprep doctor'"
        print(text, file=sys.stderr)


def _print(
    report: "GradeReport", reports: "list[Request]", *, as_json: bool, explain: bool
) -> None:
    from rlprep.report.github import guarded_log
    from rlprep.report.grade_faces import GRADE_FACES
    from rlprep.report.grade_json import grade_json
    from rlprep.report.grade_terminal import show_grades
    from rlprep.report.request import STDOUT, write_reports

    if as_json:
        print(json.dumps(grade_json(report), ensure_ascii=False))
    elif not any(each.path == STDOUT for each in reports):
        with guarded_log(os.environ):
            show_grades(report, explain=explain)
    write_reports(report, reports, GRADE_FACES)
