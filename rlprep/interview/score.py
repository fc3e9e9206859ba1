"""The score of a round by part, and what to study next, from the marks the candidate gave."""

from collections.abc import Iterable
from dataclasses import dataclass

from rlprep.bank.schema import Part, Question, RubricPoint
from rlprep.interview.round_state import MARK_VALUE, Answer


@dataclass(frozen=True)
class QuestionScore:
    """Weighted points of one question; `answered` is False where it was skipped or not reached."""

    question: Question
    answer: Answer
    answered: bool
    points: float
    max_points: int
    missing: tuple[RubricPoint, ...]
    """Points not made in full, the heaviest first."""
    found: tuple[int, int] | None = None
    """What the engine found, weighted: without and with what it is unsure of; None: not judged."""

    @property
    def share(self) -> float:
        """Return the points as a fraction of what there was to earn."""
        return self.points / self.max_points


@dataclass(frozen=True)
class PartScore:
    """The questions of one part that the round held."""

    part: Part
    questions: tuple[QuestionScore, ...]

    @property
    def points(self) -> float:
        """Return the sum of the part's points."""
        return sum(each.points for each in self.questions)

    @property
    def max_points(self) -> int:
        """Return the most that the part could have earned."""
        return sum(each.max_points for each in self.questions)


def score_question(question: Question, answer: Answer) -> QuestionScore:
    """Return a question's score: a point's weight in full if made, half if made partly."""
    earned = {
        point.id: point.weight * MARK_VALUE[answer.marks.get(point.id, "missed")]
        for point in question.rubric
    }
    missing = [point for point in question.rubric if earned[point.id] < point.weight]
    missing.sort(key=lambda point: earned[point.id] - point.weight)
    return QuestionScore(
        question=question,
        answer=answer,
        answered=answer.finished and not answer.skipped and bool(answer.text.strip()),
        points=sum(earned.values()),
        max_points=sum(point.weight for point in question.rubric),
        missing=tuple(missing),
        found=_found(question, answer),
    )


def _found(question: Question, answer: Answer) -> tuple[int, int] | None:
    if not answer.evidence:
        return None
    weights = {"found": 0, "unsure": 0, "not_detected": 0}
    for point in question.rubric:
        weights[answer.evidence.get(point.id, "not_detected")] += point.weight
    return weights["found"], weights["found"] + weights["unsure"]


def score_parts(parts: Iterable[Part], scores: dict[str, QuestionScore]) -> list[PartScore]:
    """Group question scores by part; parts without a question in the round are left out."""
    grouped = []
    for part in parts:
        held = tuple(scores[id_] for id_ in part.questions if id_ in scores)
        if held:
            grouped.append(PartScore(part, held))
    return grouped


def study_list(scores: Iterable[QuestionScore], most: int = 3) -> list[QuestionScore]:
    """Return the questions with most to gain, the weakest first; none that are complete."""
    open_ = [each for each in scores if each.missing]
    return sorted(open_, key=lambda each: each.share)[:most]
