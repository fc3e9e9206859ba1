"""`rlprep exercise`: what there is to implement, what it asks, and a file to begin with."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rlprep.cli.open_bank import Packs, open_bank

app = typer.Typer(help="List, read and begin the exercises.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="As 'rlprep exercise list' has it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_(as_json: AsJson = False, pack: Packs = None) -> None:
    """List the exercises.

    Example: rlprep exercise list
    """
    from rlprep.report.exercises import list_json, list_text

    bank = open_bank(pack)
    exercises = [bank.exercise(id_) for id_ in bank.ids("exercise")]
    print(json.dumps(list_json(exercises)) if as_json else list_text(exercises))


@app.command("show")
def show(id_: Id, as_json: AsJson = False, pack: Packs = None) -> None:
    """Show an exercise: what to return, how it is graded, public examples.

    Example: rlprep exercise show gae
    """
    from rlprep.report.exercises import exercise_json, show_exercise
    from rlprep.report.screen import PlainScreen, RichScreen, is_interactive

    exercise = open_bank(pack).exercise(id_)
    if as_json:
        print(json.dumps(exercise_json(exercise), ensure_ascii=False))
    else:
        show_exercise(RichScreen() if is_interactive() else PlainScreen("unicode"), exercise)


@app.command("start")
def start(
    id_: Id,
    to: Annotated[Path | None, typer.Option(help="The file to write; default: ID.py.")] = None,
    pack: Packs = None,
) -> None:
    """Write a file to begin with: the signature, what it asks, public examples.

    Refuses to overwrite anything.
    Example: rlprep exercise start gae
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
        reason = (error.strerror or str(error)).lower()
        raise MisuseError(f"{path} can't be written: {reason}") from None
    print(f"{path}: write {exercise.id}, then 'rlprep grade {path}'")
