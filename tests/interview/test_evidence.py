"""The engine's evidence in the interview: shown, accepted, overridden, disputed, asked after."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from rlprep.answers.judgement import FalseClaim, Judgement, PointEvidence
from rlprep.bank.load import load_bank
from rlprep.bank.schema import Question
from rlprep.errors import AuthorError
from rlprep.interview.answering import PausedError
from rlprep.interview.evidence import ask_for_missing
from rlprep.interview.marking import mark
from rlprep.interview.recorder import Recorder
from rlprep.interview.round_state import Answer, Round, replay
from rlprep.interview.score import score_question
from rlprep.interview.screen import Tone
from rlprep.progress.session_log import SessionLog, read_events

TEXT = "λ=0 is TD and everything is unbiased."


class Terminal:
    """A screen that keeps what it is told, and types what it was given."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.shown: list[str] = []
        self.prompts: list[str] = []

    def heading(self, text: str, note: str = "") -> None:
        self.shown.append(text)

    def prose(self, text: str, *, indent: int = 0) -> None:
        self.shown.append(text)

    def say(self, text: str, tone: Tone = "normal", *, indent: int = 0) -> None:
        self.shown.append(text)

    def items(self, texts: list[str]) -> None:
        self.shown += texts

    def quote(self, text: str) -> None:
        self.shown.append(f"> {text}")

    def table(self, rows: list[tuple[str, ...]], numeric: int = 1) -> None:
        self.shown += [" ".join(row) for row in rows]

    def ask(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)


class Examiner:
    """Finds lam0, is unsure of sum, and sees one false claim until it is disputed."""

    def __init__(self, *, abstains: str | None = None) -> None:
        self.asked: list[tuple[str, frozenset[str]]] = []
        self.abstains = abstains

    def __call__(
        self, question: str, text: str, disputed: Collection[str], replies: Mapping[str, str]
    ) -> Judgement:
        self.replies = dict(replies)
        self.asked.append((text, frozenset(disputed)))
        if self.abstains:
            return Judgement(question, (), abstained=self.abstains)
        doubt = "unbiased" not in disputed
        states = {"lam0": "unsure" if doubt else "found", "sum": "unsure"}
        points = tuple(
            PointEvidence(point.id, states[point.id], "λ=0 is TD")  # type: ignore[arg-type]
            if point.id in states
            else PointEvidence(point.id, "not_detected")
            for point in QUESTION.rubric
        )
        false = (FalseClaim("unbiased", "everything is unbiased"),) if doubt else ()
        return Judgement(question, points, false)


BANK = load_bank()
_GAE = BANK.question("gae")
QUESTION: Question = _GAE.model_copy(
    update={
        "rubric": tuple(
            point.model_copy(update={"ask": f"And {point.id}?"}) for point in _GAE.rubric
        )
    }
)


@pytest.fixture
def recorder(home: Path) -> Recorder:
    recorder = Recorder(Round(), SessionLog.create(home))
    recorder.record(
        "begin", schema="rlprep.session/v1", mode="practice", title="T", at="now", minutes=9,
        questions=["gae"],
    )  # fmt: skip
    recorder.record("line", question="gae", text=TEXT)
    recorder.record("answered", question="gae", seconds=1.0)
    return recorder


def answer(recorder: Recorder) -> Answer:
    return recorder.state.answer("gae")


def test_enter_takes_what_was_found_and_a_key_overrides(recorder: Recorder):
    screen = Terminal("d", "y", "", "", "", "p", "", "")
    examiner = Examiner()
    mark(screen, recorder, QUESTION, examiner)
    assert answer(recorder).marks == {
        "delta": "made", "sum": "partly", "lam0": "made", "lam1": "missed", "tradeoff": "partly",
        "recursion": "missed",
    }  # fmt: skip
    assert answer(recorder).claims == {"unbiased": False}
    assert [disputed for _, disputed in examiner.asked] == [frozenset(), frozenset({"unbiased"})]
    assert "> everything is unbiased" in screen.shown
    assert "> λ=0 is TD" in screen.shown
    assert screen.prompts[3] == "Enter: made; y/p/n > "


