"""Minima, clips and cases where none belongs: whether they act where numbers are extreme.

A bound of 100 on a ratio changes nothing in a problem whose ratios are small. Such a formula is
compared where probabilities, advantages and coefficients are very small and very large; what shows
no difference there either is not called equal, for nothing proves that it is.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from rlprep.formula.decide.functions import CLIPS, MAXIMA, MINIMA, is_stabiliser
from rlprep.formula.decide.logits import takes_largest
from rlprep.formula.decide.worlds import Row, World, table_world
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Cases, Chain, Name, Node, Num, Wrap

CHOOSING = MINIMA | MAXIMA | CLIPS
FOLDING = {"relu", "ReLU", "abs", "absolute", "sign", "sgn"}
RARE = Fraction(1, 10**4)
FIRST, LAST = (1 - 2 * RARE, RARE, RARE), (RARE, RARE, 1 - 2 * RARE)


def bends(program: Program) -> bool:
    """Whether a program has a minimum, a clip, a modulus or a case that could act somewhere."""
    return any(_bends(node) for node in program.nodes())


def _bends(node: Node) -> bool:
    match node:
        case Call(fn=Name(name=name)) if name in CHOOSING and takes_largest(node):
            return False  # of several entries one is always the largest
        case Bin(op="*", left=Chain() as condition):
            return not _is_sign(condition)
        case Call(fn=Name(name=name), args=args, kwargs=kwargs) if name in CHOOSING:
            return len([x for x in (*args, *dict(kwargs).values()) if not is_stabiliser(x)]) != 1
        case Call(fn=Name(name=name)) if name in FOLDING:
            return True
        case Call(fn=Name(name="where" | "select"), args=(condition, *_)):
            return not _is_sign(condition)
        case Cases(rows=rows):
            return not all(condition is None or _is_sign(condition) for _, condition in rows)
        case Wrap(kind="abs", x=x):
            return not (isinstance(x, Name) and len(x.name) == 1)  # |A|: how many there are
    return False


def _is_sign(condition: Node) -> bool:
    """Whether a condition asks for the sign of something: p > 0, which all probabilities are."""
    return isinstance(condition, Chain) and any(
        isinstance(item, Num) and item.value == 0 for item in condition.items
    )


def extreme_worlds(*, on_policy: bool) -> Iterator[World]:
    """Yield decision problems with rare actions, and with very small and very large numbers."""
    for seed, size in ((3, Fraction(1, 10**4)), (8, Fraction(10**4))):
        yield from (
            _stretched(table_world(seed), new, old, size, on_policy=on_policy)
            for new, old in ((FIRST, LAST), (LAST, FIRST))
        )


def _stretched(world: World, new: Row, old: Row, size: Fraction, *, on_policy: bool) -> World:
    """Return a world with these policies in every state and its numbers times `size`."""

    def mean(row: Row) -> Fraction:
        return sum((p * x for p, x in zip(new, row, strict=True)), Fraction(0))

    q = tuple(tuple(x * size for x in row) for row in world.q)
    v = tuple(map(mean, q)) if on_policy else tuple(x * size for x in world.v)
    advantage = tuple(tuple(x - base for x in row) for row, base in zip(q, v, strict=True))
    gamma = world.numbers["gamma"]
    ahead = [[sum((p * x for p, x in zip(to, v, strict=True)), Fraction(0)) for to in row]
             for row in world.step]  # fmt: skip
    reward = tuple(
        tuple(x - gamma * later for x, later in zip(row, laters, strict=True))
        for row, laters in zip(q, ahead, strict=True)
    )
    slope = tuple(tuple((x - mean(row)) * size for x in row) for row in world.slope)
    numbers = {name: value * size for name, value in world.numbers.items() if name != "gamma"}
    return replace(
        world, new=(new, new), old=(old, old), q=q, v=v, advantage=advantage, reward=reward,
        slope=slope, numbers=world.numbers | numbers,
    )  # fmt: skip
