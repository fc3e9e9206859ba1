"""`rlprep grade`: what is a submission worth, and what is wrong with it?"""

import os
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlprep.cli import complete, options
from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import AsJson, Keep, Packs, SandboxChoice
from rlprep.cli.progress_store import is_kept, keep_grades

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.grader.result import GradeReport
    from rlprep.report.request import Request
    from rlprep.sandbox.client import Sandbox


EXAMPLES = examples(
    "grade my_gae.py --explain",
    "grade --watch my_gae.py",
    "grade submissions/*.py --json",
    "grade my_gae.py --report junit=report.xml --fail-under 60",
)
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Python files, or one to --watch.")
]

Exercises = Annotated[list[str] | None, options.exercises(default="all that a file defines")]
Confinement = Annotated[SandboxChoice | None, options.sandbox(default="best-effort; strict in CI")]
FailUnder = Annotated[float | None, options.fail_under(default="full marks")]


def _report_to(format_: str) -> Any:
    words = f"The same as --report {format_}=PATH."
    return typer.Option(f"--{format_}", metavar="PATH", help=words)


def grade(
    files: Files,
    exercise: Exercises = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the page of a recognised mistake.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Grade again whenever the file is saved.")
    ] = False,
    seed: Annotated[int | None, options.seed(default="a new one")] = None,
    sandbox: Confinement = None,
    fail_under: FailUnder = None,
    report: Annotated[list[str] | None, options.reports(complete.grade_formats)] = None,
    junit: Annotated[Path | None, _report_to("junit")] = None,
    html: Annotated[Path | None, _report_to("html")] = None,
    as_json: AsJson = False,
    keep: Keep = None,
    pack: Packs = None,
) -> None:
    """Grade files against hidden cases, and name the mistake.

    The exercise is found by the name of the function; 'rlprep exercise list'
    has them all. One file graded without --seed counts for 'rlprep review'.

    A report's FORMAT is json, junit, html, markdown, gradescope, classroom50,
    github or github-outputs.

    Exit code 0 for full marks (or --fail-under), 1 below, 3 for files that
    can't be read, 4 where the grading failed through our fault.
    """
    from rlprep.grader.result import exit_code
    from rlprep.grader.submission import is_readable
    from rlprep.sandbox.client import Sandbox

    wanted = list(report or [])
    wanted += [f"{name}={path}" for name, path in (("junit", junit), ("html", html)) if path]
    reports = _check_options(files, wanted, as_json=as_json, watch=watch)
    own = len(files) == 1 and seed is None
    kept = is_kept(False if keep is None and not own else keep, as_json=as_json)
    with Sandbox(sandbox_mode(sandbox)) as box:
        # From here on the worker imports torch in its own process, and so may this one.
        bank = open_bank(pack)
        exercises = tuple(bank.exercise(each).id for each in dict.fromkeys(exercise or ()))
        if not watch and not any(map(is_readable, files)):
            box.close()
        run = partial(_grade_and_keep if kept else _grade_all, bank, files, box, exercises, seed)
        if watch:
            from rlprep.cli.grade_watch import watch_file

            raise typer.Exit(watch_file(files[0], run))
        graded = run()
    _print(graded, reports, as_json=as_json, explain=explain)
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


def can_grade() -> bool:
    """Whether the libraries that grading needs are installed."""
    return all(find_spec(library) for library in ("torch", "numpy"))


def require_grading() -> None:
    """Refuse where the libraries that grading needs aren't installed."""
    from rlprep.errors import MissingExtraError

    if not can_grade():
        raise MissingExtraError("grading", "grade")


def sandbox_mode(choice: SandboxChoice | None) -> Any:
    """Return the mode that is asked for, or the one that suits where this runs."""
    from rlprep.sandbox.case import Mode

    if choice is None:
        return Mode.STRICT if os.environ.get("CI") else Mode.BEST_EFFORT
    return Mode(choice.value)


def _grade_all(
    bank: "Bank",
    files: list[Path],
    box: "Sandbox",
    exercises: tuple[str, ...],
    seed: int | None,
) -> "GradeReport":
    """Return the report on all files."""
    import secrets

    from rlprep.grader.grade import Grader
    from rlprep.grader.result import GradeReport
    from rlprep.report.progress import ProgressLine

    line = ProgressLine()
    grader = Grader(bank, box, secrets.randbits(48) if seed is None else seed, line)
    try:
        results = [
            result
            for file in files
            for exercise in exercises or (None,)
            for result in grader.file(file, exercise)
        ]
    finally:
        line.wipe()
    ran = any(result.seconds for result in results)
    layers = box.wait_ready()["layers"] if ran else {}
    warn_of(layers, box.mode)
    return GradeReport(grader.seed, {"mode": str(box.mode), "layers": layers}, tuple(results))


def _grade_and_keep(
    bank: "Bank",
    files: list[Path],
    box: "Sandbox",
    exercises: tuple[str, ...],
    seed: int | None,
) -> "GradeReport":
    """Return the report on all files, and add what was graded to the progress."""
    report = _grade_all(bank, files, box, exercises, seed)
    keep_grades(report)
    return report


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
    from rlprep.report.json_text import json_line
    from rlprep.report.request import STDOUT, write_reports

    if as_json:
        print(json_line(grade_json(report)))
    elif not any(each.path == STDOUT for each in reports):
        with guarded_log(os.environ):
            show_grades(report, explain=explain)
    write_reports(report, reports, GRADE_FACES)
