"""What every decider hands back: values in fixed worlds, and how to show where two differ.

A decider evaluates a formula in a fixed, seeded set of worlds. Two formulas with different values
in one world are different, and that world is the witness. Equal values everywhere are a proof where
the decider's worlds are exhaustive for its kind of formula, and evidence elsewhere; it says which.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from rlprep.formula.tree import Node


class Values(Sequence[Any]):
    """One value per world, computed when it is first looked at.

    Most wrong forms differ from an input in the first world, so the others are never evaluated.
    """

    def __init__(self, size: int, compute: Callable[[int], Any]) -> None:
        self._size = size
        self._compute = compute
        self._known: dict[int, Any] = {}

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        # not inherited: an IndexError of a computation must not pass for the end
        for index in range(self._size):
            yield self[index]

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._size))]
        if not 0 <= index < self._size:
            raise IndexError(index)
        if index not in self._known:
            self._known[index] = self._compute(index)
        return self._known[index]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a formula means to its decider.

    Attributes:
        values: one value per world; formulas with different values in a world are different.
        remarks: conventions that reading it leant on.
        tree: the expression that was evaluated, for proofs and for pointing.
        facts: what the decider needs again to prove or to explain.
    """

    values: Sequence[Any]
    remarks: set[str] = field(default_factory=set)
    tree: Node | None = None
    facts: dict[str, Any] = field(default_factory=dict)
