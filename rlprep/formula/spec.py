"""What is asked (`FormulaSpec`) and what is answered (`FormulaVerdict`)."""

from dataclasses import dataclass
from typing import Any, Literal

from rlprep.formula.notation import Notation

SCHEMA = "rlprep.formula/v1"

_WITNESS_KEYS = ("quantity", "at", "yours", "reference")

Outcome = Literal["equivalent", "different", "undecided", "unreadable"]


@dataclass(frozen=True, slots=True)
class WrongForms:
    """A misconception: its id, wrong formulas that show it, and why they are wrong."""

    id: str
    forms: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class RightForm:
    """Another right way to write the formula, and the identity that joins it to the reference."""

    form: str
    because: str


@dataclass(frozen=True, slots=True)
class FormulaSpec:
    """A formula as it is asked. All mathematics is LaTeX without dollar signs."""

    id: str
    reference: str
    misconceptions: tuple[WrongForms, ...] = ()
    accepts: tuple[RightForm, ...] = ()
    notation: Notation | None = None
    """What the formula is about, where no decider was written for it."""


@dataclass(frozen=True, slots=True)
class FormulaVerdict:
    """The answer to one check.

    Attributes:
        formula: id of the formula that was asked.
        input: the text as it was given.
        verdict: equivalent, different, undecided (never shown as wrong) or unreadable.
        proof: the procedure that decided, in words; empty when nothing was decided.
        counterexample: what the witness assigns and what both sides give there.
        misconception: id and explanation of a recognised mistake.
        remarks: conventions that the verdict leans on, identities that join the forms.
        message: the verdict in one sentence, for people.
        span: character range (start, end) of the first differing or unreadable part of the input.
        reading: how the input was read, in one line of plain mathematics.
    """

    formula: str
    input: str
    verdict: Outcome
    message: str
    proof: str = ""
    counterexample: dict[str, Any] | None = None
    misconception: tuple[str, str] | None = None
    remarks: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    reading: str = ""

    @property
    def position(self) -> int | None:
        """Where in the input to look, counted in characters from 0."""
        return self.span[0] if self.span else None

    def as_json(self) -> dict[str, Any]:
        """Return the versioned object that `--json` and `--batch` print."""
        return {
            "schema": SCHEMA,
            "formula": self.formula,
            "verdict": self.verdict,
            "proof": self.proof or None,
            "counterexample": (
                {key: self.counterexample.get(key) for key in _WITNESS_KEYS}
                if self.counterexample
                else None
            ),
            "misconception": (
                {"id": self.misconception[0], "text": self.misconception[1]}
                if self.misconception
                else None
            ),
            "message": self.message,
            "position": self.position,
            "span": list(self.span) if self.span else None,
            "remarks": list(self.remarks),
            "reading": self.reading or None,
        }
