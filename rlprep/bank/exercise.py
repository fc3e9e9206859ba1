"""What an exercise of the bank holds: its function, hidden cases and known mistakes."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rlprep.bank.fields import Id, Item, Name, Source, Text

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
