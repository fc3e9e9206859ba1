"""`rlprep quiz`: sit the interview at a terminal, or print its questions."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli.open_bank import Packs, open_bank
from rlprep.cli.progress_store import keep_marked
from rlprep.errors import MisuseError

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.bank.select import Selection
    from rlprep.interview.evidence import Examine
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
        bool, typer.Option("--json", help="Print one JSON object; ask nothing.")
    ] = False,
    answer: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Judge this answer to --question ('-': from a pipe)."),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Judge many: JSON lines with question and text; results likewise."
        ),
    ] = None,
    judge: Annotated[
        bool,
        typer.Option("--judge", help="Also ask the language model of RLPREP_JUDGE_URL."),
    ] = False,
    pack: Packs = None,
) -> None:
    """Sit the interview: questions, hints, rubric, model answers, follow-ups.

    Without options it holds the whole round. Where input or output is no terminal, the questions
    are printed and nothing is asked. Ctrl-C saves: the next `rlprep quiz` offers to go on.
    With --answer or --batch it judges what is written: which points, in which words.

    Example: rlprep quiz --part A
    """
    from rlprep.bank.select import select

    if part is not None and question is not None:
        raise MisuseError("--part and --question exclude each other", hint="give one of them")
    if answer is not None and (question is None or batch is not None):
        raise MisuseError("--answer judges one answer", hint="name its question: --question ID")
    bank = open_bank(pack)
    if list_:
        _list(bank, as_json=as_json)
        return
    if batch is not None:
        from rlprep.cli.quiz_answers import judge_batch

        if not judge_batch(bank, batch, ask=judge):
            raise typer.Exit(3)
        return
    if answer is not None and question is not None:
        from rlprep.cli.quiz_answers import judge_one

        judge_one(bank, question, answer, as_json=as_json, ask=judge)
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
        _hold(screen, bank, recorder, editor_first=editor, ask_judge=judge)
    else:
        from rlprep.report.questions import show_round

        show_round(PlainScreen("spelled" if plain else "unicode"), bank, selection)


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
    from rlprep.progress.clock import now
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
        at=now().isoformat(timespec="seconds"),
    )
    return recorder


def _examine(bank: "Bank", *, ask_judge: bool) -> "Examine":
    """Return what judges an answer; the engine is loaded when the first one is judged."""
    from functools import cache

    from rlprep.cli.quiz_answers import examiner_of

    examiner = cache(lambda: examiner_of(bank, ask=ask_judge))
    return lambda question, text, disputed: examiner().examine(question, text, disputed)


def _hold(
    screen: "Screen", bank: "Bank", recorder: "Recorder", *, editor_first: bool, ask_judge: bool
) -> None:
    """Hold the round; whatever ends it, say whether it is saved."""
    from rlprep.cli.check_formula import check_and_show
    from rlprep.interview.answering import PausedError
    from rlprep.interview.conversation import Conversation
    from rlprep.interview.services import Services
    from rlprep.labs.catalogue import labs_by_topic

    if recorder.log.failure:
        screen.say(f"This round can't be saved ({recorder.log.failure}).", "warn")
    try:
        services = Services(
            check_formula=check_and_show,
            examine=_examine(bank, ask_judge=ask_judge),
            on_marked=keep_marked(recorder.log),
            labs=labs_by_topic(),
        )
        Conversation(screen, bank, recorder, services, editor_first=editor_first).hold()
    except (PausedError, KeyboardInterrupt) as stop:
        screen.say("")
        if recorder.log.failure:
            screen.say(f"Not saved ({recorder.log.failure}).", "bad")
        else:
            screen.say("Saved. `rlprep quiz` continues where you stopped.", "good")
        raise typer.Exit(130 if isinstance(stop, KeyboardInterrupt) else 0) from None
    finally:
        recorder.log.close()


def ask_question(screen: "Screen", bank: "Bank", id_: str) -> None:
    """Hold a round of one question, without the introduction, as a review does.

    Raises:
        typer.Exit: the person left; what was written is saved.
    """
    from rlprep.bank.select import select

    selection = select(bank, part=None, question=id_)
    recorder = _resume(screen, bank, selection, named=True) or _begin(selection, mock=False)
    if not recorder.state.introduced:
        recorder.record("introduced")
    _hold(screen, bank, recorder, editor_first=False, ask_judge=False)
