"""A candidate's week at a real pseudo-terminal of 80 columns, with a clock that is set."""

import re
import sys
import time
from pathlib import Path

import pexpect
import pytest

from rlprep.bank.load import load_bank
from rlprep.progress.attempt import Attempt
from rlprep.progress.store import Store

BANK = load_bank()


class Terminal:
    """Runs one command, types, waits for what is said, and keeps the whole screen."""

    def __init__(self, env: dict[str, str], *arguments: str, now: str) -> None:
        self.child: pexpect.spawn = pexpect.spawn(
            sys.executable,
            ["-m", "rlprep", *arguments],
            env={**env, "RLPREP_NOW": now},  # type: ignore[arg-type]
            dimensions=(40, 80),
            timeout=60,
            encoding="utf-8",
        )
        self.child.delaybeforesend = None
        self.screen = ""

    def hears(self, pattern: str) -> str:
        self.child.expect(pattern)
        heard = f"{self.child.before}{self.child.after}"
        self.screen += heard
        return heard

    def says(self, text: str) -> None:
        self.child.sendline(text)

    def interrupts(self) -> None:
        """Press Ctrl-C, a moment after the prompt: before it waits, readline would miss it."""
        time.sleep(0.2)
        self.child.sendintr()

    def marks(self, keys: str) -> None:
        for key in keys:
            while "to pass" in self.hears("y/p/n > |Enter to pass > "):
                self.says("")  # the question for what is missing
            self.says(key)

    def passes_follow_ups(self, number: int) -> None:
        for _ in range(number):
            self.hears("Enter to pass > ")
            self.says("")

    def left(self) -> int:
        self.child.expect(pexpect.EOF)
        self.screen += str(self.child.before)
        self.child.close()
        assert "Traceback" not in self.screen
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.screen).replace("\r", "")
        lines = [line for line in text.split("\n") if not line.startswith("warning:")]
        assert max(map(len, lines)) <= 80
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)


@pytest.fixture
def terminal(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "NO_COLOR": "1", "TZ": "UTC"}


def kept(home: Path) -> list[Attempt]:
    return Store(home, print).attempts()


def answers_gae(at: Terminal, marks: str) -> None:
    question = BANK.question("gae")
    at.hears("/help")
    at.hears("> ")
    at.says("A sum of TD residuals, weighted by (gamma lambda)^l.")
    at.hears("> ")
    at.says(".")
    at.marks(marks)
    at.hears("s skips it > ")
    at.says("s")
    at.passes_follow_ups(len(question.follow_ups))


