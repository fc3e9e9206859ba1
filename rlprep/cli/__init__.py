"""The command line: one file a command, and the one place that turns errors into exit codes.

Exit codes: 0 right, 1 answered and not right, 2 misuse, 3 unreadable submission or content,
4 our fault, 130 interrupted. Command files import Typer and the standard library at the top and
everything else inside the function, so that help never loads torch or SymPy.
"""

import os
import sys
from typing import Annotated

import typer

from rlprep import __version__
from rlprep.cli import pack
from rlprep.cli.doctor import doctor
from rlprep.cli.quiz import quiz
from rlprep.errors import RlprepError

app = typer.Typer(
    name="rlprep",
    help="Prepare for, teach, or hold interviews on policy gradients and efficient attention.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("quiz")(quiz)
app.command("doctor")(doctor)
app.add_typer(pack.app, name="pack")


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
    """Run the command line; an `RlprepError` becomes one message on stderr and its exit code."""
    try:
        app()
    except RlprepError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has left (`| head`). Python would complain again at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
