r"""What a pack, a question and a vocabulary hold, and the one schema of every item of the bank.

The models of this room are where YAML enters; every field is checked here once, and unknown keys
are errors. Text fields are Markdown, with LaTeX between dollar signs (``$\hat A_t$``).
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from rlprep.bank.exercise import Exercise
from rlprep.bank.fields import Id, Item, Source, Text
from rlprep.bank.formula import Formula


class Examples(Item):
    """Sentences that a claim must be found in, and sentences that it must not be found in."""

    match: tuple[Text, ...] = Field(min_length=1)
    no_match: tuple[Text, ...] = Field(min_length=1)


class RubricPoint(Item):
    """One fact that a good answer contains."""

    id: Id
    text: Text = Field(description="the fact, as the rubric states it to the candidate")
    weight: int = Field(1, ge=1, le=5)
    patterns: tuple[Text, ...] = Field((), description="how an answer states it, any of them")
    partly: tuple[Text, ...] = Field((), description="what comes near it: counts as unsure")
    ask: Text | None = Field(None, description="what to ask when an answer leaves it out")
    topic: Text | None = Field(
        None, description="plain words that a short reply to `ask` is understood to begin with"
    )
    examples: Examples


class Misconception(Item):
    """A false claim that is worth recognising, and what is true instead."""

    id: Id
    claim: Text
    correction: Text
    patterns: tuple[Text, ...] = Field((), description="how an answer states it, any of them")
    examples: Examples


class FollowUp(Item):
    """A rapid question after the main one, with a short answer."""

    prompt: Text
    answer: Text


class Question(Item):
    """A main question of the interview, or one of its closing follow-ups."""

    kind: Literal["question"]
    id: Id
    title: Text
    minutes: int = Field(ge=1, le=30, description="time budget in a mock round")
    prompt: Text
    hints: tuple[Text, ...] = Field(
        min_length=1, description="progressive: the principle, the quantities, their link"
    )
    rubric: tuple[RubricPoint, ...] = Field(min_length=1)
    misconceptions: tuple[Misconception, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    formulas: tuple[Id, ...] = Field((), description="ids of formulas that the answer states")
    exercises: tuple[Id, ...] = Field((), description="ids of exercises that implement the answer")
    concepts: dict[Id, tuple[Text, ...]] = Field(
        default_factory=dict, description="phrases for this question's patterns, by concept"
    )
    sources: tuple[Source, ...] = Field(min_length=1)


class Vocabulary(Item):
    """Concepts that patterns refer to, each with the phrases that people use for it."""

    kind: Literal["vocabulary"]
    id: Id
    concepts: dict[Id, tuple[Text, ...]] = Field(min_length=1)


class Clarification(Item):
    """A question that a strong candidate asks before answering, and the interviewer's answer."""

    id: Id
    asks: Text
    answer: Text


class Part(Item):
    """A part of the round: its questions in the order in which they are asked."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", max_length=20)]
    title: Text
    theme: Text | None = Field(None, description="what joins the questions of this part")
    questions: tuple[Id, ...] = Field(min_length=1)


class Pack(Item):
    """A pack of items: who it is for, the setting, and the parts of its interview."""

    kind: Literal["pack"]
    id: Id
    title: Text
    description: Text
    mock_minutes: int = Field(45, ge=1, le=240)
    setting: Text | None = None
    clarifications: tuple[Clarification, ...] = ()
    parts: tuple[Part, ...] = ()


ITEM_MODELS: dict[str, type[Item]] = {
    "pack": Pack,
    "question": Question,
    "formula": Formula,
    "exercise": Exercise,
    "vocabulary": Vocabulary,
}


def json_schema() -> dict[str, Any]:
    """Return one JSON Schema (2020-12) for every kind of item, told apart by `kind`."""
    any_item = Annotated[
        Pack | Question | Formula | Exercise | Vocabulary, Field(discriminator="kind")
    ]
    schema = TypeAdapter[Any](any_item).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rlprep items",
        "description": "A YAML file of a pack. The pack itself, a question, a formula and so on.",
        **schema,
    }
