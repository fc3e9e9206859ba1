"""The one entry point: a formula that was asked, a text, a verdict.

Order of the answers: equal with a proof, equal by evidence (and said so), undecided (never shown as
wrong), different with a counterexample that was evaluated on both formulas.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

from rlprep.formula import explain
from rlprep.formula.decide.effort import TooLong, limited
from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.fixed import decimals, fixed_parameters
from rlprep.formula.notation import Notation
from rlprep.formula.program import Program
from rlprep.formula.spec import FormulaSpec, FormulaVerdict, WrongForms
from rlprep.formula.tree import Chain, Dots, Name, Node, Num
from rlprep.formula.understand import FOREIGN, echo, family_of, understood, unknown_names

if TYPE_CHECKING:
    from rlprep.formula.decide.declared import Declared

DECIDING_S = 1.5
EXPLAINING_S = 0.8

_COUNTED = re.compile(r"\b(?:counted|numbered|indexed|counting|starting)\s+(?:from|at)\s+0")
_SAYS = re.compile(r"\b(?:is|are|denotes?|means)\b")
_GLOSSING = re.compile(r"\b(?:where|with|here|and)[\s~{}$]*\Z")
_LABELLED = re.compile(rf"(?:{_GLOSSING.pattern}|:\s*\Z)")
"""What stands in front of words that say nothing new, and what is in them."""


def check(spec: FormulaSpec, text: str) -> FormulaVerdict:
    """Decide whether `text` states the formula of `spec`. Never raises on any text.

    A bug of a decider must not end a batch, and is no verdict on the formula either: it is
    "undecided", and says that the fault is ours. The tests call `decide`, where it stays visible.
    """
    try:
        return decide(spec, text)
    except Exception as error:
        what = f"not decided: a fault of the checker, not of the formula ({type(error).__name__})"
        return FormulaVerdict(spec.id, text, "undecided", what)


def decide(spec: FormulaSpec, text: str) -> FormulaVerdict:
    """Decide as `check` does; an exception that escapes is a bug."""
    reading = ""
    try:
        program = understood(spec.id, text, spec.notation)
        reading = echo(program)
        with limited(DECIDING_S):
            verdict = _Comparison.of(spec, text, program).verdict()
    except Unreadable as error:
        return FormulaVerdict(spec.id, text, "unreadable", str(error), span=error.span)
    except (Undecidable, Undefined, RecursionError) as error:
        verdict = FormulaVerdict(spec.id, text, "undecided", f"not decided: {error}")
    return replace(verdict, reading=reading)


@lru_cache(maxsize=4096)
def _known(subject: str, notation: Notation | None, form: str, setting: tuple) -> Meaning | None:
    """Return the meaning of a form of the bank in a setting; None where it has none there."""
    family = family_of(subject, notation)
    try:
        found = family.meaning(understood(subject, form, notation), subject, setting)
    except TooLong:
        raise
    except (Undecidable, Undefined):
        return None
    found.facts.update(subject=subject, feature=setting[0])
    return found


@dataclass(slots=True)
class _Comparison:
    """One input against the reference and the known mistakes of its formula."""

    spec: FormulaSpec
    text: str
    program: Program
    family: "ModuleType | Declared"
    setting: tuple
    reference: Meaning
    readings: list[Meaning]

    @classmethod
    def of(cls, spec: FormulaSpec, text: str, program: Program) -> "_Comparison":
        family = family_of(spec.id, spec.notation)
        setting = family.setting_of(program, spec.id)
        reference = _known(spec.id, spec.notation, spec.reference, setting)
        if reference is None:
            raise Undecidable("the reference has no meaning in this setting")
        return cls(spec, text, program, family, setting, reference, [])

    def verdict(self) -> FormulaVerdict:
        """Return the verdict, with its explanation."""
        likelier: Undecidable | None = None
        for reading in self.family.readings(self.program, self.spec.id, self.setting):
            reading.remarks.update(
                f"the number given for {name} is read as an example"
                for name in self.program.examples
            )
            try:
                equal = self.family.same(reading, self.reference)
            except Undecidable as error:
                if not self.readings:
                    likelier = likelier or error
                continue
            if equal:
                return self._equivalent(reading)
            self.readings.append(reading)
        if likelier is not None:  # a less likely reading must not accuse it
            raise likelier
        if not self.readings:
            raise Undecidable("the formula has no reading")
        if informative := getattr(self.family, "informative", None):
            self.readings.sort(key=lambda reading: not informative(reading))
        unknown = self.readings[0].facts["unknown"]
        foreign = getattr(self.family, "FOREIGN", FOREIGN)
        if not foreign.issuperset(unknown):
            raise unknown_names(unknown, self.text, self.family.VOCABULARY, foreign)
        return self._different(self.readings[0])

    def _equivalent(self, reading: Meaning) -> FormulaVerdict:
        if unknown := reading.facts["unknown"]:  # they had some value, not every value
            raise unknown_names(unknown, self.text, self.family.VOCABULARY, frozenset())
        if reading.facts.get("named"):
            raise Undecidable("the formula only names what is asked for")
        self._refuse_loose_ends()
        proof = self.family.proof(reading, self.setting)
        if confirm := getattr(self.family, "confirm", None):
            better, refutation = confirm(reading, self.reference, self.spec.id)
            if refutation is not None:
                return self._told(reading, refutation, better)
            proof = better or proof
        remarks = sorted(reading.remarks)
        joined = explain.joining_identity(self.text, self.spec.reference, self.spec.accepts)
        return FormulaVerdict(
            self.spec.id, self.text, "equivalent", "the same as the reference", proof=proof,
            remarks=tuple([*remarks, joined] if joined else remarks),
        )  # fmt: skip

    def _refuse_loose_ends(self) -> None:
        """Refuse mathematics behind which something stands that nobody knows the sense of.

        A label in front and a gloss (`with d the width of a key`) are known to say nothing new.
        """
        if self.program.is_code:
            return
        known = _LABELLED if getattr(self.family, "READS_LABELS", False) else _GLOSSING
        for entry in self.program.entries[self.program.main + 1 :]:
            start, end = entry.node.span
            is_bare = entry.target is None and not isinstance(entry.node, Chain | Dots | Num | Name)
            is_known = known.search(self.text, 0, start) or _SAYS.search(self.text, start, end)
            if is_bare and not is_known and not _COUNTED.search(self.text, start, end):
                raise Undecidable(f"it is not clear what '{self.text[start:end]}' says beside it")

    def _different(self, reading: Meaning) -> FormulaVerdict:
        witness = self.family.witness(reading, self.reference, self.spec.id, self.setting)
        if not witness:
            raise Undecidable("the two seem to differ, and no witness shows it")
        self._refuse_fixed_parameters()
        verdict = self._told(reading, witness, "evaluation of both formulas at the counterexample")
        wrong = self._misconception()
        if wrong is not None:
            verdict = replace(verdict, misconception=(wrong.id, wrong.text))
        slip = explain.slip(self.program.formula.values[-1], self._is_right_with,
                            is_named=wrong is not None)  # fmt: skip
        if slip is None:
            return replace(verdict, span=self.program.formula.values[-1].span)
        message = f"{verdict.message}; the slip: {slip.text}"
        return replace(verdict, span=slip.span, message=message)

    def _refuse_fixed_parameters(self) -> None:
        """Leave open a formula that is the reference at one value of a parameter only."""
        if not decimals(self.program.formula.values[-1]):
            return
        sides = understood(self.spec.id, self.spec.reference, self.spec.notation).formula.values
        try:
            with limited(EXPLAINING_S):
                values = fixed_parameters(self.program.formula.values[-1], sides[-1],
                                          self._is_right_with)  # fmt: skip
        except (Undecidable, Undefined, Unreadable):
            return
        if values:
            given = " and ".join(f"{name} = {float(value):g}" for name, value in values.items())
            raise Undecidable(f"this is the reference at {given} only; write the symbol")

    def _told(self, reading: Meaning, witness: dict, proof: str) -> FormulaVerdict:
        said = explain.told(witness)
        return FormulaVerdict(
            self.spec.id, self.text, "different", f"not the reference{': ' if said else ''}{said}",
            proof=proof, counterexample=witness, remarks=tuple(sorted(reading.remarks)),
        )  # fmt: skip

    def _misconception(self) -> WrongForms | None:
        """Return the known mistake that means the same; of several, the one written most alike."""
        found: list[tuple[str, WrongForms]] = []
        try:
            with limited(EXPLAINING_S):
                for reading in self.readings:  # the likeliest reading that shows a mistake
                    found = [
                        (form, wrong)
                        for wrong in self.spec.misconceptions
                        for form in wrong.forms
                        if self._same(
                            reading, _known(self.spec.id, self.spec.notation, form, self.setting)
                        )
                    ]
                    if found:
                        break
        except TooLong:
            pass  # a verdict without the mistake's name is better than none
        return explain.most_alike(self.text, found)

    def _same(self, mine: Meaning, theirs: Meaning | None) -> bool:
        if theirs is None:
            return False
        try:
            return self.family.same(mine, theirs)
        except TooLong:
            raise
        except (Undecidable, Undefined):
            return False

    def _is_right_with(self, tree: Node) -> bool:
        """Whether the input with another right side is the reference."""
        formula = self.program.formula
        node = tree if formula.target is None else formula.node
        entries = list(self.program.entries)
        entries[self.program.main] = replace(
            formula, node=node, values=(*formula.values[:-1], tree)
        )
        changed = replace(self.program, entries=entries)
        try:
            readings = self.family.readings(changed, self.spec.id, self.setting)
        except Undecidable:
            return False
        return any(self._same(reading, self.reference) for reading in readings[:2])
