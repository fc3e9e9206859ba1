"""Judges answers to any question of a bank, compiling each rubric once."""

import gc
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from rlprep.answers.evidence import judge
from rlprep.answers.judgement import Judgement
from rlprep.answers.pattern import PatternError
from rlprep.answers.replies import judge_replies
from rlprep.answers.rubric import CompiledRubric, compile_rubric
from rlprep.bank.load import Bank
from rlprep.bank.schema import Question
from rlprep.errors import AuthorError

NO_REPLIES: Mapping[str, str] = MappingProxyType({})
SecondOpinion = Callable[[Question, str, Judgement], Judgement]
"""Takes a judgement and returns it with what somebody else found in the same answer."""


class Examiner:
    """The evidence in answers, by question.

    Args:
        bank: the questions.
        second: is asked too where given, unless the engine abstains.
    """

    def __init__(self, bank: Bank, second: SecondOpinion | None = None) -> None:
        self._bank = bank
        self._second = second
        self._rubrics: dict[str, CompiledRubric] = {}

    def examine(
        self,
        question: str,
        text: str,
        disputed: Collection[str] = (),
        replies: Mapping[str, str] = NO_REPLIES,
    ) -> Judgement:
        """Return the evidence in an answer.

        Args:
            question: its id.
            text: the answer.
            disputed: misconceptions that the person says the answer doesn't hold.
            replies: point id -> the part of the text that was replied when asked for that point.

        Raises:
            MisuseError: no such question.
            AuthorError: the question, or one of its patterns, can't be read.
        """
        rubric = self.rubric(question)
        judgement = judge_replies(rubric, judge(rubric, text, disputed), replies, disputed)
        if self._second is None or judgement.abstained is not None:
            return judgement
        return self._second(self._bank.question(question), text, judgement)

    def rubric(self, id_: str) -> CompiledRubric:
        """Return a question's compiled rubric; raises as the call does."""
        if id_ not in self._rubrics:
            question = self._bank.question(id_)
            try:
                self._rubrics[id_] = compile_rubric(question, self._bank.vocabularies(id_))
            except PatternError as error:
                raise AuthorError(error.what, where=f"question {id_}", hint=error.hint) from None
            # Else every full collection walks over all patterns: 150 ms in the middle of an answer.
            gc.freeze()
        return self._rubrics[id_]
