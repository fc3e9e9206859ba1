"""The interview through a real pseudo-terminal, as a candidate sits it."""

import contextlib
import json
import os
import signal
import stat
import sys
import threading
import time
from pathlib import Path

import pexpect
import pytest

from rlprep.bank.load import load_bank

BANK = load_bank()


class Candidate:
    """Types answers and waits for what the interviewer says."""

    def __init__(self, *arguments: str, env: dict[str, str], columns: int = 80) -> None:
        self.child: pexpect.spawn = pexpect.spawn(
            sys.executable,
            ["-m", "rlprep", "quiz", *arguments],
            env=env,  # type: ignore[arg-type]
            dimensions=(40, columns),
            timeout=30,
            encoding="utf-8",
        )
        self.child.delaybeforesend = None

    def hears(self, text: str) -> str:
        self.child.expect(text)
        return str(self.child.before)

    def says(self, text: str) -> None:
        self.child.sendline(text)

    def starts(self) -> None:
        self.hears(r"Enter to\s+start")
        self.hears(r"\? ")
        self.says("")

    def answers(self, *lines: str) -> None:
        self.hears("/help")
        for line in (*lines, "."):
            self.hears("> ")
            self.says(line)

    def adds_nothing(self, then: str) -> None:
        """Pass the question that may come after an answer about what is missing in it."""
        if self.child.expect(["One more question on this", then]) == 0:
            self.hears("Enter to pass > ")
            self.says("")
            self.hears(then)

    def marks(self, keys: str) -> None:
        for key in keys:
            self.hears("y/p/n > ")
            self.says(key)

    def passes_follow_ups(self, number: int) -> None:
        for _ in range(number):
            self.hears("Enter to pass > ")
            self.says("")

    def left(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)


@pytest.fixture
def terminal(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "NO_COLOR": "1"}


def events(home: Path) -> list[dict]:
    (path,) = (home / "sessions").iterdir()
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_whole_part_with_hints_rubric_answer_and_follow_ups(
    terminal: dict[str, str], home: Path, columns: int
):
    candidate = Candidate("--part", "B", env=terminal, columns=columns)
    candidate.hears("Part B: Efficient attention")
    candidate.hears(r"\? ")
    candidate.says("maths or intuition?")
    candidate.hears(r"\? ")
    candidate.says("")
    for number, id_ in enumerate(("linear_attention", "gqa"), 1):
        question = BANK.question(id_)
        candidate.hears(f"Question {number} of 2: {question.title}")
        candidate.hears("/help")
        candidate.hears("> ")
        candidate.says("/hint")
        candidate.hears("Hint 1 of")
        candidate.hears("> ")
        candidate.says("The state is [red]fixed[/red] in size.")
        candidate.hears("> ")
        candidate.says(".")
        candidate.adds_nothing("What a good answer says")
        candidate.marks("y" + "p" * (len(question.rubric) - 1))
        candidate.hears("Traps here")
        candidate.hears("s skips it > ")
        candidate.says("")
        candidate.hears("Sources")
        candidate.passes_follow_ups(len(question.follow_ups))
    score = candidate.hears("Study next")
    assert "B  total" in score
    assert candidate.left() == 0
    log = events(home)
    assert log[-1]["event"] == "finished"
    assert sum(event["event"] == "marked" for event in log) == 14
    assert any(event.get("text") == "The state is [red]fixed[/red] in size." for event in log)


def test_ctrl_c_in_an_answer_loses_nothing_and_the_next_quiz_goes_on(
    terminal: dict[str, str], home: Path
):
    candidate = Candidate("--part", "A", env=terminal)
    candidate.starts()
    candidate.hears("/help")
    for line in ("first line", "second line"):
        candidate.hears("> ")
        candidate.says(line)
    candidate.hears("> ")
    candidate.child.sendintr()
    candidate.hears("Saved")
    assert candidate.left() == 130

    again = Candidate(env=terminal)
    again.hears("A round is unfinished: Part A: Policy methods")
    again.hears("starts anew > ")
    again.says("")
    shown = again.hears("second line")
    assert "first line" in shown
    again.hears("> ")
    again.says("third line")
    again.hears("> ")
    again.says(".")
    again.adds_nothing("What a good answer says")
    again.marks("y")
    again.hears("y/p/n > ")
    again.child.sendeof()
    again.hears("Saved")
    assert again.left() == 0

    third = Candidate(env=terminal)
    third.hears("starts anew > ")
    third.says("")
    third.hears("third line")
    third.marks("nnnnn")  # one of the six points was marked before
    third.hears("Traps here")
    third.hears("s skips it > ")
    third.says("s")
    third.hears("Enter to pass > ")
    third.says("/quit")
    third.hears("Saved")
    assert third.left() == 0
    log = events(home)
    assert [event["text"] for event in log if event["event"] == "line"] == [
        "first line", "second line", "third line",
    ]  # fmt: skip


