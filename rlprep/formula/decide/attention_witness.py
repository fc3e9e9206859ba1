"""Counterexamples to attention formulas: a shape that does not fit, or small matrices."""

from fractions import Fraction
from typing import Any

from rlprep.formula.decide.attention_world import NEGATIVE, READABLE, World, readable_world
from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.decide.tensor import ShapeError, ShapePairError
from rlprep.formula.errors import Undecidable, Undefined

SIZES = "Q is n x d, K is m x d, V is m x d_v"
CLEAR = 1e-10
"""The share by which two numbers differ that no rounding could have made of one."""


def shape_witness(error: ShapeError, world: World) -> dict[str, Any]:
    """Return which two shapes do not fit together."""
    yours = str(error)
    if isinstance(error, ShapePairError):
        a, b = world.shape_name(error.a), world.shape_name(error.b)
        yours = f"{a} {error.what} {b}, which doesn't fit"
    return {"quantity": "the shape", "at": SIZES + ", phi has r features", "yours": yours,
            "reference": "n x d_v"}  # fmt: skip


def small_witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[str, ...]
) -> dict[str, Any]:
    """Return small inputs at which the two formulas differ, evaluated anew.

    Raises:
        Undecidable: they don't differ at these inputs, or one can't be evaluated there.
    """
    for matrices in (READABLE, NEGATIVE):
        if shown := _difference(matrices, mine, theirs, subject, setting):
            return shown
    raise Undecidable("the formulas differ only at inputs that are not readable")


def _difference(
    matrices: dict[str, tuple[tuple[int, ...], ...]], mine: Meaning, theirs: Meaning,
    subject: str, setting: tuple[str, ...],
) -> dict[str, Any]:  # fmt: skip
    """Return where two formulas differ at some inputs; nothing where they don't."""
    from rlprep.formula.decide.attention import evaluator_of, outputs

    shown = []
    for meaning in (mine, theirs):
        world = readable_world(matrices, setting[0])
        evaluator = evaluator_of(meaning.facts["program"], world, meaning.facts["convention"])
        try:
            shown.append(outputs(evaluator))
        except Undefined as error:
            shown.append(f"has no value: {error}")
    yours, reference = shown
    at = {name: str([list(row) for row in rows]) for name, rows in matrices.items()}
    if isinstance(yours, str):
        return {"at": at, "yours": yours, "reference": "is finite"}
    for side in yours:
        if side and isinstance(side[0], str):
            return {"quantity": "the shape of the result", "at": SIZES,
                    "yours": _shape_text(side), "reference": "n x d_v"}  # fmt: skip
        for number, (a, b) in enumerate(zip(side, reference[0], strict=False)):
            if _differs(a, b):
                return _shown(at, number, a, b, subject, setting)
        if len(side) != len(reference[0]):
            return {"quantity": "the shape of the result", "at": SIZES,
                    "yours": _counted(side), "reference": "n x d_v"}  # fmt: skip
    return {}


def _differs(a: Any, b: Any) -> bool:
    if a[:1] == ("undefined",) or b[:1] == ("undefined",) or len(a) != len(b):
        return a != b and not _is_zero_row(a, b)
    return any(map(_is_apart, a, b))


def _is_apart(x: Fraction | float, y: Fraction | float) -> bool:
    """Whether two numbers are not one: fractions are exact, other numbers are rounded."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x != y
    return abs(x - y) > CLEAR * max(1, abs(x), abs(y))


def _is_zero_row(a: Any, b: Any) -> bool:
    """Whether a lone zero stands for a row of zeros."""
    return len(a) == 1 and a[0] == 0 and all(x == 0 for x in b)


def _shown(
    at: dict[str, str],
    number: int,
    a: Any,
    b: Any,
    subject: str,
    setting: tuple[str, ...],
) -> dict[str, Any]:
    where: dict[str, Any] = dict(at)
    if subject == "softmax_attention":
        where["d"] = "2"
    elif setting[0] == "phi":
        where["phi"] = "x^2 + 1, entry by entry"
    places = next((p for p in (4, 8, 12) if row_text(a, p) != row_text(b, p)), 16)
    return {"quantity": f"row {number + 1} of the output", "at": where,
            "yours": row_text(a, places), "reference": row_text(b, places)}  # fmt: skip


def row_text(row: Any, places: int) -> str:
    """Return a row as people read it: fractions exactly, other numbers to some places."""
    if row[:1] == ("undefined",):
        return f"has no value: {row[1]}"
    if row[:1] == ("matrix",):
        return f"a {row[1]} x {row[2]} matrix"
    return "[" + ", ".join(_number(x, places) for x in row) + "]"


def _number(x: Fraction | float, places: int) -> str:
    if isinstance(x, Fraction) and x.denominator < 10_000:
        return str(x)
    return f"{float(x):.{places}f}"


def _shape_text(side: Any) -> str:
    shape = [x for x in side if isinstance(x, int)]
    return "an array of " + " x ".join(map(str, shape)) if shape else "one number"


def _counted(side: Any) -> str:
    return f"{len(side)} rows where there are 3 tokens"
