"""What a round leaves for the progress: an attempt for each question that was answered and marked.

An attempt's id comes from the round's log and the question, so a round that is resumed, or read
again to recover lost progress, never counts twice.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from rlprep.bank.load import Bank
from rlprep.bank.schema import Question
from rlprep.interview.round_state import Answer, Round, replay
from rlprep.interview.score import score_question
from rlprep.progress.attempt import Attempt
from rlprep.progress.clock import now
from rlprep.progress.session_log import SCHEMA, SessionLog, read_events

_NAMESPACE = uuid.UUID("3bd2a9ae-6b5a-5d1c-9d6e-3f1a2f9f6f4e")


def question_attempt(question: Question, answer: Answer, round_: str, at: datetime) -> Attempt:
    """Return the attempt that a marked answer is, scored by the person's own marks.

    Args:
        question: what was asked.
        answer: finished or skipped, its points marked.
        round_: the name of the round's log.
        at: when it was marked.
    """
    score = score_question(question, answer)
    return Attempt(
        kind="question",
        item=question.id,
        at=at,
        share=score.share,
        verdict="answered" if score.answered else "skipped",
        details={
            "text": answer.said,
            "marks": dict(answer.marks),
            "hints": answer.hints,
            "seconds": round(answer.seconds, 1),
        },
        id=str(uuid.uuid5(_NAMESPACE, f"{round_}/{question.id}")),
    )


def attempt_now(question: Question, answer: Answer, log: SessionLog) -> Attempt:
    """Return the attempt of a round in progress; one that isn't saved is like no other."""
    name = log.path.stem if log.path else str(uuid.uuid4())
    return question_attempt(question, answer, name, now())


def attempts_in_logs(home: Path, bank: Bank) -> Iterator[Attempt]:
    """Yield the attempts in all the rounds' logs, for progress that was lost.

    The moment is that of the round's begin and its clock, which stood still in pauses.
    """
    for path in sorted((home / "sessions").glob("*.jsonl")):
        events = read_events(path)
        if not events or events[0].get("schema") != SCHEMA:
            continue
        try:
            state = replay(events)
            begun = datetime.fromisoformat(state.begun)
        except (KeyError, TypeError, ValueError):
            continue  # damaged, or of another version: the log itself stays
        for id_ in _marked(state, bank):
            answer = state.answer(id_)
            spent = max((e.get("t", 0.0) for e in events if e.get("question") == id_), default=0.0)
            at = begun + timedelta(seconds=spent)
            yield question_attempt(bank.question(id_), answer, path.stem, at)


def _marked(state: Round, bank: Bank) -> Iterator[str]:
    """Yield the questions whose answer was marked to the last point, or left blank."""
    known = set(bank.ids("question"))
    for id_ in state.questions:
        answer = state.answer(id_)
        if id_ not in known or not answer.finished:
            continue
        points = {point.id for point in bank.question(id_).rubric}
        if points <= answer.marks.keys() or not answer.text.strip():
            yield id_
