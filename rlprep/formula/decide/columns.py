"""Arrays that stand upright beside flat ones: (B, 1) minus (B,) is (B, B), which nobody means.

Only what code shows is taken for known: a new axis, `keepdim`, a `gather` whose index has a new
axis, an axis that is taken away again. What a network returns may have either shape.
"""

import re
from collections.abc import Iterator

from rlprep.formula.decide.policies import role_of
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Slice, walk

UPRIGHT, PICKED, FLAT, NAMED, SCORED, TOLD = (
    "upright", "picked", "flat", "named", "scored", "told"
)  # fmt: skip
"""A column, one that `gather` picked, an array of one axis, a name that should be of one, what a
distribution's `log_prob` gives, which has the axes of the actions, and what comments call a column:
the other arrays may be columns then, too."""

PER_SAMPLE = {"advantage", "value", "return", "reward", "residual", "logp", "ratio", "logratio"}
SCALARS = {"gamma", "lam", "lambda", "gae_lambda", "discount", "eps", "epsilon", "beta"}
CROSSED = ({UPRIGHT, FLAT}, {PICKED, FLAT}, {PICKED, NAMED}, {UPRIGHT, SCORED},
           {UPRIGHT, NAMED}, {TOLD, FLAT})  # fmt: skip
_SHAPE = re.compile(
    r"(?:(?P<names>\w+(?:\s*,\s*\w+)*)\s*:\s*|(?:\A|shape)\W*)"
    r"(?:shape\s*:?\s*)?[\[(]\s*\w+\s*,\s*(?P<column>1\s*)?[\])]"
)
"""`adv: (N,)`, `shape (N, 1)`."""
ELEMENTWISE = {"exp", "log", "detach", "abs", "float", "clamp", "clip"}
FLATTENED = {"squeeze", "flatten", "ravel"}
REDUCED = {"sum", "mean", "max", "amax", "logsumexp"}


def refuse_crossed(program: Program, subject: str) -> None:
    """Refuse code in which a column meets a flat array.

    Raises:
        Undecidable: it does, so that every sample meets every other one.
    """
    if program.is_code and any(isinstance(n, Call | Index) for n in program.nodes()):
        arrays = _Arrays(program, subject)
        for number, entry in enumerate(program.entries):
            for value in entry.values:
                for node in walk(value):
                    if isinstance(node, Bin):
                        arrays.shape(node, number)


class _Arrays:
    """How the arrays of one program stand."""

    def __init__(self, program: Program, subject: str) -> None:
        self.program = program
        self.subject = subject
        self.known: dict[int, str | None] = {}  # by the statement that defines an array
        self.stated = dict(_stated(program.text))

    def shape(self, node: Node, position: int) -> str | None:
        """Return how an array stands, None where the code does not show it."""
        match node:
            case Name():
                return self._of_name(node, position)
            case Neg(x=x):
                return self.shape(x, position)
            case Bin(left=left, right=right):
                sides = self.shape(left, position), self.shape(right, position)
                return _joined(*sides, left, right)
            case Index(items=(Slice(), Name(name="None" | "newaxis"))):
                return UPRIGHT
            case Index(x=x, items=(Slice(), Num())):
                return FLAT if self.shape(x, position) in {UPRIGHT, PICKED} else None
            case Index(items=(Call(fn=Name(name="arange" | "range")), Name())):
                return FLAT
            case Call():
                return _of_call(node, self.shape(node.args[0], position) if node.args else None)
        return None

    def _of_name(self, name: Name, position: int) -> str | None:
        if (stated := self.stated.get(flat(name))) is not None:
            return stated
        number = self.program.definition(name, position)
        if number is None:
            # a divergence is of whole distributions, whose arrays have an axis of actions too
            is_named = self.subject not in {"kl", "entropy"}
            return NAMED if is_named and role_of(name, self.subject) in PER_SAMPLE else None
        if number not in self.known:
            self.known[number] = None  # if it refers to itself
            self.known[number] = self.shape(self.program.entries[number].values[-1], number)
        return self.known[number]


def _stated(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names whose shape a comment states, and how they stand by it."""
    for line in text.splitlines():
        code, _, comment = line.partition("#")
        for found in _SHAPE.finditer(comment):
            shape = TOLD if found["column"] else FLAT
            names = re.findall(r"\w+", found["names"] or "")
            assigned = re.match(r"\s*(\w+)\s*=(?!=)", code)
            if not names and assigned:
                names = [assigned[1]]
            yield from ((name, shape) for name in names)


def _joined(left: str | None, right: str | None, *nodes: Node) -> str | None:
    if {left, right} in CROSSED:
        raise Undecidable(
            "a column, (B, 1), beside an array of one axis, (B,), spreads to (B, B): "
            "write .squeeze(1) behind gather"
        )
    numbers = [
        isinstance(node, Num) or (isinstance(node, Name) and flat(node) in SCALARS)
        for node in nodes
    ]
    if any(numbers):
        return right if numbers[0] else left
    sides = {left, right}
    if NAMED in sides and sides & {FLAT, TOLD}:
        return (sides - {NAMED}).pop()  # a name is as what is said of the other
    return left if left == right else None


def _of_call(node: Call, inner: str | None) -> str | None:
    name, axis = node.fn.name, node.axis()
    if name == "gather":
        index = node.keyword("index") or next(iter(node.args[2:]), None)
        return PICKED if _gains_axis(index) else None
    if _gains_axis(node):
        return UPRIGHT
    if flat(node.fn) == "log_prob":
        return None if _gains_axis(node.args[-1]) else SCORED
    if name in FLATTENED:
        return FLAT if inner in {UPRIGHT, PICKED, TOLD} else inner
    if name in REDUCED and axis is not None and _is_last(axis):
        return UPRIGHT if node.keyword("keepdim", "keepdims") is not None else FLAT
    return inner if name in ELEMENTWISE else None


def _gains_axis(node: Node | None) -> bool:
    """Whether an axis of length 1 is put behind the others here: `a[:, None]`, `a.unsqueeze(1)`."""
    match node:
        case Index(items=(Slice(), Name(name="None" | "newaxis"))):
            return True
        case Call(fn=Name(name="unsqueeze" | "expand_dims"), args=(_, axis)):
            return _is_last(axis)
        case Call(fn=Name(name="view" | "reshape"), args=(_, first, Num(value=1))):
            return _is_last(first)
        case Call(fn=Name(name="long" | "int" | "to"), args=(inner, *_)):
            return _gains_axis(inner)
    return False


def _is_last(axis: Node) -> bool:
    """Whether an axis is the last of two: 1, -1."""
    axis = axis.x if isinstance(axis, Neg) else axis
    return isinstance(axis, Num) and axis.value == 1
