"""Taking one answer: many lines, with commands among them, every line kept as it is entered."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rlprep.bank.schema import Question
from rlprep.errors import MisuseError
from rlprep.interview.editor import edit
from rlprep.interview.recorder import Recorder
from rlprep.interview.round_state import Answer
from rlprep.interview.screen import Screen

_HELP = (
    ("/hint", "the next hint"),
    ("/check", "have a formula checked, where the question asks for one"),
    ("/edit", "write the answer in your editor"),
    ("/show", "what you have written so far"),
    ("/undo", "take the last line back"),
    ("/skip", "leave this question unanswered"),
    ("/quit", "save and leave; `rlprep quiz` continues here"),
    (". or /done", "a line with only this ends the answer (Ctrl-D does too)"),
)


class PausedError(Exception):
    """The candidate wants to stop here and go on another time."""


@dataclass
class Answering:
    """The dialogue that takes the answer to one question."""

    screen: Screen
    recorder: Recorder
    question: Question
    with_hints: bool
    editor_first: bool = False
    check_formula: Callable[[], None] | None = None
    """Lets the candidate have a formula of this question checked; None where that isn't offered."""

    def __post_init__(self) -> None:
        """Start the question's clock, less what an earlier session spent on it."""
        self._asked_at = self.recorder.elapsed_s - self.answer.seconds

    @property
    def answer(self) -> Answer:
        """Return what was said so far."""
        return self.recorder.state.answer(self.question.id)

    def take(self) -> None:
        """Ask for lines until the answer is finished or skipped; a pause keeps what there is."""
        began = time.monotonic()
        self.recorder.record("asked", question=self.question.id)
        finished = False
        try:
            if self.editor_first and not self.answer.lines:
                self._edit()
            else:
                self._explain()
                self._lines()
            finished = True
        finally:
            event = "answered" if finished else "paused"
            seconds = round(time.monotonic() - began, 1)
            self.recorder.record(event, question=self.question.id, seconds=seconds)

    def _explain(self) -> None:
        offered = ("/hint",) * self.with_hints + ("/check",) * (self.check_formula is not None)
        keys = " ".join((*offered, "/edit /skip /quit /help"))
        self.screen.say("")
        self.screen.say(f"Your answer; a line with only '.' ends it. {keys}", "dim")
        if self.answer.lines:
            self.screen.say("Your draft so far:", "dim")
            self.screen.quote(self.answer.text)

    def _lines(self) -> None:
        warned = False
        while not self.answer.skipped:
            try:
                line = self.screen.ask("> ")
            except EOFError:
                # Ctrl-D after some text ends the answer; with nothing written it means "leave".
                if self.answer.text.strip():
                    self.screen.say("")
                    return
                raise PausedError from None
            warned = warned or self._warn_of_time()
            if line.strip() in (".", "/done"):
                if self.answer.text.strip() or self._is_sure():
                    return
            elif line.startswith("/") and line[1:2].isalpha():
                self._command(line.strip())
            else:
                self.recorder.record("line", question=self.question.id, text=line)

    def _is_sure(self) -> bool:
        self.screen.say("Nothing is written yet. '.' again or /skip leaves it empty.", "warn")
        try:
            line = self.screen.ask("> ")
        except EOFError:
            raise PausedError from None
        if line.strip() in (".", "/done", "/skip"):
            self.recorder.record("skipped", question=self.question.id)
            return True
        if line.startswith("/") and line[1:2].isalpha():
            self._command(line.strip())
        else:
            self.recorder.record("line", question=self.question.id, text=line)
        return False

    def _command(self, line: str) -> None:
        match line.split()[0]:
            case "/hint":
                self._hint()
            case "/check" if self.check_formula:
                self.check_formula()
                self.screen.say("Back to your answer.", "dim")
            case "/edit":
                self._edit()
            case "/show":
                self.screen.quote(self.answer.text or "(nothing yet)")
            case "/undo":
                self._undo()
            case "/skip":
                self.recorder.record("skipped", question=self.question.id)
            case "/quit":
                raise PausedError
            case "/help":
                for name, meaning in _HELP:
                    self.screen.say(f"{name:<11} {meaning}", "dim")
            case other:
                self.screen.say(
                    f"There is no command {other}. /help lists them; begin the line with a space"
                    " to keep it as text.",
                    "warn",
                )

    def _hint(self) -> None:
        if not self.with_hints:
            self.screen.say("No hints in a mock round.", "warn")
        elif self.answer.hints >= len(self.question.hints):
            self.screen.say("That was the last hint.", "warn")
        else:
            number = self.answer.hints + 1
            self.recorder.record("hint", question=self.question.id)
            self.screen.say(f"Hint {number} of {len(self.question.hints)}", "warn")
            self.screen.prose(self.question.hints[number - 1], indent=2)

    def _edit(self) -> None:
        try:
            text = edit(self.answer.text, self.question.prompt)
        except MisuseError as error:
            self.screen.say(str(error), "bad")
        else:
            self.recorder.record("rewritten", question=self.question.id, text=text)
            self.screen.quote(text or "(nothing written)")
        if self.editor_first:
            self.screen.say("A line with only '.' ends the answer; /edit opens it again.", "dim")
            self.editor_first = False
            self._lines()

    def _undo(self) -> None:
        if self.answer.lines:
            text = "\n".join(self.answer.lines[:-1])
            self.recorder.record("rewritten", question=self.question.id, text=text)
            self.screen.say("The last line is gone.", "dim")
        else:
            self.screen.say("There is no line to take back.", "warn")

    def _warn_of_time(self) -> bool:
        """Say once, in a mock round, that this question's or the round's time is used up."""
        if self.recorder.state.mode != "mock":
            return False
        spent = self.recorder.elapsed_s - self._asked_at
        if self.recorder.left_s <= 0:
            self.screen.say("Time is up: finish your thought; the round ends here.", "bad")
            return True
        if spent > self.question.minutes * 60:
            self.screen.say(f"{self.question.minutes} minutes are over: come to an end.", "warn")
            return True
        return False
