"""`rlprep quiz`: sit the interview at a terminal, or print its questions."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.errors import MisuseError

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.bank.select import Selection
    from rlprep.interview.recorder import Recorder
    from rlprep.interview.screen import Screen


def quiz(
    part: Annotated[
        str | None, typer.Option(metavar="PART", help="One part: A, B or follow-ups.")
    ] = None,
    question: Annotated[
        str | None, typer.Option(metavar="ID", help="One question, by its id (see --list).")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the questions and stop.")] = False,
    mock: Annotated[
        bool, typer.Option("--mock", help="A timed round: no hints, the score at the end.")
    ] = False,
    editor: Annotated[
        bool, typer.Option("--editor", help="Write each answer in your $EDITOR.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="For screen readers: no boxes, maths spelled out.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the questions as one JSON object; ask nothing.")
    ] = False,
    pack: Annotated[
        list[Path] | None,
        typer.Option("--pack", metavar="DIR", help="Add a pack of questions; may be repeated."),
    ] = None,
) -> None:
    """Sit the interview: questions, hints, rubric, model answers, follow-ups.

    Without options it holds the whole round. Where input or output is no terminal, the questions
    are printed and nothing is asked. Ctrl-C saves: the next `rlprep quiz` offers to go on.

    Example: rlprep quiz --part A
    """
    from rlprep.bank.load import load_bank
    from rlprep.bank.select import select

    if part is not None and question is not None:
        raise MisuseError("--part and --question exclude each other", hint="give one of them")
    bank = load_bank(pack or ())
    _report_skipped(bank)
    if list_:
        _list(bank, as_json=as_json)
        return
    selection = select(bank, part=part, question=question)
    if as_json:
        from rlprep.report.questions import round_json

        print(json.dumps(round_json(bank, selection), ensure_ascii=False))
        return
    from rlprep.report.screen import PlainScreen, RichScreen, is_interactive

    if is_interactive():
        screen = PlainScreen() if plain else RichScreen()
        named = part is not None or question is not None or mock or bool(pack)
        recorder = _resume(screen, bank, selection, named=named) or _begin(selection, mock)
        _hold(screen, bank, recorder, editor_first=editor)
    else:
        from rlprep.report.questions import show_round

        show_round(PlainScreen("spelled" if plain else "unicode"), bank, selection)


def _report_skipped(bank: "Bank") -> None:
    """Say on stderr which packs were left out, and why."""
    for name, problems in bank.skipped:
        print(f"warning: pack skipped ({name})", file=sys.stderr)
        for problem in problems[:5]:
            print(f"  {problem}", file=sys.stderr)


def _list(bank: "Bank", *, as_json: bool) -> None:
    from rlprep.report.questions import list_json, list_text

    print(json.dumps(list_json(bank), ensure_ascii=False) if as_json else list_text(bank))


def _resume(
    screen: "Screen", bank: "Bank", selection: "Selection", *, named: bool
) -> "Recorder | None":
    """Offer to continue the newest unfinished round; one that was named must be the same."""
    from rlprep.interview.recorder import Recorder
    from rlprep.interview.round_state import replay
    from rlprep.progress.home import data_home
    from rlprep.progress.session_log import SessionLog, unfinished

    for path, events in unfinished(data_home()):
        try:
            state = replay(events)
        except (KeyError, TypeError, ValueError):
            screen.say(f"A saved round can't be read and is left alone: {path}", "warn")
            continue
        if named and state.questions != selection.questions:
            continue
        if not set(state.questions) <= set(bank.ids("question")):
            continue
        log = SessionLog.reopen(path)
        if log is None:
            continue  # another terminal is holding it
        recorder = Recorder(state, log)
        done = sum(answer.closed for answer in state.answers.values())
        screen.say(f"A round is unfinished: {state.title}, begun {state.begun[:16]} UTC,")
        screen.say(f"{done} of {len(state.questions)} questions done.")
        try:
            typed = screen.ask("Enter continues it, n starts anew > ").strip().lower()
        except EOFError:
            raise typer.Exit from None
        if typed not in ("n", "no", "new"):
            return recorder
        recorder.record("abandoned")
        log.close()
        return None
    return None


def _begin(selection: "Selection", mock: bool) -> "Recorder":
    from rlprep.interview.recorder import Recorder
    from rlprep.interview.round_state import Round
    from rlprep.progress.home import data_home
    from rlprep.progress.session_log import SCHEMA, SessionLog

    recorder = Recorder(Round(), SessionLog.create(data_home()))
    recorder.record(
        "begin",
        schema=SCHEMA,
        mode="mock" if mock else "practice",
        title=selection.title,
        questions=list(selection.questions),
        minutes=selection.minutes,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return recorder


def _hold(screen: "Screen", bank: "Bank", recorder: "Recorder", *, editor_first: bool) -> None:
    """Hold the round; whatever ends it, say whether it is saved."""
    from rlprep.cli.check_formula import check_and_show
    from rlprep.interview.answering import PausedError
    from rlprep.interview.conversation import Conversation
    from rlprep.labs.catalogue import labs_by_topic

    if recorder.log.failure:
        screen.say(f"This round can't be saved ({recorder.log.failure}).", "warn")
    try:
        Conversation(
            screen,
            bank,
            recorder,
            labs=labs_by_topic(),
            checker=check_and_show,
            editor_first=editor_first,
        ).hold()
    except (PausedError, KeyboardInterrupt) as stop:
        screen.say("")
        if recorder.log.failure:
            screen.say(f"Not saved ({recorder.log.failure}).", "bad")
        else:
            screen.say("Saved. `rlprep quiz` continues where you stopped.", "good")
        raise typer.Exit(130 if isinstance(stop, KeyboardInterrupt) else 0) from None
    finally:
        recorder.log.close()
