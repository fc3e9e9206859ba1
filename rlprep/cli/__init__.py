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
from rlprep.cli import (
    check_formula,
    ci,
    class_,
    doctor,
    exercise,
    export,
    grade,
    lab,
    pack,
    progress,
    quiz,
    review,
    schema,
)
from rlprep.cli.examples import examples
from rlprep.errors import RlprepError

app = typer.Typer(
    name="rlprep",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text: it reads the same at 80 columns, piped and spoken
    epilog=examples("quiz --part A", "check-formula ppo_clip", "grade my_gae.py", "COMMAND --help"),
)
app.command("quiz", epilog=quiz.EXAMPLES)(quiz.quiz)
app.command("check-formula", epilog=check_formula.EXAMPLES)(check_formula.check_formula)
app.command("grade", epilog=grade.EXAMPLES)(grade.grade)
app.add_typer(exercise.app, name="exercise")
app.command("review", epilog=review.EXAMPLES)(review.review)
app.command("progress", epilog=progress.EXAMPLES)(progress.progress)
app.add_typer(lab.app, name="lab")
app.add_typer(export.app, name="export")
app.add_typer(class_.app, name="class")
app.add_typer(ci.app, name="ci")
app.add_typer(pack.app, name="pack")
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)
app.command("schema", epilog=schema.EXAMPLES)(schema.schema)


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
    """Prepare for, teach, or hold interviews on policy gradients and efficient attention.

    Results go to stdout, everything else to stderr. Exit code 0: right, 1:
    answered and not right, 2: misuse, 3: what was given can't be read, 4: our
    fault, 130: interrupted.
    """


def main() -> None:
    """Run the command line; every way to fail ends in one message and a documented exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters shows "?"
    try:
        app(prog_name="rlprep")  # also where it was started as python -m rlprep
    except RlprepError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception:
        traceback.print_exc()
        print("error: this is a fault of rlprep, not yours; please report it", file=sys.stderr)
        sys.exit(4)
