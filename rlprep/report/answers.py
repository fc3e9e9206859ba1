"""The faces of a judged answer: one JSON object, or text with the evidence quoted."""

from typing import Any

from rlprep.answers.judgement import Judgement, State
from rlprep.bank.schema import Question
from rlprep.interview.screen import Screen, Tone

SCHEMA = "rlprep.answer/v1"
_TONES: dict[State, Tone] = {"found": "good", "unsure": "warn", "not_detected": "dim"}


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement in its published form."""
    return {
        "schema": SCHEMA,
        "question": judgement.question,
        "points": [
            {"id": point.id, "state": point.state, "quote": point.quote}
            for point in judgement.points
        ],
        "misconceptions": [
            {"id": claim.id, "quote": claim.quote} for claim in judgement.misconceptions
        ],
        "abstained": judgement.abstained,
    }


def show_judgement(screen: Screen, question: Question, judgement: Judgement) -> None:
    """Print what was found in an answer, with its own words as evidence."""
    screen.heading(question.title)
    if judgement.abstained is not None:
        screen.say(f"Not judged: {judgement.abstained}.", "warn")
        return
    counts = dict.fromkeys(_TONES, 0)
    for point, evidence in zip(question.rubric, judgement.points, strict=True):
        counts[evidence.state] += 1
        screen.prose(f"- {point.text}")
        screen.say(evidence.state.replace("_", " "), _TONES[evidence.state], indent=2)
        if evidence.quote:
            screen.quote(" ".join(evidence.quote.split()))
    corrections = {trap.id: trap for trap in question.misconceptions}
    for claim in judgement.misconceptions:
        screen.heading("A false claim")
        screen.quote(" ".join(claim.quote.split()))
        screen.prose(corrections[claim.id].correction, indent=2)
    screen.say("")
    screen.say(
        f"{counts['found']} found, {counts['unsure']} unsure, {counts['not_detected']} not"
        f" detected of {len(question.rubric)}. Evidence, not a verdict: you have the last word."
    )
