"""The order in which the items of a bank are begun: a question, its formulas, its exercises."""

from collections.abc import Collection, Iterator

from rlprep.bank.load import Bank
from rlprep.progress.attempt import KINDS, Kind


def course(bank: Bank, kinds: Collection[Kind] = KINDS) -> list[tuple[Kind, str]]:
    """Return every item of some kinds once, as kind and id; what no question names comes last."""
    known = {(kind, id_) for kind in kinds for id_ in bank.ids(kind)}
    return [key for key in dict.fromkeys(_walk(bank)) if key in known]


def _walk(bank: Bank) -> Iterator[tuple[Kind, str]]:
    for _, part in bank.parts():
        for id_ in part.questions:
            question = bank.question(id_)
            yield "question", id_
            for formula in question.formulas:
                yield "formula", formula
            for exercise in question.exercises:
                yield "exercise", exercise
    for kind in KINDS:
        for id_ in bank.ids(kind):
            yield kind, id_
