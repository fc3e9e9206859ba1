"""`rlprep quiz`: sit the interview at a terminal, or print its questions."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rlprep.cli.examples import examples
from rlprep.cli.open_bank import open_bank
from rlprep.cli.options import AsJson, ListOnly, Packs, PartChoice, Plain, QuestionChoice
from rlprep.cli.progress_store import keep_marked
from rlprep.errors import MisuseError

if TYPE_CHECKING:
    from rlprep.bank.load import Bank
    from rlprep.bank.select import Selection
    from rlprep.interview.evidence import Examine
    from rlprep.interview.recorder import Recorder
    from rlprep.interview.screen import Screen


EXAMPLES = examples(
    "quiz --part A",
    "quiz --mock",
    "quiz --question gae --answer answer.md --json",
)
AnswerFile = Annotated[
    str | None,
    typer.Option("--answer", metavar="FILE", help="Judge this answer to --question; - for stdin."),
]
AnswersFile = Annotated[
    str | None,
    typer.Option(
        "--batch",
        metavar="FILE.jsonl",
        help="Judge JSON lines with question and text, print one for each; - for stdin.",
    ),
]


def quiz(
    part: PartChoice = None,
    question: QuestionChoice = None,
    list_: ListOnly = False,
    mock: Annotated[
        bool, typer.Option("--mock", help="A timed round: no hints, the score at the end.")
    ] = False,
    editor: Annotated[
        bool, typer.Option("--editor", help="Write each answer in your $EDITOR.")
    ] = False,
    answer: AnswerFile = None,
    batch: AnswersFile = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Also ask the language model of RLPREP_JUDGE_URL.")
    ] = False,
    plain: Plain = False,
    as_json: AsJson = False,
    pack: Packs = None,
) -> None:
    """Sit the interview, or have a written answer judged.

    Questions, hints, rubric, model answers, follow-ups: without options it
    holds the whole round. Where input or output is no terminal, the questions
    are printed and nothing is asked. Ctrl-C saves: the next 'rlprep quiz'
    offers to go on.

    With --answer or --batch it judges what is written: which points, in which
    words. Exit code 3 where a line of --batch can't be judged.
    """
    _check_options(part, question, answer, batch)
    bank = open_bank(pack)
    if list_:
        _list(bank, as_json=as_json)
    elif batch is not None or (answer is not None and question is not None):
        _judge(bank, question, answer, batch, as_json=as_json, plain=plain, ask=judge)
    else:
        from rlprep.bank.select import select

        selection = select(bank, part=part, question=question)
        named = part is not None or question is not None or mock or bool(pack)
        if as_json or not _hold_round(
            bank, selection, is_mock=mock, is_named=named, plain=plain, editor=editor, judge=judge
        ):
            _print_round(bank, selection, plain=plain, as_json=as_json)


def _check_options(
    part: str | None, question: str | None, answer: str | None, batch: str | None
) -> None:
    if part is not None and question is not None:
        raise MisuseError("--part and --question exclude each other", hint="give one of them")
    if answer is not None and (question is None or batch is not None):
        raise MisuseError("--answer judges one answer", hint="name its question: --question ID")


def _judge(
    bank: "Bank",
    question: str | None,
    answer: str | None,
    batch: str | None,
    *,
    as_json: bool,
    plain: bool,
    ask: bool,
) -> None:
    from rlprep.cli.quiz_answers import judge_batch, judge_one

    if question is not None and answer is not None:
        judge_one(bank, question, answer, as_json=as_json, plain=plain, ask=ask)
    elif batch is not None and not judge_batch(bank, batch, ask=ask):
        raise typer.Exit(3)


def _print_round(bank: "Bank", selection: "Selection", *, plain: bool, as_json: bool) -> None:
    from rlprep.report.json_text import json_line
    from rlprep.report.questions import round_json, show_round
    from rlprep.report.screen import PlainScreen

    if as_json:
        print(json_line(round_json(bank, selection)))
    else:
        show_round(PlainScreen("spelled" if plain else "unicode"), bank, selection)


def _hold_round(
    bank: "Bank",
    selection: "Selection",
    *,
    is_mock: bool,
    is_named: bool,
    plain: bool,
    editor: bool,
    judge: bool,
) -> bool:
    """Hold a round with the person at the terminal; return False where nobody is there."""
    from rlprep.report.screen import is_interactive, screen_for

    if not is_interactive():
        return False
    screen = screen_for(sys.stdout, plain=plain)
    recorder = _resume(screen, bank, selection, named=is_named) or _begin(selection, is_mock)
    _hold(screen, bank, recorder, editor_first=editor, ask_judge=judge)
    return True


def _list(bank: "Bank", *, as_json: bool) -> None:
    from rlprep.report.json_text import json_line
    from rlprep.report.questions import list_json, list_text

    print(json_line(list_json(bank)) if as_json else list_text(bank))


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
    return lambda *answer: examiner().examine(*answer)


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
