"""The interview from the first word to the debrief, in both modes.

Practice: after each answer come the rubric, the model answer and the rapid follow-ups. A mock
round is timed and shows nothing of the kind until its debrief.
"""

from collections.abc import Callable

from rlprep.bank.load import Bank
from rlprep.bank.schema import FollowUp, Question
from rlprep.interview.answering import Answering, PausedError
from rlprep.interview.clarify import find
from rlprep.interview.debrief import debrief
from rlprep.interview.evidence import ask_for_missing
from rlprep.interview.formula_practice import practise
from rlprep.interview.marking import mark
from rlprep.interview.model_answer import show_model_answer, show_traps
from rlprep.interview.recorder import Recorder
from rlprep.interview.screen import Screen
from rlprep.interview.services import Services


class Conversation:
    """One round, held at a screen and recorded event by event."""

    def __init__(
        self,
        screen: Screen,
        bank: Bank,
        recorder: Recorder,
        services: Services,
        *,
        editor_first: bool = False,
    ) -> None:
        self.screen = screen
        self.bank = bank
        self.recorder = recorder
        self.services = services
        self.editor_first = editor_first
        self.state = recorder.state

    def hold(self) -> None:
        """Hold the round to its end.

        Raises:
            PausedError: the candidate left, or the input ended; everything is recorded.
        """
        try:
            if not self.state.introduced:
                self._introduce()
            total = len(self.state.questions)
            for number, id_ in enumerate(self.state.questions, 1):
                if self.state.answer(id_).closed:
                    continue
                if self.state.mode == "mock" and self.recorder.left_s <= 0:
                    self.screen.say("The time is up; the remaining questions stay open.", "bad")
                    break
                self._question(self.bank.question(id_), f"Question {number} of {total}")
            debrief(self.screen, self.bank, self.recorder, self.services)
            self.recorder.record("finished")
        except EOFError:
            raise PausedError from None

    def _introduce(self) -> None:
        """Tell the setting, and answer what the candidate wants to know before starting."""
        pack = self.bank.pack_of(self.state.questions[0])
        self.screen.heading(self.state.title, self._how_long())
        if pack.setting:
            self.screen.prose(pack.setting)
        prepared = pack.clarifications
        if prepared:
            self.screen.say("")
            self.screen.say(
                "Before we start: what would you ask your interviewer?"
                " Type a question, ? for a list, or press Enter to start.",
            )
        while prepared and (typed := self.screen.ask("? ").strip()):
            if typed == "/quit":
                raise PausedError
            found = find(typed, prepared)
            if found:
                self.recorder.record("clarified", clarification=found.id)
                self.screen.prose(found.answer, indent=2)
                continue
            if typed != "?":
                self.screen.say("I have no prepared answer to that. You can ask me:", "warn")
            self.screen.items([each.asks for each in prepared])
        self.recorder.record("introduced")

    def _how_long(self) -> str:
        if self.state.mode == "mock":
            return f"mock round, {self.state.minutes} minutes, answers at the end"
        count = len(self.state.questions)
        return f"practice, {count} question{'s' if count > 1 else ''}"

    def _question(self, question: Question, which: str) -> None:
        mock = self.state.mode == "mock"
        answer = self.state.answer(question.id)
        left = f", {max(self.recorder.left_s, 0) / 60:.0f} min left" if mock else ""
        self.screen.heading(f"{which}: {question.title}", f"{question.minutes} min{left}")
        self.screen.prose(question.prompt)
        if answer.finished:
            self.screen.say("You have answered:", "dim")
            self.screen.quote(answer.text or "(nothing)")
        else:
            Answering(
                self.screen,
                self.recorder,
                question,
                with_hints=not mock,
                editor_first=self.editor_first,
                check_formula=None if mock else self._formula_check(question),
            ).take()
        ask_for_missing(self.screen, self.recorder, question, self.services.examine)
        if mock:
            self._follow_ups(question, question.follow_ups[:1], tell=False)
        else:
            if not answer.explained:
                mark(self.screen, self.recorder, question, self.services.examine)
                self.services.marked(question, answer)
                show_traps(self.screen, question, answer.claims, self.services.labs)
                file = self.bank.solution("question", question.id)
                show_model_answer(self.screen, question, file, self.services.labs)
                self.recorder.record("explained", question=question.id)
            self._follow_ups(question, question.follow_ups, tell=True)
        self.recorder.record("closed", question=question.id)

    def _formula_check(self, question: Question) -> Callable[[], None] | None:
        """Return what `/check` does for a question, None where it states no formula."""
        checker = self.services.check_formula
        if checker is None or not question.formulas:
            return None
        formulas = [self.bank.formula(id_) for id_ in question.formulas]

        def check() -> None:
            chosen = 1
            if len(formulas) > 1:
                self.screen.items([each.title for each in formulas])
                typed = self.screen.ask("which one? > ").strip()
                chosen = int(typed) if typed.isdecimal() else 0
            if 1 <= chosen <= len(formulas):
                practise(self.screen, formulas[chosen - 1], checker)

        return check

    def _follow_ups(
        self, question: Question, follow_ups: tuple[FollowUp, ...], *, tell: bool
    ) -> None:
        """Ask the rapid questions, one line each; with `tell` the answer follows at once."""
        said = self.state.answer(question.id).follow_ups
        for index, each in enumerate(follow_ups):
            if index in said:
                continue
            self.screen.heading(f"Follow-up {index + 1} of {len(follow_ups)}")
            self.screen.prose(each.prompt)
            typed = self.screen.ask("one line, Enter to pass > ")
            if typed.strip() == "/quit":
                raise PausedError
            self.recorder.record("follow_up", question=question.id, index=index, text=typed)
            if tell:
                self.screen.prose(each.answer, indent=2)
