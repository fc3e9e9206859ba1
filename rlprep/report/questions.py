"""The bank's questions as a list, as text without prompts, and as JSON."""

from typing import Any

from rlprep.bank.load import Bank
from rlprep.bank.select import Selection
from rlprep.interview.screen import Screen

LIST_SCHEMA = "rlprep.questions/v1"
ROUND_SCHEMA = "rlprep.round/v1"


def list_json(bank: Bank) -> dict[str, Any]:
    """Return every part with the ids and titles of its questions."""
    parts = [
        {
            "pack": pack.id,
            "id": part.id,
            "title": part.title,
            "questions": [_summary(bank, id_) for id_ in part.questions],
        }
        for pack, part in bank.parts()
    ]
    return {"schema": LIST_SCHEMA, "parts": parts}


def _summary(bank: Bank, id_: str) -> dict[str, Any]:
    question = bank.question(id_)
    return {"id": question.id, "title": question.title, "minutes": question.minutes}


def list_text(bank: Bank) -> str:
    """Return the same as lines for people."""
    width = max(len(id_) for _, part in bank.parts() for id_ in part.questions)
    lines = []
    for pack, part in bank.parts():
        owner = "" if pack is bank.packs[0] else f" ({pack.id})"
        lines.append(f"{part.id}  {part.title}{owner}")
        for id_ in part.questions:
            question = bank.question(id_)
            lines.append(f"   {id_:<{width}}  {question.minutes:>2} min  {question.title}")
    return "\n".join(lines)


def round_json(bank: Bank, selection: Selection) -> dict[str, Any]:
    """Return the questions of a round with what a candidate is told; no rubric, no answers."""
    questions = [bank.question(id_) for id_ in selection.questions]
    pack = bank.pack_of(selection.questions[0])
    return {
        "schema": ROUND_SCHEMA,
        "title": selection.title,
        "setting": pack.setting,
        "questions": [
            {
                "id": question.id,
                "title": question.title,
                "minutes": question.minutes,
                "prompt": question.prompt,
                "hints": list(question.hints),
                "follow_ups": [each.prompt for each in question.follow_ups],
            }
            for question in questions
        ],
    }


def show_round(screen: Screen, bank: Bank, selection: Selection) -> None:
    """Print the questions of a round without asking for answers, for pipes and paper."""
    pack = bank.pack_of(selection.questions[0])
    screen.heading(selection.title)
    if pack.setting:
        screen.prose(pack.setting)
    for number, id_ in enumerate(selection.questions, 1):
        question = bank.question(id_)
        screen.heading(f"{number}. {question.title}", f"{question.minutes} min, id {question.id}")
        screen.prose(question.prompt)
