"""The bound on a divergence under an increasing function of both sides: sqrt(KL) <= sqrt(delta).

An inequality states which policies are allowed, and 2 KL <= 2 delta allows the same ones as
KL <= delta. What it allows is read off by moving delta from far below the divergence to far above:
the gap between the sides must be positive before, zero exactly where delta is the divergence, and
negative after.
"""

from dataclasses import replace
from fractions import Fraction

from rlprep.formula.decide.numbers import close, plain
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.errors import Undefined
from rlprep.formula.tree import Node

SHARES = tuple(map(Fraction, ("1/10000", "1/3", "0.99", "1.01", "3", "10000")))
"""Where delta is put, in units of the divergence."""


def plain_gap(tabular: Tabular) -> Fraction:
    """Return the mean divergence over the data's states, minus its bound."""
    return _divergence(tabular) - tabular.world.numbers["bound"]


def states_the_bound(tabular: Tabular, left: Node, right: Node, gap: Fraction) -> bool:
    """Whether `left <= right`, with this gap between the sides, allows what KL <= delta allows."""
    divergence = _divergence(tabular)
    plainly = divergence - tabular.world.numbers["bound"]
    if gap == plainly or (gap > 0) != (plainly > 0):
        return gap == plainly
    try:
        at = _gap(tabular, left, right, divergence)
    except Undefined:
        return False
    if not close(at, Fraction(0), is_exact=tabular.precision.is_exact):
        return False
    for share in SHARES:
        try:
            moved = _gap(tabular, left, right, divergence * share)
        except Undefined:  # too large a power
            continue
        if not moved or (moved > 0) != (share < 1):
            return False
    return True


def _divergence(tabular: Tabular) -> Fraction:
    world = tabular.world
    means = (world.d_old[s] * plain(tabular.divergence("old", "new", {"s": s}))
             for s in world.states)  # fmt: skip
    return sum(means, Fraction(0))


def _gap(tabular: Tabular, left: Node, right: Node, bound: Fraction) -> Fraction:
    """Return what the sides differ by in the world of `tabular`, with another bound."""
    numbers = {**tabular.world.numbers, "bound": bound}
    moved = Tabular(tabular.program, replace(tabular.world, numbers=numbers), tabular.subject)
    return plain(moved.whole(left)) - plain(moved.whole(right))
