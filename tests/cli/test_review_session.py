"""`rlprep review` at a terminal: what the choice before each task takes, and what it offers."""

import json
from typing import Any

import pytest

from rlprep.cli import grade
from rlprep.cli.review_session import ReviewSession
from rlprep.progress.store import Store
from rlprep.progress.today import Task
from tests.conftest import Run


class Screen:
    """Answers from a list; keeps what is said."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.said: list[str] = []
        self.quoted: list[str] = []

    def ask(self, prompt: str) -> str:
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    def say(self, text: str, tone: str = "normal", *, indent: int = 0) -> None:
        self.said.append(text)

    def quote(self, text: str) -> None:
        self.quoted.append(text)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the tasks that were begun."""
    begun: list[str] = []
    monkeypatch.setattr(ReviewSession, "_ask", lambda _, task: begun.append(task.id))
    monkeypatch.setattr(ReviewSession, "_say_what_follows", lambda _: begun.append("end"))
    return begun


def go(screen: Screen) -> None:
    nothing: Any = None
    face: Any = screen
    tasks = [Task("formula", "ratio"), Task("question", "gae")]
    ReviewSession(face, nothing, nothing, []).go_through(tasks)


@pytest.mark.parametrize("typed", ["pi(a|s) / mu(a|s)", "skip it", "?", "exit", "/hint", "sq"])
def test_what_is_no_choice_begins_nothing_and_is_shown_again(asked: list[str], typed: str):
    screen = Screen(typed, "", typed, "s")
    go(screen)
    assert asked == ["ratio", "end"]
    assert screen.quoted == [typed, typed]
    assert [text for text in screen.said if text] == [
        "Nothing has begun yet: Enter, s or q. You typed:"
    ] * 2


@pytest.mark.parametrize("typed", ["q", " QUIT ", "/quit"])
def test_a_person_stops(asked: list[str], typed: str):
    go(Screen("", typed))
    assert asked == ["ratio"]


@pytest.mark.parametrize("typed", ["s", "Skip", "/skip"])
def test_a_task_is_skipped(asked: list[str], typed: str):
    go(Screen(typed, ""))
    assert asked == ["gae", "end"]


def test_the_end_of_input_stops(asked: list[str]):
    go(Screen("what?"))
    assert asked == []


@pytest.mark.parametrize(("kind", "told"), [(None, True), ("exercise", True), ("formula", False)])
def test_without_torch_no_exercise_is_offered_and_one_line_says_why(
    call: Run, monkeypatch: pytest.MonkeyPatch, kind: str | None, told: bool
):
    arguments = ["review", "--json", *(("--kind", kind) if kind else ())]
    with_torch = {each["kind"] for each in json.loads(call(*arguments).stdout)["tasks"]}
    monkeypatch.setattr(grade, "find_spec", lambda _: None)
    done = call(*arguments)
    assert done.returncode == 0
    kinds = {each["kind"] for each in json.loads(done.stdout)["tasks"]}
    assert kinds == with_torch - {"exercise"}
    assert ("exercise" in with_torch) is told
    said = "no exercises: grading needs torch, pip install 'rlprep[grade]'\n"
    assert done.stderr == (said if told else "")


def test_the_session_counts_what_it_offers(call: Run, monkeypatch: pytest.MonkeyPatch):
    seen: list[Any] = []
    monkeypatch.setattr(grade, "find_spec", lambda _: None)
    monkeypatch.setattr("rlprep.report.screen.is_interactive", lambda: True)
    monkeypatch.setattr(ReviewSession, "go_through", lambda self, _: seen.append(self))
    assert call("review").returncode == 0
    (session,) = seen
    assert isinstance(session.store, Store)
    assert {kind for kind, _ in session.items} == {"question", "formula"}
