"""What the engine finds in an answer, shown beside it; the person's word stays the record."""

from collections.abc import Callable, Collection, Mapping

from rlprep.answers.judgement import Judgement, PointEvidence, State
from rlprep.bank.schema import Question, RubricPoint
from rlprep.errors import AuthorError
from rlprep.interview.answering import PausedError
from rlprep.interview.recorder import Recorder
from rlprep.interview.round_state import Mark
from rlprep.interview.screen import Screen, Tone

Examine = Callable[[str, str, Collection[str], Mapping[str, str]], Judgement]
"""Judges an answer: question id, text, disputed misconceptions, replies by the point asked for."""

_TONES: dict[State, Tone] = {"found": "good", "unsure": "warn", "not_detected": "dim"}
PROPOSED: dict[State, Mark] = {"found": "made", "unsure": "partly", "not_detected": "missed"}


def judged(
    screen: Screen, recorder: Recorder, question: Question, examine: Examine | None
) -> Judgement | None:
    """Judge what was said to a question and record the evidence; None where there is none."""
    answer = recorder.state.answer(question.id)
    if examine is None or answer.skipped or not answer.said.strip():
        return None
    disputed = {id_ for id_, agreed in answer.claims.items() if not agreed}
    try:
        judgement = examine(question.id, answer.said, disputed, answer.additions)
    except AuthorError as error:  # a third-party pack's pattern must not end an interview
        screen.say(f"Not judged: {error}", "warn")
        return None
    recorder.record(
        "judged",
        question=question.id,
        points={point.id: [point.state, point.quote] for point in judgement.points},
        misconceptions={claim.id: claim.quote for claim in judgement.misconceptions},
        abstained=judgement.abstained,
    )
    return judgement


def settle_claims(
    screen: Screen, recorder: Recorder, question: Question, judgement: Judgement
) -> None:
    """Show each false claim that was detected, with its correction; agree or dispute.

    Raises:
        EOFError, PausedError: the candidate left; what was settled is recorded.
    """
    traps = {trap.id: trap for trap in question.misconceptions}
    answer = recorder.state.answer(question.id)
    for claim in judgement.misconceptions:
        if claim.id in answer.claims:
            continue
        screen.heading("This looks like a false claim", "in your words")
        screen.quote(_as_prose(claim.quote))
        screen.prose(f"That is: *{traps[claim.id].claim}*")
        screen.prose(traps[claim.id].correction, indent=2)
        agreed = _agrees(screen)
        recorder.record(
            "claim", question=question.id, misconception=claim.id, quote=claim.quote, agreed=agreed
        )


def _agrees(screen: Screen) -> bool:
    while True:
        typed = screen.ask("Enter: yes, I said that; d: no, I dispute it > ").strip().lower()
        if typed == "/quit":
            raise PausedError
        if typed in ("", "y", "yes", "a", "agree"):
            return True
        if typed in ("d", "n", "no", "dispute"):
            return False
        screen.say("Enter agrees, d disputes.", "warn")


def show_evidence(screen: Screen, evidence: PointEvidence) -> None:
    """Print what was found for one point, with the answer's own words."""
    screen.say(evidence.state.replace("_", " "), _TONES[evidence.state], indent=2)
    if evidence.quote:
        screen.quote(_as_prose(evidence.quote))


def _as_prose(quotation: str) -> str:
    """Join the lines that an editor broke: a quotation is wrapped anew where it is shown."""
    return " ".join(quotation.split())


def ask_for_missing(
    screen: Screen, recorder: Recorder, question: Question, examine: Examine | None
) -> None:
    """Ask once for the heaviest point that the answer leaves out, and keep what is added.

    Raises:
        EOFError, PausedError: the candidate left; it is asked again then.
    """
    answer = recorder.state.answer(question.id)
    if answer.probed or answer.marks:
        return
    judgement = judged(screen, recorder, question, examine)
    point = _missing(question, judgement) if judgement else None
    if point is None or point.ask is None:
        return
    screen.heading("One more question on this")
    screen.prose(point.ask)
    typed = screen.ask("one line, Enter to pass > ")
    if typed.strip() == "/quit":
        raise PausedError
    recorder.record("added", question=question.id, point=point.id, text=typed)


def _missing(question: Question, judgement: Judgement) -> RubricPoint | None:
    """Return the heaviest point of which an answer says nothing, or else says it unclearly."""
    if judgement.abstained is not None:
        return None
    states = {point.id: point.state for point in judgement.points}
    for state in ("not_detected", "unsure"):
        open_ = [point for point in question.rubric if point.ask and states[point.id] == state]
        if open_:
            return max(open_, key=lambda point: point.weight)
    return None
