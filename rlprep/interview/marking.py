"""The rubric, point by point: the candidate says what the answer made; the word is the record."""

from rlprep.bank.schema import Question
from rlprep.interview.answering import PausedError
from rlprep.interview.recorder import Recorder
from rlprep.interview.round_state import Mark
from rlprep.interview.screen import Screen, Tone

_KEYS: dict[str, Mark] = {
    "y": "made", "yes": "made", "p": "partly", "partly": "partly", "n": "missed", "no": "missed",
}  # fmt: skip
_TONES: dict[Mark, Tone] = {"made": "good", "partly": "warn", "missed": "bad"}


def mark(screen: Screen, recorder: Recorder, question: Question) -> None:
    """Show each rubric point and record whether the answer made it.

    Raises:
        EOFError, PausedError: the candidate left; the points marked so far are recorded.
    """
    answer = recorder.state.answer(question.id)
    blank = answer.skipped or not answer.text.strip()
    screen.heading("What a good answer says")
    if blank:
        screen.say("Nothing was answered, so nothing is marked.", "dim")
    elif len(answer.marks) < len(question.rubric):
        screen.say("Did your answer say it?  y yes  p partly  n no  (/show: your answer)", "dim")
    for number, point in enumerate(question.rubric, 1):
        known = answer.marks.get(point.id)
        weight = "" if point.weight == 1 else f" (weight {point.weight})"
        screen.prose(f"**{number} of {len(question.rubric)}**{weight}. {point.text}")
        if blank or known:
            continue
        chosen = _ask(screen, answer.text)
        recorder.record("marked", question=question.id, point=point.id, mark=chosen)
        screen.say(chosen, _TONES[chosen], indent=2)


def _ask(screen: Screen, text: str) -> Mark:
    while True:
        typed = screen.ask("y/p/n > ").strip().lower()
        if typed in _KEYS:
            return _KEYS[typed]
        if typed == "/quit":
            raise PausedError
        if typed == "/show":
            screen.quote(text)
        else:
            screen.say("y: said it, p: said part of it, n: did not.", "warn")