def test_a_closed_terminal_keeps_what_was_typed(terminal: dict[str, str], home: Path):
    candidate = Candidate("--question", "gae", env=terminal)
    candidate.starts()
    candidate.hears("/help")
    candidate.hears("> ")
    candidate.says("before the line broke")
    candidate.hears("> ")
    candidate.child.close(force=True)
    assert [event["text"] for event in events(home) if event["event"] == "line"] == [
        "before the line broke"
    ]


def test_a_mock_round_gives_no_hints_and_ends_with_a_debrief(terminal: dict[str, str], home: Path):
    candidate = Candidate("--mock", "--part", "B", env=terminal)
    candidate.hears("mock round, 45 minutes")
    candidate.hears(r"\? ")
    candidate.says("")
    candidate.hears(r"6 min, 45 min left")
    candidate.hears("/help")
    candidate.hears("> ")
    candidate.says("/hint")
    candidate.hears("No hints in a mock round")
    candidate.hears("> ")
    candidate.says("phi(Q) (phi(K)^T V)")
    candidate.hears("> ")
    candidate.says(".")
    candidate.adds_nothing("Follow-up 1")
    candidate.hears("Enter to pass > ")
    candidate.says("a quick answer")
    candidate.hears("Question 2 of 2")
    candidate.hears("/help")
    candidate.hears("> ")
    candidate.says("/skip")
    candidate.hears("Enter to pass > ")
    candidate.says("")
    before = candidate.hears("Debrief")
    assert "What a good answer says" not in before
    candidate.hears(r"phi\(Q\) \(phi\(K\)\^T V\)")
    candidate.marks("y" * 7)
    candidate.hears("a quick answer")
    candidate.hears("s skips it > ")
    candidate.says("s")
    candidate.hears("Nothing was answered")
    candidate.hears("s skips it > ")
    candidate.says("s")
    score = candidate.hears("Study next")
    assert "10/10" in score
    assert "0/9" in score
    assert candidate.left() == 0
    assert events(home)[0]["mode"] == "mock"


def test_the_time_of_a_mock_round_runs_out_between_questions(terminal: dict[str, str], home: Path):
    candidate = Candidate("--mock", "--part", "B", env=terminal)
    candidate.starts()
    candidate.hears("/help")
    candidate.hears("> ")
    candidate.says("/quit")
    assert candidate.left() == 0
    (path,) = (home / "sessions").iterdir()
    late = {"event": "line", "question": "linear_attention", "text": "late", "t": 45 * 60 - 1.0}
    with path.open("a") as stream:
        stream.write(json.dumps(late) + "\n")
    again = Candidate(env=terminal)
    again.hears("starts anew > ")
    again.says("")
    again.hears("> ")
    again.child.expect(pexpect.TIMEOUT, timeout=1.1)
    again.says("a last line")
    again.hears("Time is up")
    again.hears("> ")
    again.says(".")
    again.adds_nothing("Follow-up 1")
    again.hears("Enter to pass > ")
    again.says("")
    again.hears("the remaining questions stay open")
    again.hears("Debrief")
    again.marks("y" * 7)
    again.hears("s skips it > ")
    again.says("s")
    again.hears("Study next")
    assert again.left() == 0


def test_an_answer_can_be_written_in_an_editor(
    terminal: dict[str, str], home: Path, tmp_path: Path
):
    editor = tmp_path / "an editor"
    editor.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text('from the editor\\nλ = 0' + file.read_text())\n"
    )
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    env = {**terminal, "EDITOR": f"'{editor}'"}
    candidate = Candidate("--question", "gae", "--editor", env=env)
    candidate.starts()
    candidate.hears("from the editor")
    candidate.hears("> ")
    candidate.says(".")
    candidate.adds_nothing("What a good answer says")
    candidate.hears("y/p/n > ")
    candidate.child.sendintr()
    assert candidate.left() == 130
    (rewritten,) = [event for event in events(home) if event["event"] == "rewritten"]
    assert rewritten["text"] == "from the editor\nλ = 0"