def test_the_persons_word_is_the_record_and_the_evidence_stands_beside_it(recorder: Recorder):
    mark(Terminal("", *"nnnnnn"), recorder, QUESTION, Examiner())
    recorder.log.close()
    path = recorder.log.path
    assert path is not None
    events = read_events(path)
    (judged,) = [event for event in events if event["event"] == "judged"]
    assert judged["points"]["lam0"] == ["unsure", "λ=0 is TD"]
    assert judged["misconceptions"] == {"unbiased": "everything is unbiased"}
    (claim,) = [event for event in events if event["event"] == "claim"]
    assert (claim["misconception"], claim["agreed"]) == ("unbiased", True)
    again = replay(events).answer("gae")
    assert set(again.marks.values()) == {"missed"}
    assert again.evidence["lam0"] == "unsure"
    assert again.claims == {"unbiased": True}
    scored = score_question(QUESTION, again)
    assert scored.points == 0
    assert scored.found == (0, 3)  # sum weighs 2, lam0 1, both unsure


def test_leaving_midway_keeps_what_was_settled(recorder: Recorder):
    with pytest.raises(EOFError):
        mark(Terminal("", "y"), recorder, QUESTION, Examiner())
    assert answer(recorder).marks == {"delta": "made"}
    screen = Terminal(*"nnnnn")
    mark(screen, recorder, QUESTION, Examiner())  # neither the claim nor delta is asked again
    assert answer(recorder).marks["delta"] == "made"


def test_an_abstention_proposes_nothing(recorder: Recorder):
    screen = Terminal(*"yyyyyy")
    mark(screen, recorder, QUESTION, Examiner(abstains="not English"))
    assert set(screen.prompts) == {"y/p/n > "}
    assert any("not English" in text for text in screen.shown)
    assert score_question(QUESTION, answer(recorder)).found is None


def test_a_broken_pattern_of_a_pack_leaves_the_marks_to_the_person(recorder: Recorder):
    def broken(*_: object) -> Judgement:
        raise AuthorError("no such concept", where="question gae")

    screen = Terminal(*"yyyyyy")
    mark(screen, recorder, QUESTION, broken)
    assert len(answer(recorder).marks) == 6
    assert any("no such concept" in text for text in screen.shown)


def test_the_heaviest_missing_point_is_asked_for_once_and_judged_too(recorder: Recorder):
    screen = Terminal("the return minus the value")
    examiner = Examiner()
    ask_for_missing(screen, recorder, QUESTION, examiner)
    assert "And delta?" in screen.shown  # the first of those not detected with the most weight
    ask_for_missing(screen, recorder, QUESTION, examiner)
    assert len(screen.prompts) == 1
    assert answer(recorder).said == f"{TEXT}\nthe return minus the value"
    assert answer(recorder).text == TEXT
    mark(Terminal("", *"nnnnnn"), recorder, QUESTION, examiner)
    assert examiner.asked[-1][0].endswith("the return minus the value")
    assert examiner.replies == {"delta": "the return minus the value"}


def test_nothing_is_asked_after_an_abstention_or_without_a_question_to_ask(recorder: Recorder):
    screen = Terminal()
    ask_for_missing(screen, recorder, QUESTION, Examiner(abstains="empty"))
    ask_for_missing(screen, recorder, _without_asks(), Examiner())
    ask_for_missing(screen, recorder, QUESTION, None)
    assert screen.prompts == []


def _without_asks() -> Question:
    bare = tuple(point.model_copy(update={"ask": None}) for point in QUESTION.rubric)
    return QUESTION.model_copy(update={"rubric": bare})


def test_quitting_at_the_extra_question_asks_it_again_later(recorder: Recorder):
    with pytest.raises(PausedError):
        ask_for_missing(Terminal("/quit"), recorder, QUESTION, Examiner())
    screen = Terminal("")
    ask_for_missing(screen, recorder, QUESTION, Examiner())
    assert len(screen.prompts) == 1
    assert answer(recorder).probed
