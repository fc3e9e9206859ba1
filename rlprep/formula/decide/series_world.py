"""The settings in which formulas of a trajectory are compared: horizon, discounts, masks."""

from dataclasses import dataclass, replace

from rlprep.formula.decide.polynomial import PRIME, Polynomial
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.tree import Node

WINDOW = 8
TERMS = 34
FARTHEST = 6
"""Steps from t that a formula may name by a number: beyond, no world tells two formulas apart."""

ENDLESS = 10**6  # what the letter infinity is bound to


def refuse_far(node: Node | None) -> None:
    """Refuse a number of steps that is written as a number and too large to be compared.

    Raises:
        Undecidable: as in r_{t+20} or a sum that ends at 100.
    """
    steps = maybe_integer(node, {"t": 0}) if node is not None else None
    if steps is not None and abs(steps) >= FARTHEST:
        raise Undecidable(f"{steps} steps are too many to be compared: write the general term")


@dataclass(frozen=True, slots=True)
class World:
    """One setting in which a formula is evaluated.

    Attributes:
        mod: the prime, or 0 for exact rationals (or symbols).
        gamma: the discount.
        lam: the mixing parameter.
        t: the time asked for.
        n: number of steps of an n-step estimate.
        end: first step after the episode or segment; None for an infinite horizon.
        is_episode: whether nothing at all follows `end` (rewards and values are 0 there).
        ends: the steps that ended an episode (masks are 0 there).
        is_followed: whether another episode's data follow an end; else nothing does, from t on.
        shift: 1 where rewards bear Sutton's index.
        lag: 1 where a flag's index is that of the step after the end, as in CleanRL's `dones`.
        opaque: whether residuals and advantages stay atoms (to compare recursions and patterns).
    """

    mod: int
    gamma: Polynomial
    lam: Polynomial
    t: int = 0
    n: int = 3
    end: int | None = None
    is_episode: bool = False
    ends: frozenset[int] = frozenset()
    is_followed: bool = False
    shift: int = 0
    lag: int = 0
    opaque: bool = False

    def end_from(self, k: int) -> int | None:
        """Return the step that ends the episode of step k; None where none of `ends` does."""
        return min((end for end in self.ends if end >= k), default=None)

    def is_past(self, k: int) -> bool:
        """Whether k comes after the end of the episode of t, where nothing follows it."""
        last = None if self.is_followed else self.end_from(self.t)
        return last is not None and k > last


def prime_world(**changes: object) -> World:
    """Return a world with gamma and lambda drawn (once, by a fixed seed) from the prime field."""
    gamma, lam = 982451653 * 7919**3 % PRIME, 961748941 * 104729**3 % PRIME
    base = World(PRIME, Polynomial.constant(gamma, PRIME), Polynomial.constant(lam, PRIME))
    return replace(base, **changes)  # type: ignore[arg-type]