def test_a_week_of_quiz_review_progress_and_export(
    terminal: dict[str, str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monday = Terminal(terminal, "quiz", "--question", "gae", now="2026-03-02T09:00")
    monday.hears(r"\? ")
    monday.says("")
    monday.hears("/help")
    monday.hears("> ")
    monday.says("/check")
    monday.hears("which one")
    monday.says("2")
    monday.hears("> ")
    monday.says("r_t + gamma V(s_{t+1}) + V(s_t)")  # the sign is wrong
    monday.hears("different")
    monday.hears("> ")
    monday.says("r_t + gamma V(s_{t+1}) - V(s_t)")
    monday.hears("equivalent")
    monday.hears("Back to your answer")
    monday.says("It sums the TD residuals.")
    monday.hears("> ")
    monday.says(".")
    monday.marks("yynnnn")
    monday.hears("s skips it > ")
    monday.says("s")
    monday.passes_follow_ups(len(BANK.question("gae").follow_ups))
    assert monday.left() == 0
    formula, again, answer = kept(home)
    assert formula.key == again.key == ("formula", "td_residual")
    assert (formula.share, again.share) == (0.0, 1.0)
    assert answer.key == ("question", "gae")
    assert answer.share == pytest.approx(3 / 7)
    assert answer.details["text"] == "It sums the TD residuals."
    assert answer.details["marks"]["delta"] == "made"
    assert answer.details["marks"]["recursion"] == "missed"

    tuesday = Terminal(terminal, "review", "--interview-date", "2026-03-09", now="2026-03-03T08:00")
    said = tuesday.hears("1 of .* > ")
    assert "2 due" in said
    assert "interview in 6 days" in said
    assert re.search(r"today +formula +td_residual", said)
    assert re.search(r"today +question +gae", said)
    assert "1 of" in said
    first, second = re.findall(r"today +\w+ +(\w+)", said)
    for number, item in enumerate((first, second), 1):
        tuesday.says("")
        if item == "gae":
            answers_gae(tuesday, "yyyyyn")
        else:
            tuesday.hears("> ")
            tuesday.says("/hint")
            tuesday.hears("> ")
            tuesday.says("delta_t = r_t + gamma V(s_{t+1}) - V(s_t)")
        heard = tuesday.hears(rf"{number + 1} of .* > ")
        assert re.search(rf"{item} is asked again (tomorrow|in \d days), Mar \d", heard)
    tuesday.says("q")
    assert tuesday.left() == 0
    assert len(kept(home)) == 5
    assert kept(home)[-1].details.get("help", "hint") == "hint"

    wednesday = Terminal(terminal, "review", "--kind", "exercise", now="2026-03-04T21:00")
    wednesday.hears("q stops > ")
    wednesday.says("")
    wednesday.hears("rlprep exercise start importance_ratio")
    wednesday.hears("rlprep grade importance_ratio.py")
    wednesday.hears("2 of 2")
    wednesday.interrupts()
    wednesday.hears("What you have done is kept")
    assert wednesday.left() == 130

    friday = Terminal(terminal, "progress", now="2026-03-06T09:00")
    assert friday.left() == 0
    assert "2 of 80 items practised" in friday.screen
    assert "interview in 3 days" in friday.screen
    assert "Mar 9, your interview" in friday.screen
    assert "█" in friday.screen

    sunday = Terminal(terminal, "export", "anki", "gae.apkg", now="2026-03-08T09:00")
    sunday.hears("cards written")
    assert sunday.left() == 0
    assert (tmp_path / "gae.apkg").stat().st_size > 10_000


def test_an_answer_that_is_broken_off_in_a_review_is_offered_again(
    terminal: dict[str, str], home: Path
):
    first = Terminal(terminal, "review", "--kind", "question", now="2026-03-02T09:00")
    first.hears("nothing is recorded yet")
    first.hears("q stops > ")
    first.says("")
    first.hears("/help")
    first.hears("> ")
    first.says("a beginning")
    first.hears("> ")
    first.interrupts()
    first.hears("Saved")
    assert first.left() == 130
    assert kept(home) == []

    again = Terminal(terminal, "review", "--kind", "question", now="2026-03-02T10:00")
    again.hears("q stops > ")
    again.says("")
    again.hears("starts anew > ")
    again.says("")
    again.hears("a beginning")
    again.hears("> ")
    again.says(".")
    again.marks("n" * 6)
    again.hears("s skips it > ")
    again.says("s")
    again.passes_follow_ups(len(BANK.question("on_off_policy").follow_ups))
    again.hears("on_off_policy is asked again tomorrow, Mar 3")
    again.hears("Nothing more|No question|left for today")
    assert again.left() == 0
    (attempt,) = kept(home)
    assert (attempt.share, attempt.details["text"]) == (0.0, "a beginning")


def test_looking_at_the_reference_first_is_not_knowing_it(terminal: dict[str, str], home: Path):
    peeking = Terminal(terminal, "check-formula", "ratio", now="2026-03-02T09:00")
    peeking.hears("> ")
    peeking.says("/show")
    peeking.hears("> ")
    peeking.says("pi_theta(a|s)/pi_old(a|s)")
    peeking.hears("equivalent")
    assert peeking.left() == 0
    (attempt,) = kept(home)
    assert attempt.details["help"] == "reference"
    later = Terminal(terminal, "review", "--list", "--kind", "formula", now="2026-03-03T09:00")
    assert later.left() == 0
    assert re.search(r"today +formula +ratio", later.screen)


def test_a_mock_round_is_kept_answer_by_answer_in_its_debrief(terminal: dict[str, str], home: Path):
    mock = Terminal(terminal, "quiz", "--mock", "--part", "B", now="2026-03-02T09:00")
    mock.hears(r"\? ")
    mock.says("")
    mock.hears("/help")
    mock.hears("> ")
    mock.says("phi(Q) (phi(K)^T V)")
    mock.hears("> ")
    mock.says(".")
    mock.passes_follow_ups(2)  # what is missing, then the first of the rapid ones
    mock.hears("/help")
    mock.hears("> ")
    mock.says("/skip")
    mock.passes_follow_ups(1)
    mock.marks("y" * 7)
    mock.hears("s skips it > ")
    assert [each.key[1] for each in kept(home)] == ["linear_attention"]
    mock.says("s")
    mock.hears("s skips it > ")
    mock.says("s")
    assert mock.left() == 0
    shares = {each.item: (each.share, each.verdict) for each in kept(home)}
    assert shares == {"linear_attention": (1.0, "answered"), "gqa": (0.0, "skipped")}


def test_the_quiz_goes_on_where_nothing_can_be_kept_and_says_so_once(terminal: dict[str, str]):
    quiz = Terminal(
        {**terminal, "RLPREP_HOME": "/proc/none"}, "quiz", "--question", "kv_4x",
        now="2026-03-02T09:00",
    )  # fmt: skip
    quiz.hears(r"\? ")
    quiz.says("")
    quiz.hears("/help")
    quiz.hears("> ")
    quiz.says("Fewer key/value heads.")
    quiz.hears("> ")
    quiz.says(".")
    quiz.marks("n" * len(BANK.question("kv_4x").rubric))
    quiz.hears("your progress can't be kept")
    quiz.hears("s skips it > ")
    quiz.interrupts()
    assert quiz.left() == 130
    assert quiz.screen.count("your progress can't be kept") == 1
