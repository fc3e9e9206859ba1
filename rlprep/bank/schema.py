r"""What an item of the bank holds: packs, questions, formulas, exercises.

These models are where YAML enters; every field is checked here once, and unknown keys are errors.
Text fields are Markdown with mathematics between dollar signs (``$\hat A_t$``), in LaTeX.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

Id = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40),
    Field(description="snake_case, never reused once published"),
]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Item(BaseModel):
    """Base of all models: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Item):
    """Where a fact or an equation comes from."""

    cite: Text = Field(description="authors, year, title, arXiv number or publisher")
    where: Text | None = Field(None, description="section, equation, theorem or figure number")


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


class Symbol(Item):
    """A symbol of a formula and what it stands for."""

    symbol: Text = Field(description="LaTeX, without dollar signs")
    meaning: Text


class WrongFormula(Item):
    """A misconception that shows as a formula: wrong forms, and why they are wrong."""

    id: Id
    forms: tuple[Text, ...] = Field(min_length=1, description="LaTeX, without dollar signs")
    text: Text = Field(description="what the mistake is and why it matters")


class RightForm(Item):
    """Another right way to write a formula, and the identity that joins it to the reference."""

    form: Text
    because: Text


class FormulaQuantity(Item):
    """A quantity that a formula may use, and the values at which formulas are compared."""

    spellings: tuple[Text, ...] = Field(
        min_length=1, description="z, logits; scripts and marks joined by _: y_hat, x_max"
    )
    axes: tuple[Name, ...] = Field((), description="its sizes, one for each index; none: a number")
    domain: Literal[
        "real", "positive", "integer", "probability", "distribution", "binary", "one_hot", "index"
    ] = "real"
    of: Name | None = Field(None, description="the size along which an index runs")


class FormulaNotation(Item):
    """What a formula may be written in: every pack but the shipped one needs it."""

    quantities: tuple[FormulaQuantity, ...] = Field(min_length=1)
    sizes: dict[Name, tuple[Text, ...]] = Field(
        default_factory=dict, description="spellings of each size: {C: [C, K]}"
    )
    result: tuple[Text, ...] = Field((), description="names that a left side may have")

    @model_validator(mode="after")
    def _names_its_sizes(self) -> "FormulaNotation":
        for each in self.quantities:
            for size in (*each.axes, *([each.of] if each.of else [])):
                if size not in self.sizes:
                    raise ValueError(f"{each.spellings[0]}: there is no size '{size}'")
            if (each.domain == "index") != (each.of is not None):
                raise ValueError(f"{each.spellings[0]}: 'of: SIZE' goes with domain: index")
        return self


class Formula(Item):
    """A formula to state exactly: the reference, its symbols, right forms and wrong ones."""

    kind: Literal["formula"]
    id: Id
    title: Text
    prompt: Text = Field(description="what the candidate is asked to write")
    reference: Text = Field(description="LaTeX, without dollar signs")
    symbols: tuple[Symbol, ...] = Field(min_length=1)
    conventions: tuple[Text, ...] = ()
    notation: FormulaNotation | None = None
    hint: Text
    accepts: tuple[RightForm, ...] = ()
    misconceptions: tuple[WrongFormula, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)


_AXES = re.compile(r"\[([^\]]*)\]|\(\)")
ELLIPSIS = "..."
"""In a shape: any number of axes, the same ones in every parameter."""


class Parameter(Item):
    """A positional argument of an exercise's function."""

    name: Name
    shape: Text = Field(description="[T, B], () and the like are arrays; anything else is not")
    dtype: Literal["float", "int"] = Field("float", description="of an array that isn't of bools")
    meaning: Text

    @property
    def is_array(self) -> bool:
        """Whether the argument is an array, of no axes perhaps, and not a number or a callable."""
        return self.shape.startswith(("[", "("))

    @property
    def axes(self) -> list[list[str]]:
        """Return the axes of each alternative shape: ``[T] or [T, B]`` gives two lists."""
        found = [match[1] or "" for match in _AXES.finditer(self.shape)] if self.is_array else []
        return [[axis.strip() for axis in each.split(",") if axis.strip()] for each in found]


