"""`rlprep grade`: what is a submission worth, and what is wrong with it?"""

import json
import os
import sys
from collections.abc import Callable
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
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page for a browser here.")] = None,
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

    _check_options(files, (junit, html), as_json=as_json, watch=watch)
    mode = _mode(sandbox)
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
        report = _grade_all(bank, files, box, exercise, seed)
    _print(report, as_json=as_json, explain=explain)
    _write(report, junit, html)
    from rlprep.grader.result import exit_code

    raise typer.Exit(exit_code(report.submissions, fail_under))


def _check_options(
    files: list[Path], reports: tuple[Path | None, ...], *, as_json: bool, watch: bool
) -> None:
    """Refuse before anything is run what can't work."""
    from rlprep.errors import MissingExtraError, MisuseError

    if watch and (len(files) != 1 or as_json):
        raise MisuseError("--watch takes one file, and no --json", hint="name the file to watch")
    for path in reports:
        if path and not path.absolute().parent.is_dir():
            raise MisuseError(f"there is no folder for the report {path}", hint="make it first")
        if path and path.is_dir():
            raise MisuseError(f"the report {path} is a folder", hint="name a file in it")
    if not all(find_spec(library) for library in ("torch", "numpy")):
        raise MissingExtraError("grading", "grade")


def _mode(choice: SandboxChoice | None) -> Any:
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
    _warn_of(layers, box.mode)
    return GradeReport(grader.seed, {"mode": str(box.mode), "layers": layers}, tuple(results))


def _warn_of(layers: dict[str, bool], mode: str) -> None:
    """Say on stderr what doesn't protect this machine from the file just run."""
    from rlprep.sandbox.probe import LAYERS

    lacking = [each.name for each in LAYERS if each.required and layers.get(each.name) is False]
    if lacking and mode != "off":
        text = f"warning: graded without {', '.join(lacking)}: see 'rlprep doctor'"
        print(text, file=sys.stderr)


def _print(report: "GradeReport", *, as_json: bool, explain: bool) -> None:
    if as_json:
        from rlprep.report.grade_json import grade_json

        print(json.dumps(grade_json(report), ensure_ascii=False))
    else:
        from rlprep.report.grade_terminal import show_grades

        show_grades(report, explain=explain)


def _write(report: "GradeReport", junit: Path | None, html: Path | None) -> None:
    from rlprep.report.files import write_whole
    from rlprep.report.grade_html import grade_html
    from rlprep.report.grade_junit import grade_junit

    faces: list[tuple[Path | None, Callable[[Any], str]]] = [
        (junit, grade_junit),
        (html, grade_html),
    ]
    for path, face in faces:
        if path:
            write_whole(path, face(report))
