"""`rlprep export`: take the material along: Anki cards, Markdown, the interviewer's sheet."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import Packs, PartChoice, QuestionChoice

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.bank.select import Selection

app = typer.Typer(
    help="Take the material along: Anki, Markdown, a sheet.",
    no_args_is_help=True,
    epilog=examples("export markdown --part A", "export anki rlprep.apkg"),
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; - for stdout.")]


@app.command("anki", epilog=examples("export anki rlprep.apkg"))
def anki(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.apkg", help="Where to write; - for stdout.")
    ],
    part: PartChoice = None,
    question: QuestionChoice = None,
    pack: Packs = None,
) -> None:
    """Write an Anki package.

    Questions with their rubric, follow-ups, traps and formulas.

    Import a newer one over it: corrected cards change, your schedule in Anki stays.
    """
    from rlprep.progress.clock import now
    from rlprep.report.export_anki import notes, package

    bank, selection = _chosen(part, question, pack, file)
    formulas = dict.fromkeys(f for id_ in selection.questions for f in bank.question(id_).formulas)
    if part is None and question is None and not pack:
        formulas |= dict.fromkeys(bank.ids("formula"))
    items = list(notes(bank, selection.questions, tuple(formulas)))
    owner = bank.pack_of(selection.questions[0])
    _write(file, package(items, owner.id, owner.title, now()))
    print(f"{len(items)} cards written to {file}", file=sys.stderr)


@app.command("markdown", epilog=examples("export markdown --part A policy_methods.md"))
def markdown(
    file: File = Path("-"),
    part: PartChoice = None,
    question: QuestionChoice = None,
    pack: Packs = None,
) -> None:
    """Write Markdown: questions, hints, rubric, model answers.

    Traps and follow-ups are in it too.
    """
    from rlprep.report.export_markdown import markdown as as_markdown

    _write(file, as_markdown(*_chosen(part, question, pack, file)))


@app.command("html", epilog=examples("export html sheet.html"))
def html(
    file: File,
    part: PartChoice = None,
    question: QuestionChoice = None,
    pack: Packs = None,
) -> None:
    """Write the interviewer's sheet, to print and tick."""
    from rlprep.report.export_sheet import sheet

    _write(file, sheet(*_chosen(part, question, pack, file)))


def _chosen(
    part: str | None, question: str | None, pack: list[Path] | None, file: Path
) -> "tuple[Bank, Selection]":
    from rlprep.bank.select import select
    from rlprep.errors import MisuseError
    from rlprep.report.files import check_place

    if str(file) != "-":
        check_place(file)
    if part is not None and question is not None:
        raise MisuseError("--part and --question exclude each other", hint="give one of them")
    bank = open_bank(pack)
    return bank, select(bank, part=part, question=question)


def _write(file: Path, content: str | bytes) -> None:
    from rlprep.report.files import write_whole

    if str(file) != "-":
        write_whole(file, content)
    elif isinstance(content, str):
        sys.stdout.write(content)
    else:
        sys.stdout.buffer.write(content)
