"""What every decider hands back: values in fixed worlds, and how to show where two differ.

A decider evaluates a formula in a fixed, seeded set of worlds. Two formulas with different values in
one world are different, and that world is the witness. Equal values everywhere are a proof where the
decider's worlds are exhaustive for its kind of formula, and evidence elsewhere; it says which.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from rlprep.formula.tree import Node


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a formula means to its decider.

    Attributes:
        values: one hashable value per world; equal tuples mean equal formulas.
        remarks: conventions that reading it leant on.
        tree: the expression that was evaluated, for proofs and for pointing.
        facts: what the decider needs again to prove or to explain.
    """

    values: tuple[Hashable, ...]
    remarks: tuple[str, ...] = ()
    tree: Node | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decided comparison with the reference.

    Attributes:
        equal: True, False, or None for undecided.
        proof: the procedure, in words.
        witness: where and how the two differ, ready to be shown.
        remarks: what the verdict leans on.
        message: a sentence that replaces the standard one.
        misconception: id of the mistake where the decider itself knows it.
    """

    equal: bool | None
    proof: str = ""
    witness: dict[str, Any] | None = None
    remarks: tuple[str, ...] = ()
    message: str = ""
    misconception: str | None = None


Names = Callable[[Node], bool]
