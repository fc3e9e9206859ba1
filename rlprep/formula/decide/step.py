"""The trust-region step: vectors, a positive definite matrix and its inverse.

Evaluated in float64 for two random draws with four parameters. The parameters themselves may be
left out (the increment alone is accepted): how the value moves with theta tells.
"""

from collections.abc import Hashable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.vectors import Array, Draw, Vectors, is_transpose
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.names import indices_of, labels_of
from rlprep.formula.program import Program, is_plain_target
from rlprep.formula.tree import Bin, Call, Grad, Index, Name, Neg, Node, Span
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"trpo_step"}
DRAWS = {5: 0.05, 6: 0.0137}
"""The seed of each draw, and its bound on the divergence."""

SIZE = 4
SHIFT = 1.5
GRADIENTS = {"g", "grad", "gradient", "grads", "b", "policy_grad", "pg", "flat_grad", "loss_grad",
             "policy_gradient", "gradients"}  # fmt: skip
MATRICES = {
    "f",
    "h",
    "a",
    "fim",
    "fisher",
    "hessian",
    "m",
    "fisher_matrix",
    "fvp",
    "hvp",
    "i",
    "b_mat",
}
STEPS = {"x", "s", "stepdir", "step_dir", "search_dir", "direction", "natural_grad", "nat_grad",
         "ng",
         "v", "search_direction", "step_direction", "npg", "natural_gradient", "d", "u", "y", "p",
         "searchdir", "nat_gradient", "w", "x_hat"}  # fmt: skip
PARAMETERS = {"theta", "params", "parameters", "old_params", "theta_old", "prev_params",
              "flat_params", "weights", "param", "new_params"}  # fmt: skip
BOUNDS = {"delta", "max_kl", "epsilon", "eps", "target_kl", "kl_limit", "delta_kl", "kl",
          "kl_bound", "delta_max", "max_kl_step", "kl_target", "step_size"}  # fmt: skip

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "theta", "delta", "params", "grad", "solve", "max", "kl", "stepdir", "step", "inv",
            "cg",
            "hvp", "fvp", "Fvp", "Hvp", "Hx", "Fx", "old", "new", "fisher", "conjugate", "gradient",
            "dot", "alpha", "lm", "FIM",
        }
    ) - {"kl"},
    letters=frozenset("gFHxsTAvd"),
    applied=frozenset({"Hx", "Fx", "fvp", "hvp", "Fvp", "Hvp", "cg", "J", "L"}),
    labels=False, expects=False, matrices=True,
)  # fmt: skip


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side names the new parameters or their change."""
    del subject
    if isinstance(node, Index):
        return is_target("", node.x)
    if isinstance(node, Bin):
        return is_target("", node.left)
    words = {"theta", "params", "step", "Delta", "new", "update", "increment", "fullstep"}
    return isinstance(node, Name) and bool(words & {node.name, *labels_of(node)})


def is_example(subject: str, name: Name, value: Fraction) -> bool:
    """Whether a number given for a name only sets a free parameter, as `delta = 0.01` does."""
    del subject
    return "_".join((name.name, *labels_of(name))).lower() in BOUNDS and value > 0


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the one setting of this family."""
    return ("step",)


class Step(Vectors):
    """Vectors with the names of the trust-region step."""

    def __init__(self, program: Program, draw: Draw) -> None:
        super().__init__(program, draw)
        self.gradients: dict[str, str] = {}  # the name that the gradient goes by

    def _evaluate(self, node: Node, position: int) -> Array | float:
        if isinstance(node, Grad):
            self.remarks.add("the gradient of the objective is read as g")
            return self.draw.g.T if _is_transposed(node.x) else self.draw.g
        return super()._evaluate(node, position)

    def plain_name(self, node: Name, position: int) -> Array | float:
        """Return the value of a name without its powers."""
        number = self._definition(node, position)
        if number is not None:
            return self.evaluate(self.program.entries[number].values[-1], number)
        words = [node.name, *(w for w in labels_of(node) if w not in {"k", "t", "new", "j", "i"})]
        lowered = "_".join(words).lower()
        for name in (lowered, node.name.lower()):
            if name in PARAMETERS:
                return self.draw.theta
            if node.name == "Delta" or name in BOUNDS:
                return self.draw.bound
            if name in GRADIENTS:
                if self.gradients.setdefault("g", lowered) != lowered:
                    break  # g_1 and g_2 are two vectors
                return self.draw.g
            if name in MATRICES and (node.name.isupper() or len(node.name) > 1):
                return self.draw.hessian
            if name in STEPS:
                self.remarks.add(f"{node.name} is read as H^-1 g")
                return np.linalg.solve(self.draw.hessian, self.draw.g)
        if node.name in {"alpha", "backtrack"}:
            self.remarks.add("the backtracking factor is read as 1, its value at the full step")
            return 1.0
        self.unknown.setdefault(lowered, node.span)
        return 1.7 + 0.31 * list(self.unknown).index(lowered)  # two unknown names never cancel

    def _definition(self, node: Name, position: int) -> int | None:
        """Return the statement that defines a name, unless it is theta's own update."""
        number = self.program.definition(node, position)
        if number is None or (is_target("", node) and indices_of(node)):
            return None
        if self.program.is_code:
            return number  # `x = x / norm(x)` is the name from there on, of what stood above it
        entry = self.program.entries[number]
        return None if entry.key in entry.uses else number


