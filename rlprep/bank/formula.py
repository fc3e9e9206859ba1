"""What a formula of the bank holds: the reference, its symbols, right forms and wrong ones."""

from typing import Literal

from pydantic import Field, model_validator

from rlprep.bank.fields import Id, Item, Name, Source, Text


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
