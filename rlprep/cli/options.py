"""What several commands take, declared once: an option means the same wherever it stands."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rlprep.cli import complete


class SandboxChoice(StrEnum):
    """How much confinement to ask for."""

    STRICT = "strict"
    BEST_EFFORT = "best-effort"
    OFF = "off"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and ask nothing.")]
ListOnly = Annotated[bool, typer.Option("--list", help="List what there is and stop.")]
Plain = Annotated[
    bool,
    typer.Option("--plain", help="For screen readers: no boxes, no chart, maths spelled out."),
]
Keep = Annotated[
    bool | None,
    typer.Option(
        "--keep/--no-keep",
        help="Add it to your progress.",
        show_default="what you do at a terminal, not with --json or in CI",
    ),
]
Packs = Annotated[
    list[Path] | None,
    typer.Option("--pack", metavar="DIR", help="Add a pack of content; repeat for more."),
]
PartChoice = Annotated[
    str | None,
    typer.Option(
        "--part",
        metavar="PART",
        help="One part, as 'rlprep quiz --list' has it.",
        autocompletion=complete.parts,
    ),
]
QuestionChoice = Annotated[
    str | None,
    typer.Option(
        "--question",
        metavar="ID",
        help="One question, as 'rlprep quiz --list' has it.",
        autocompletion=complete.questions,
    ),
]
ExerciseId = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="As 'rlprep exercise list' has it.", autocompletion=complete.exercises
    ),
]
JournalPath = Annotated[
    Path | None,
    typer.Option(
        "--journal", metavar="FILE", help="Where marks are kept.", show_default="DIR.journal"
    ),
]


def exercises(default: str | bool = True) -> Any:
    """Return the option for what is graded; `default` says in words what that is otherwise."""
    return typer.Option(
        "--exercise",
        metavar="ID",
        help="An exercise to grade; repeat for more.",
        show_default=default,
        autocompletion=complete.exercises,
    )


def sandbox(default: str | bool = True) -> Any:
    """Return the option for the confinement of submissions."""
    return typer.Option(
        "--sandbox",
        help="The confinement: strict refuses to grade where a layer is missing.",
        show_default=default,
    )


def key(default: str) -> Any:
    """Return the option for a class's secret."""
    return typer.Option("--key", metavar="FILE", help="The class's secret.", show_default=default)


def fail_under(default: str | bool = True) -> Any:
    """Return the option for the points that are enough."""
    return typer.Option(
        "--fail-under",
        metavar="PERCENT",
        min=0,
        max=100,
        help="Fail below this share of all points.",
        show_default=default,
    )


def reports(formats: "complete.Completer") -> Any:
    """Return the option for reports, whose formats are completed by `formats`."""
    return typer.Option(
        "--report",
        metavar="FORMAT=PATH",
        help="Write a report; repeat for more, - for stdout.",
        autocompletion=formats,
    )


def seed(default: str | bool = True, most: int | None = None) -> Any:
    """Return the option for the seed."""
    return typer.Option(
        "--seed",
        metavar="N",
        min=0,
        max=most,
        help="Repeat a run: the seed of everything random.",
        show_default=default,
    )


def to(what: str, default: str | bool = True) -> Any:
    """Return the option for the file that a command writes."""
    return typer.Option("--to", metavar=what, help="Where to write.", show_default=default)
