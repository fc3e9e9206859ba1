"""`rlprep review`: what is due today is asked, the most overdue first."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from rlprep.cli.doable import doable
from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import AsJson, ListOnly, Packs, Plain
from rlprep.cli.progress_store import open_store


class KindChoice(StrEnum):
    """The kinds of items."""

    QUESTION = "question"
    FORMULA = "formula"
    EXERCISE = "exercise"


EXAMPLES = examples("review", "review --interview-date 2030-05-17", "review --list --kind formula")


def review(
    list_: ListOnly = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many items.")
    ] = None,
    kind: Annotated[
        KindChoice | None, typer.Option("--kind", help="Items of this kind only.")
    ] = None,
    interview_date: Annotated[
        str | None,
        typer.Option(
            "--interview-date",
            metavar="YYYY-MM-DD",
            help="Schedule nothing after this day; it is remembered. 'none' forgets it.",
        ),
    ] = None,
    plain: Plain = False,
    as_json: AsJson = False,
    pack: Packs = None,
) -> None:
    """Ask what is due today, the most overdue first.

    Then come a few new items: a question, two formulas, an exercise a day;
    more where your interview is near. A wrong answer comes back tomorrow, a
    good one later. Without a terminal it lists what is due and asks nothing.
    """
    from rlprep.progress.interview_date import read_date, remember_date
    from rlprep.progress.today import read_today
    from rlprep.report.json_text import json_line
    from rlprep.report.review import today_json

    store = open_store()
    if interview_date is not None:
        remember_date(store, read_date(interview_date))
    bank = open_bank(pack)
    items = doable(bank, kind)
    today = read_today(store, items)
    tasks = today.tasks(kind)[:limit]
    if as_json:
        print(json_line(today_json(bank, today, tasks)))
        return
    from rlprep.report.review import show_today
    from rlprep.report.screen import is_interactive, screen_for

    screen = screen_for(sys.stdout, plain=plain)
    show_today(screen, bank, today, tasks, kind)
    if tasks and not list_ and is_interactive():
        from rlprep.cli.review_session import ReviewSession

        ReviewSession(screen, bank, store, items).go_through(tasks)