def _is_transposed(node: Node) -> bool:
    """Whether what a gradient is taken of bears the gradient's transpose: grad L^T."""
    match node:
        case Bin(op="^", right=right):
            return is_transpose(right)
        case Name(sups=sups) | Call(fn=Name(sups=sups)):
            return any(is_transpose(sup) for sup in sups)
    return False


@lru_cache(maxsize=8)
def draw_of(seed: int, *, is_code: bool) -> Draw:
    """Return g, theta and H of one draw."""
    random = np.random.default_rng(seed)
    half = random.normal(size=(SIZE, SIZE))
    g, theta = random.normal(size=SIZE), random.normal(size=SIZE)
    if not is_code:
        g, theta = g[:, None], theta[:, None]
    return Draw(g, theta, half @ half.T + 0.5 * np.eye(SIZE), DRAWS[seed], is_code)


def members(program: Program) -> list[Node]:
    """Return the sides that must each equal the reference, without a first one that only names."""
    values = program.sides()
    if len(values) == 1:
        return values
    match values[0]:
        case Bin(op="-", left=Name() as new, right=Name() as old) if is_target("", new):
            if _age(new) == _age(old):
                raise Undecidable("it is not told which parameters are the new ones")
            is_change = _age(new) > _age(old)
            return values[1:] if is_change else [Neg(side.span, side) for side in values[1:]]
        case first if is_plain_target(first) and not isinstance(first, Call):
            return values[1:]
    return values


def _age(name: Name) -> int:
    """Return 1 for parameters after the step (theta_new, theta_{k+1}, theta'), -1 for old ones."""
    labels = labels_of(name)
    is_next = any(isinstance(index, Bin) and index.op == "+" for index in indices_of(name))
    return 1 if name.primes or is_next or "new" in labels else -1 if "old" in labels else 0


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return what a formula means with columns, or as code."""
    order = (True, False) if program.is_code else (False, True)
    return [_reading(program, is_code=is_code) for is_code in order]


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return the meaning of a form of the bank."""
    return _reading(program, is_code=False)


def _reading(program: Program, *, is_code: bool) -> Meaning:
    nodes = members(program)
    remarks: set[str] = set()
    unknown: dict[str, Span] = {}

    def compute(number: int) -> tuple[Any, ...]:
        draw = draw_of(tuple(DRAWS)[number], is_code=is_code)
        moved = replace(draw, theta=draw.theta + SHIFT)
        step = Step(program, draw)
        try:
            return tuple(
                _increment(
                    step.evaluate(node, program.main),
                    Step(program, moved).evaluate(node, program.main), draw, remarks,
                )
                for node in nodes
            )  # fmt: skip
        except Undefined as gap:
            return (("undefined", str(gap)),)
        finally:
            remarks.update(step.remarks)
            unknown.update(step.unknown)

    facts = {"unknown": unknown, "program": program, "nodes": nodes}
    return Meaning(Values(len(DRAWS), compute), remarks, nodes[0], facts)


def _increment(here: Array, there: Array, draw: Draw, remarks: set[str]) -> tuple[Any, ...]:
    """Return the change of the parameters that a value stands for."""
    if not np.all(np.isfinite(here)):
        raise Undefined("a root of a negative number, or a division by zero")
    if here.size != SIZE:
        return ("shape", f"a {'×'.join(map(str, here.shape)) or 'number'} where a vector is asked")
    change = (there - here).ravel()
    if np.allclose(change, 0, atol=1e-12):
        remarks.add("the increment alone is written; it is added to theta")
        return ("array", here.ravel())
    # where the parameters enter otherwise, as in 2 theta + x, theirs is another new point
    return ("array", here.ravel() - draw.theta.ravel())


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula gives the other's change on both draws."""
    return _first_difference(mine, theirs) is None


def _first_difference(
    mine: Meaning, theirs: Meaning
) -> tuple[int, tuple[Any, ...], tuple[Any, ...]] | None:
    """Return the seed of a draw on which a side differs from the other formula, with both."""
    for seed, a, b in zip(DRAWS, mine.values, theirs.values, strict=True):
        for side in a:
            if not _is_same_step(side, b[0]):
                return seed, side, b[0]
    return None


def _is_same_step(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    if a[0] != b[0]:
        return False
    if a[0] != "array":
        return a[1] == b[1]
    return np.allclose(a[1], b[1], rtol=1e-9, atol=1e-12)


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del mine, setting
    return "evidence: the same step to 9 digits on 2 random draws with 4 parameters"


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return a draw's step by both formulas."""
    del subject, setting
    found = _first_difference(mine, theirs)
    if found is None:
        return {}
    seed, a, b = found

    def told(side: tuple[Any, ...]) -> str:
        if side[0] != "array":
            return f"no value: {side[1]}"
        return "[" + ", ".join(f"{x:.4g}" for x in side[1]) + "]"

    draw = draw_of(seed, is_code=True)
    at = {"g": [f"{x:.4g}" for x in draw.g],
          "H": [[f"{x:.4g}" for x in row] for row in draw.hessian],
          "delta": str(draw.bound)}  # fmt: skip
    return {"at": at, "quantity": "the change of theta", "yours": told(a), "reference": told(b)}
