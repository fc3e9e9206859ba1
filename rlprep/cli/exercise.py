"""`rlprep exercise`: what there is to implement, what it asks, and a file to begin with."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rlprep.cli import options
from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import AsJson, ExerciseId, Packs, Plain
from rlprep.errors import reason_of

app = typer.Typer(
    help="List, read and begin the exercises.",
    no_args_is_help=True,
    epilog=examples("exercise list", "exercise start gae"),
)


@app.command("list", epilog=examples("exercise list"))
def list_(as_json: AsJson = False, pack: Packs = None) -> None:
    """List the exercises."""
    from rlprep.report.exercises import list_json, list_text
    from rlprep.report.json_text import json_line

    bank = open_bank(pack)
    exercises = [bank.exercise(id_) for id_ in bank.ids("exercise")]
    print(json_line(list_json(exercises)) if as_json else list_text(exercises))


@app.command("show", epilog=examples("exercise show gae"))
def show(
    id_: ExerciseId, plain: Plain = False, as_json: AsJson = False, pack: Packs = None
) -> None:
    """Show what an exercise asks, and how it is graded."""
    from rlprep.report.exercises import exercise_json, show_exercise
    from rlprep.report.json_text import json_line
    from rlprep.report.screen import screen_for

    exercise = open_bank(pack).exercise(id_)
    if as_json:
        print(json_line(exercise_json(exercise)))
    else:
        show_exercise(screen_for(sys.stdout, plain=plain), exercise)


@app.command("start", epilog=examples("exercise start gae", "exercise start gae --to hw1/ada.py"))
def start(
    id_: ExerciseId,
    to: Annotated[Path | None, options.to("FILE", default="ID.py")] = None,
    pack: Packs = None,
) -> None:
    """Write a file to begin with.

    It holds the signature, what the exercise asks, and public examples.
    Nothing is ever overwritten.
    """
    from rlprep.errors import MisuseError
    from rlprep.report.exercises import stub

    exercise = open_bank(pack).exercise(id_)
    path = to or Path(f"{id_}.py")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(stub(exercise))
    except FileExistsError:
        raise MisuseError(f"{path} exists already", hint="name another file with --to") from None
    except OSError as error:
        reason = reason_of(error)
        raise MisuseError(f"{path} can't be written: {reason}") from None
    print(f"{path}: write {exercise.id}, then 'rlprep grade {path}'")
