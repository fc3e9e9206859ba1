"""What to ask: the questions that a part, an id or a pack names, in the order of the round."""

import difflib
from dataclasses import dataclass

from rlprep.bank.load import Bank
from rlprep.bank.schema import Pack, Part
from rlprep.errors import MisuseError


@dataclass(frozen=True)
class Selection:
    """The questions of a round, and what to call it."""

    title: str
    questions: tuple[str, ...]
    minutes: int


def select(bank: Bank, *, part: str | None, question: str | None) -> Selection:
    """Return what to ask: one question, one part, or the whole round of a pack.

    Without a part or a question it is the round of the pack that was added last by ``--pack``,
    or else of the shipped one.

    Raises:
        MisuseError: no such part or question.
    """
    if question is not None:
        item = bank.question(question)
        return Selection(item.title, (item.id,), item.minutes)
    if part is not None:
        pack, found = _find_part(bank, part)
        return Selection(f"Part {found.id}: {found.title}", found.questions, pack.mock_minutes)
    pack = bank.chosen
    questions = tuple(id_ for each in pack.parts for id_ in each.questions)
    if not questions:
        raise MisuseError(f"the pack '{pack.id}' has no interview in it", hint="see --list")
    return Selection(pack.title, questions, pack.mock_minutes)


def _find_part(bank: Bank, name: str) -> tuple[Pack, Part]:
    """Find a part by its id, case apart; ``pack:part`` where two packs use one id."""
    names: dict[str, tuple[Pack, Part]] = {}
    for pack, part in bank.parts():
        names.setdefault(part.id.lower(), (pack, part))
        names[f"{pack.id}:{part.id}".lower()] = (pack, part)
    if name.lower() in names:
        return names[name.lower()]
    shown = [part.id for _, part in bank.parts()]
    close = difflib.get_close_matches(name.lower(), names, 1, 0.5)
    hint = f"did you mean '{close[0]}'?" if close else f"one of {', '.join(shown)}"
    raise MisuseError(f"there is no part '{name}'", hint=hint)
