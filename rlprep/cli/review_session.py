"""Reviewing at a terminal: one task after the other, until all are done or the person stops."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rlprep.bank.load import Bank
    from rlprep.interview.screen import Screen
    from rlprep.progress.schedule import Key
    from rlprep.progress.store import Store
    from rlprep.progress.today import Task


_KEYS = "Enter begins, s skips it, q stops"
_CHOICES = {
    "": "begin",
    **dict.fromkeys(("s", "skip", "/skip"), "skip"),
    **dict.fromkeys(("q", "quit", "/quit"), "stop"),
}


@dataclass(frozen=True)
class ReviewSession:
    """A review at a terminal; `items` are all that may be asked, in their order."""

    screen: "Screen"
    bank: "Bank"
    store: "Store"
    items: "Sequence[Key]"

    def go_through(self, tasks: "list[Task]") -> None:
        """Ask one task after the other.

        Raises:
            typer.Exit: the person left within a question (0), or with Ctrl-C (130).
        """
        try:
            for number, task in enumerate(tasks, 1):
                self.screen.say("")
                chosen = self._choice(f"{number} of {len(tasks)}, {task.kind} {task.id}.")
                if chosen == "stop":
                    return
                if chosen == "begin":
                    self._ask(task)
        except EOFError:
            self.screen.say("")
            return
        except KeyboardInterrupt:
            self.screen.say("")
            self.screen.say("What you have done is kept; `rlprep review` has the rest.", "good")
            raise typer.Exit(130) from None
        self._say_what_follows()

    def _choice(self, task: str) -> str:
        """Ask until the answer is one of those offered; any other is shown again, and not lost."""
        while True:
            typed = self.screen.ask(f"{task} {_KEYS} > ")
            chosen = _CHOICES.get(typed.strip().lower())
            if chosen:
                return chosen
            self.screen.say("Nothing has begun yet: Enter, s or q. You typed:", "warn")
            self.screen.quote(typed)

    def _ask(self, task: "Task") -> None:
        if task.kind == "exercise":
            self._show_exercise(task.id)
            return
        if task.kind == "question":
            from rlprep.cli.quiz import ask_question

            ask_question(self.screen, self.bank, task.id)
        else:
            from rlprep.cli.check_formula import check_and_show
            from rlprep.interview.formula_practice import practise
            from rlprep.progress.home import data_home

            formula = self.bank.formula(task.id)
            practise(self.screen, formula, check_and_show, data_home())
        self._say_when_again(task)

    def _show_exercise(self, id_: str) -> None:
        """Say how an exercise is begun and graded; it is written in an editor, not here."""
        from rlprep.grader.texts import signature

        exercise = self.bank.exercise(id_)
        file = f"{id_}.py"
        self.screen.heading(exercise.title, f"{exercise.points} points")
        self.screen.say(signature(exercise), "good")
        self.screen.say("")
        steps = [("exercise show", id_, "what it asks"), ("grade", file, "marks it")]
        if not Path(file).exists():
            steps.insert(1, ("exercise start", id_, "writes a file to begin with"))
        for command, argument, meaning in steps:
            self.screen.say(f"{f'rlprep {command} {argument}':<46}{meaning}", indent=2)
        self.screen.say("It is done for today once it is graded.", "dim")

    def _say_when_again(self, task: "Task") -> None:
        from rlprep.progress.today import read_today
        from rlprep.report.review import again_text

        self.screen.say("")
        self.screen.say(again_text(read_today(self.store, self.items), task), "good")

    def _say_what_follows(self) -> None:
        from rlprep.progress.today import read_today
        from rlprep.report.review import show_what_follows

        self.screen.say("")
        show_what_follows(self.screen, read_today(self.store, self.items))
