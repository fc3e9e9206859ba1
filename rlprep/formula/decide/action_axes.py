"""The axes of a policy's arrays in code: one of them holds the actions, and only that is summed.

An array of probabilities mostly has one row a state. Code that normalises along one axis and sums
along another mixes states with actions, whatever the formula looks like without its axes.
"""

import re
from collections.abc import Iterator

from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat_lower
from rlprep.formula.program import Program
from rlprep.formula.tree import Call, Neg, Node, Num

NORMALISED = {"softmax", "log_softmax", "logsoftmax", "logsumexp", "gather"}
"""What works along the axis of actions, whatever is asked for."""
SUMMED = {"sum", "reduce_sum", "nansum"}
"""And where the formula itself is a sum over the actions."""
ACTIONS = {"A", "nA", "na", "n_actions", "num_actions", "n_action", "actions", "n_acts", "n_act",
           "num_acts", "act_dim", "action_dim", "n_a", "num_a"}  # fmt: skip
"""What comments call the number of actions in a shape."""

_SHAPE = re.compile(r"#[^\n]*?[\[(]\s*(?P<sizes>[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)+)\s*,?\s*[\])]")


def refuse_other_axes(program: Program, *, sums: bool) -> None:
    """Refuse code that normalises or sums over the states of a batch where actions are meant.

    Args:
        program: code.
        sums: whether what is asked for is a sum over actions, so that sums have that axis too.

    Raises:
        Undecidable: it does so by the shape that a comment states, or works along two axes.
    """
    names = NORMALISED | SUMMED if sums else NORMALISED
    axes = [axis for node in program.nodes() if (axis := _axis_of(node, names)) is not None]
    for sizes in _shapes(program.text):
        place = next(number for number, size in enumerate(sizes) if size in ACTIONS)
        if any(axis % len(sizes) != place for axis in axes if -len(sizes) <= axis < len(sizes)):
            raise Undecidable(f"of ({', '.join(sizes)}), another axis is taken than the actions'")
    if 0 in axes and any(axes):
        raise Undecidable("it works along two axes: one of them does not hold the actions")


def _shapes(text: str) -> Iterator[list[str]]:
    """Yield the shapes that comments state of arrays with one entry an action."""
    for found in _SHAPE.finditer(text):
        sizes = re.split(r"\s*,\s*", found["sizes"])
        if sum(size in ACTIONS for size in sizes) == 1:
            yield sizes


def _axis_of(node: Node, names: set[str]) -> int | None:
    """Return the one axis along which a call works, None where it says none."""
    if not isinstance(node, Call) or flat_lower(node.fn) not in names:
        return None
    match node.axis():
        case Num(value=value):
            return int(value)
        case Neg(x=Num(value=value)):
            return -int(value)
    return None
