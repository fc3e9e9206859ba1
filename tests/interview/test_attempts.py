"""From a round's log to attempts: once, and again when progress was lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rlprep.bank.load import load_bank
from rlprep.interview.attempts import attempts_in_logs, question_attempt
from rlprep.interview.course import course
from rlprep.interview.round_state import Answer
from rlprep.progress.session_log import SCHEMA, SessionLog
from rlprep.progress.store import Store

BANK = load_bank()
GAE = BANK.question("gae")
MARKS = {point.id: "made" for point in GAE.rubric}


def log_of(home: Path, *events: dict, questions: tuple[str, ...] = ("gae", "ppo")) -> str:
    log = SessionLog.create(home)
    begin = {
        "event": "begin", "schema": SCHEMA, "mode": "practice", "title": "A round", "minutes": 45,
        "questions": questions, "at": "2026-03-02T09:00:00+00:00",
    }  # fmt: skip
    for event in (begin, *events):
        log.append(event)
    log.close()
    assert log.path is not None
    return log.path.stem


def answered(*, t: float = 60.0, marked: int = len(MARKS)) -> list[dict]:
    events: list[dict] = [
        {"event": "line", "question": "gae", "text": "It sums residuals.", "t": 10.0},
        {"event": "answered", "question": "gae", "seconds": 50.0, "t": t},
    ]
    for point in list(MARKS)[:marked]:
        events.append(
            {"event": "marked", "question": "gae", "point": point, "mark": "made", "t": t}
        )
    return events


def test_a_log_gives_the_attempt_that_the_round_gave(tmp_path: Path):
    name = log_of(tmp_path, *answered())
    (found,) = attempts_in_logs(tmp_path, BANK)
    assert found.at == datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
    answer = Answer(lines=["It sums residuals."], finished=True, seconds=50.0, marks=MARKS)  # type: ignore[arg-type]
    assert found == question_attempt(GAE, answer, name, found.at)
    assert found.share == 1.0
    store = Store(tmp_path, print)
    store.add([question_attempt(GAE, answer, name, datetime(2026, 3, 2, 9, 1, 7, tzinfo=UTC))])
    store.add(attempts_in_logs(tmp_path, BANK))
    assert len(store.attempts()) == 1


@pytest.mark.parametrize(
    "events",
    [
        [],
        answered(marked=3),
        [{"event": "line", "question": "gae", "text": "only begun"}],
        [{"event": "answered", "question": "gae"}],  # damaged: no seconds
        [{"event": "marked", "question": "gae", "point": "delta", "mark": "made", "t": "soon"}],
    ],
    ids=["nothing", "half marked", "not answered", "damaged", "no number"],
)
def test_a_log_without_a_marked_answer_gives_none(tmp_path: Path, events: list[dict]):
    log_of(tmp_path, *events)
    assert list(attempts_in_logs(tmp_path, BANK)) == []


def test_logs_of_others_and_questions_of_other_banks_are_passed_over(tmp_path: Path):
    log_of(tmp_path, questions=("no_such_question",))
    (tmp_path / "sessions" / "alien.jsonl").write_text(json.dumps({"schema": "x"}) + "\n[]\n")
    (tmp_path / "sessions" / "empty.jsonl").write_text("")
    assert list(attempts_in_logs(tmp_path, BANK)) == []
    assert list(attempts_in_logs(tmp_path / "nowhere", BANK)) == []


def test_the_course_begins_every_item_once_a_question_before_what_it_names():
    items = course(BANK)
    assert len(items) == len(set(items)) == 80
    assert items[0] == ("question", "on_off_policy")
    for id_ in BANK.ids("question"):
        question = BANK.question(id_)
        first = items.index(("question", id_))
        if id_ == "trpo":
            assert items.index(("formula", "trpo_step")) > first
        assert all(("formula", each) in items for each in question.formulas)
