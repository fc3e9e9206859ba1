"""What other rooms lend to an interview; it is held without them too."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rlprep.bank.schema import Question
from rlprep.interview.evidence import Examine
from rlprep.interview.formula_practice import FormulaChecker
from rlprep.interview.model_answer import NO_LABS, Labs
from rlprep.interview.round_state import Answer

OnMarked = Callable[[Question, Answer], None]
"""Is told of an answer when the last of its points is marked; perhaps twice, after a pause."""


@dataclass(frozen=True)
class Services:
    """What an interview may call on.

    Attributes:
        check_formula: lets the candidate have a formula checked.
        examine: finds the evidence in an answer.
        on_marked: keeps the candidate's progress.
        labs: the experiments behind questions and misconceptions.
    """

    check_formula: FormulaChecker | None = None
    examine: Examine | None = None
    on_marked: OnMarked | None = None
    labs: Labs = field(default_factory=lambda: NO_LABS)

    def marked(self, question: Question, answer: Answer) -> None:
        """Say that all points of an answer are marked."""
        if self.on_marked:
            self.on_marked(question, answer)
