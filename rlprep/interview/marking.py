"""The rubric, point by point: the candidate says what the answer made; the word is the record.

Beside each point stands what the engine found in the answer, quoted. Enter takes its proposal, a
key overrides it; both are recorded: the evidence as ``judged``, the word as ``marked``.
"""

from rlprep.answers.judgement import Judgement
from rlprep.bank.schema import Question
from rlprep.interview.answering import PausedError
from rlprep.interview.evidence import PROPOSED, Examine, judged, settle_claims, show_evidence
from rlprep.interview.recorder import Recorder
from rlprep.interview.round_state import Mark
from rlprep.interview.screen import Screen, Tone

_KEYS: dict[str, Mark] = {
    "y": "made", "yes": "made", "p": "partly", "partly": "partly", "n": "missed", "no": "missed",
}  # fmt: skip
_TONES: dict[Mark, Tone] = {"made": "good", "partly": "warn", "missed": "bad"}


def mark(
    screen: Screen, recorder: Recorder, question: Question, examine: Examine | None = None
) -> None:
    """Show each rubric point with its evidence and record whether the answer made it.

    Args:
        screen: where to ask.
        recorder: the round.
        question: what was answered.
        examine: judges the answer; None leaves every mark to the candidate.

    Raises:
        EOFError, PausedError: the candidate left; the points marked so far are recorded.
    """
    answer = recorder.state.answer(question.id)
    blank = answer.skipped or not answer.said.strip()
    judgement = None
    if not blank and len(answer.marks) < len(question.rubric):
        judgement = _evidence(screen, recorder, question, examine)
    screen.heading("What a good answer says")
    if blank:
        screen.say("Nothing was answered, so nothing is marked.", "dim")
    elif len(answer.marks) < len(question.rubric):
        screen.say("Did your answer say it?  y yes  p partly  n no  (/show: your answer)", "dim")
        if judgement:
            screen.say("Enter takes what was found; you have the last word.", "dim")
    evidence = {point.id: point for point in judgement.points} if judgement else {}
    for number, point in enumerate(question.rubric, 1):
        known = answer.marks.get(point.id)
        weight = "" if point.weight == 1 else f" (weight {point.weight})"
        screen.prose(f"**{number} of {len(question.rubric)}**{weight}. {point.text}")
        if blank or known:
            continue
        proposed: Mark | None = None
        if point.id in evidence:
            show_evidence(screen, evidence[point.id])
            proposed = PROPOSED[evidence[point.id].state]
        chosen = _ask(screen, answer.said, proposed)
        recorder.record("marked", question=question.id, point=point.id, mark=chosen)
        screen.say(chosen, _TONES[chosen], indent=2)


def _evidence(
    screen: Screen, recorder: Recorder, question: Question, examine: Examine | None
) -> Judgement | None:
    """Return the evidence once the false claims in it are agreed to or disputed."""
    judgement = judged(screen, recorder, question, examine)
    if judgement is None:
        return None
    if judgement.abstained is not None:
        screen.say(f"I don't judge this one ({judgement.abstained}): mark it yourself.", "warn")
        return None
    settle_claims(screen, recorder, question, judgement)
    claims = recorder.state.answer(question.id).claims
    if any(not claims[claim.id] for claim in judgement.misconceptions):
        return judged(screen, recorder, question, examine)  # a disputed claim taints nothing
    return judgement


def _ask(screen: Screen, text: str, proposed: Mark | None) -> Mark:
    prompt = f"Enter: {proposed}; y/p/n > " if proposed else "y/p/n > "
    while True:
        typed = screen.ask(prompt).strip().lower()
        if not typed and proposed:
            return proposed
        if typed in _KEYS:
            return _KEYS[typed]
        if typed == "/quit":
            raise PausedError
        if typed == "/show":
            screen.quote(text)
        else:
            screen.say("y: said it, p: said part of it, n: did not.", "warn")
