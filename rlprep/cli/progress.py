"""`rlprep progress`: what is strong, weak and due; take it along, or take it in."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli.doable import doable
from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import AsJson, Packs, Plain
from rlprep.cli.progress_store import open_store
from rlprep.cli.reading import reading
from rlprep.errors import MisuseError

if TYPE_CHECKING:
    from rlprep.progress.store import Store


EXAMPLES = examples(
    "progress", "progress --export progress.jsonl", "progress --import progress.jsonl"
)


def progress(
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE.jsonl",
            help="Write every attempt as JSON lines; - for stdout.",
        ),
    ] = None,
    import_: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE.jsonl",
            help="Take in such lines; - for stdin. Twice is once.",
        ),
    ] = None,
    recover: Annotated[
        bool,
        typer.Option(
            "--recover", help="Take in damaged files that were set aside, and the rounds' logs."
        ),
    ] = False,
    plain: Plain = False,
    as_json: AsJson = False,
    pack: Packs = None,
) -> None:
    """Show what is strong, weak and due, and how recall fades.

    The result is that of the last sitting; a formula counts by its first try.
    Recall is the chance that you still know it. An item is weak where it went
    wrong or recall is below 70 %, and strong where it lasts a week or longer.

    Exit code 3 where --import can't use a line; it says which, and the others
    come in.
    """
    if sum((export is not None, import_ is not None, recover)) > 1:
        raise MisuseError(
            "--export, --import and --recover exclude each other", hint="give one of them"
        )
    store = open_store()
    if export is not None:
        _export(store, export)
    elif import_ is not None:
        _import(store, import_)
    elif recover:
        _recover(store, pack)
    else:
        _show(store, pack, plain=plain, as_json=as_json)


def _show(store: "Store", pack: list[Path] | None, *, plain: bool, as_json: bool) -> None:
    from rlprep.progress.today import read_today

    today = read_today(store, doable(open_bank(pack)))
    if as_json:
        from rlprep.report.json_text import json_line
        from rlprep.report.progress_json import progress_json

        print(json_line(progress_json(today)))
        return
    from rlprep.report.progress_terminal import show_progress
    from rlprep.report.screen import screen_for

    show_progress(screen_for(sys.stdout, plain=plain), today, spoken=plain)


def _export(store: "Store", file: Path) -> None:
    from rlprep.progress.interchange import export_lines
    from rlprep.report.files import check_place, write_whole

    if str(file) == "-":
        sys.stdout.writelines(export_lines(store))
        return
    check_place(file)
    lines = list(export_lines(store))
    write_whole(file, "".join(lines))
    print(f"{len(lines)} attempts written to {file}", file=sys.stderr)


def _import(store: "Store", file: Path) -> None:
    from rlprep.progress.interchange import import_lines

    with (
        reading(file),
        sys.stdin.buffer if str(file) == "-" else file.open("rb") as stream,
    ):
        found = import_lines(store, stream)
    for number, reason in found.refused[:20]:
        print(f"{file}:{number}: left out: {reason}", file=sys.stderr)
    if len(found.refused) > 20:
        print(f"(and {len(found.refused) - 20} more lines)", file=sys.stderr)
    refused = f", {len(found.refused)} left out" if found.refused else ""
    print(f"{found.new} new, {found.known} known already{refused}")
    if found.refused:
        raise typer.Exit(3)


def _recover(store: "Store", pack: list[Path] | None) -> None:
    from rlprep.interview.attempts import attempts_in_logs
    from rlprep.progress.home import data_home

    salvaged = store.add(list(store.salvage()))
    logged = store.add(attempts_in_logs(data_home(), open_bank(pack)))
    print(f"{salvaged.new} attempts taken in from damaged files, {logged.new} from rounds' logs")
