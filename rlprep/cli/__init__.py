"""The command line: one file a command, and the one place that turns errors into exit codes.

Exit codes: 0 right, 1 answered and not right, 2 misuse, 3 unreadable submission or content,
4 our fault, 130 interrupted. Command files import Typer and the standard library at the top and
everything else inside the function, so that help never loads torch or SymPy.
"""

import io
import sys
import traceback
from typing import Annotated

import typer

from rlprep import __version__
from rlprep.cli import ci, class_, exercise, export, lab, pack
from rlprep.cli.check_formula import check_formula
from rlprep.cli.doctor import doctor
from rlprep.cli.grade import grade
from rlprep.cli.progress import progress
from rlprep.cli.quiz import quiz
from rlprep.cli.review import review
from rlprep.errors import RlprepError

app = typer.Typer(
    name="rlprep",
    help="Prepare for, teach, or hold interviews on policy gradients and efficient attention.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("quiz")(quiz)
app.command("check-formula")(check_formula)
app.command("grade")(grade)
app.add_typer(exercise.app, name="exercise")
app.command("review")(review)
app.command("progress")(progress)
app.add_typer(lab.app, name="lab")
app.add_typer(export.app, name="export")
app.add_typer(class_.app, name="class")
app.command("doctor")(doctor)
app.add_typer(pack.app, name="pack")
app.add_typer(ci.app, name="ci")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"rlprep {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Prepare for, teach, or hold interviews on policy gradients and efficient attention."""


def main() -> None:
    """Run the command line; every way to fail ends in one message and a documented exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters shows "?"
    try:
        app()
    except RlprepError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception:
        traceback.print_exc()
        print("error: this is a fault of rlprep, not yours; please report it", file=sys.stderr)
        sys.exit(4)