class Example(Item):
    """A public call of an exercise's function, small enough to check by hand."""

    id: Id
    arguments: dict[Name, Any] = Field(
        description="by parameter: numbers, lists for arrays, {matvec: {matrix: ...}} and the like"
    )
    returns: Any
    gradient: Any = Field(None, description="with respect to the first argument, where graded")


class Drawn(Item):
    """How one parameter's hidden values are drawn: one of these, over the parameter's shape."""

    normal: tuple[float, float] | None = Field(None, description="mean and standard deviation")
    uniform: tuple[float, float] | None = Field(None, description="least and largest")
    integers: tuple[int, int] | None = Field(None, description="least and largest, both included")
    classes: int | None = Field(
        None, ge=1, description="0 to this less 1 in random order, each at least once where it fits"
    )
    index: Name | None = Field(None, description="positions on the axis of this name, from 0")
    simplex: float | None = Field(
        None, gt=0, description="Dirichlet: the last axis sums to 1; small is uneven"
    )
    flags: float | None = Field(None, ge=0, le=1, description="bools, True with this probability")
    fixed: float | int | bool | str | None = Field(
        None, description="this very value, in every entry of an array"
    )

    @model_validator(mode="after")
    def _has_one_way(self) -> "Drawn":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"give exactly one of {', '.join(type(self).model_fields)}")
        return self


Sizes = dict[Name, Annotated[tuple[int, int], Field(description="least and largest length")]]


class Cases(Item):
    """How an exercise's hidden cases are drawn, where no code of rlprep makes them."""

    sizes: Sizes = Field(default_factory=dict, description="by the name of an axis in the shapes")
    draws: dict[Name, Drawn] = Field(description="by parameter")


FamilyKind = Literal["value", "gradient", "contract", "property", "extreme", "cost"]


class CaseFamily(Item):
    """A group of hidden cases that test one property, worth whole points."""

    id: Id
    kind: FamilyKind = Field(description="only value families pay without another one that does")
    points: int = Field(ge=1)
    property: Text = Field(description="the property in words, as feedback states it")
    example: Id | None = Field(None, description="the public example that shows it")
    count: int = Field(3, ge=1, le=20, description="cases to draw")
    sizes: Sizes = Field(default_factory=dict, description="instead of the exercise's")
    draws: dict[Name, Drawn] = Field(default_factory=dict, description="instead of the exercise's")
    gradient_of: Name | None = Field(None, description="the parameter, in a family of gradients")


Sign = Literal["numbers", "no_gradient", "changed_input", "not_repeatable", "whole", "cost"]


class KnownMistake(Item):
    """A wrong implementation that is recognised by its numbers, or by another sign."""

    id: Id
    title: Text = Field(description="ends the sentence 'your numbers are those of a ...'")
    text: Text = Field(description="what it means, why it matters, what to write instead")
    sign: Sign = "numbers"


class Exercise(Item):
    """A function to implement, graded against hidden cases."""

    kind: Literal["exercise"]
    id: Id
    title: Text
    statement: Text
    parameters: tuple[Parameter, ...] = Field(min_length=1)
    returns: Text
    rtol: float = Field(1e-6, gt=0, lt=1e-2, description="tolerance of float64 cases")
    rtol_single: float = Field(1e-4, gt=0, lt=1e-2, description="tolerance of float32 cases")
    examples: tuple[Example, ...] = Field(min_length=1)
    cases: Cases | None = Field(None, description="every pack but the shipped one needs it")
    families: tuple[CaseFamily, ...] = Field(min_length=1)
    mistakes: tuple[KnownMistake, ...] = ()
    formulas: tuple[Id, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def points(self) -> int:
        """Return what a right submission earns."""
        return sum(family.points for family in self.families)


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