def test_a_missing_editor_is_said_and_the_answer_can_be_typed(terminal: dict[str, str]):
    candidate = Candidate("--question", "gae", env={**terminal, "EDITOR": "/nowhere/ed"})
    candidate.starts()
    candidate.hears("> ")
    candidate.says("typed")
    candidate.hears("> ")
    candidate.says("/edit")
    candidate.hears("can't be run")
    candidate.hears("> ")
    candidate.says("/show")
    candidate.hears("typed")
    candidate.says("/undo")
    candidate.hears("The last line is gone")
    candidate.says("/nonsense")
    candidate.hears("no command /nonsense")
    candidate.says("/help")
    candidate.hears("/quit")
    candidate.child.close(force=True)


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_still_shows_everything(terminal: dict[str, str], columns: int):
    candidate = Candidate("--question", "gqa", env=terminal, columns=columns)
    candidate.hears(r"\? ")
    candidate.says("")
    candidate.answers("8 heads")
    candidate.marks("n" * 7)
    candidate.hears("s skips it > ")
    candidate.says("")
    candidate.hears("Sources")
    candidate.child.close(force=True)


def test_control_characters_in_an_answer_reach_the_log_but_not_the_terminal(
    terminal: dict[str, str], home: Path
):
    candidate = Candidate("--question", "gae", env=terminal)
    candidate.starts()
    candidate.hears("> ")
    candidate.child.send("evil \x16\x1b[2J text \u202e end\r")  # ^V quotes the escape
    candidate.hears("> ")
    candidate.says("/show")
    candidate.hears("/show\r\n")
    shown = candidate.hears("> ")
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert "evil" in shown
    candidate.child.close(force=True)
    (line,) = [event for event in events(home) if event["event"] == "line"]
    assert line["text"] == "evil \x1b[2J text \u202e end"


def test_a_megabyte_pasted_is_an_answer_like_any_other(terminal: dict[str, str], home: Path):
    candidate = Candidate("--question", "gae", env=terminal)
    candidate.starts()
    candidate.hears("> ")
    screen: list[bytes] = []

    def watch() -> None:  # a terminal reads while it writes; one that does not would block both
        with contextlib.suppress(OSError):
            while chunk := os.read(candidate.child.child_fd, 1 << 16):
                screen.append(chunk[-10_000:])

    watcher = threading.Thread(target=watch)
    watcher.start()
    pasted = memoryview((b"x" * 49_999 + b"\n") * 20 + b".\n")
    while pasted:
        pasted = pasted[os.write(candidate.child.child_fd, pasted[:4000]) :]
    deadline = time.monotonic() + 60
    while b"What a good answer says" not in b"".join(screen[-5:]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    candidate.child.kill(signal.SIGKILL)
    watcher.join()
    lines = [event["text"] for event in events(home) if event["event"] == "line"]
    assert lines == ["x" * 49_999] * 20


def test_a_round_that_cannot_be_saved_says_so_and_goes_on(terminal: dict[str, str]):
    candidate = Candidate("--question", "gae", env={**terminal, "RLPREP_HOME": "/proc/none"})
    candidate.hears(r"can't be\s+saved")
    candidate.starts()
    candidate.answers("text")
    candidate.hears("y/p/n > ")
    candidate.child.sendintr()
    candidate.hears("Not saved")
    assert candidate.left() == 130


def test_two_terminals_hold_two_rounds(terminal: dict[str, str], home: Path):
    first = Candidate("--question", "gae", env=terminal)
    first.starts()
    first.hears("> ")
    second = Candidate(env=terminal)
    second.starts()  # the first round is held elsewhere, so it is not offered
    second.hears("> ")
    assert len(list((home / "sessions").iterdir())) == 2
    first.child.close(force=True)
    second.child.close(force=True)


def test_plain_has_no_colour_no_box_and_spelled_mathematics(environment: dict[str, str]):
    env = {**environment, "FORCE_COLOR": "1"}
    candidate = Candidate("--question", "gae", "--plain", env=env)
    candidate.hears(r"\? ")
    candidate.says("")
    candidate.answers("delta")
    candidate.marks("n" * 6)
    candidate.hears("s skips it > ")
    candidate.says("")
    text = candidate.hears("Follow-up 1")
    assert "\x1b[3" not in text
    assert "gamma lambda" in text
    assert not set(text) & set("│─╭•λγδ")
    candidate.child.close(force=True)


def test_a_dumb_terminal_is_not_prompted(environment: dict[str, str]):
    env = {**environment, "TERM": "dumb"}
    candidate = Candidate("--question", "gae", env=env)
    assert candidate.left() == 0
    assert ">" not in str(candidate.child.before)
