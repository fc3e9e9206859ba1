"""A sum of rewards beside a score: how much of the return it is, by the weight of each reward.

Rewards before t have nothing to do with the action at t, so whatever weight they bear only adds a
baseline. Those from t on must bear the weights of the return, discounted or not.
"""

from dataclasses import dataclass
from fractions import Fraction

from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.series_world import World
from rlprep.formula.errors import Undecidable
from rlprep.formula.program import Program
from rlprep.formula.tree import Big

START, END = 3, 13
"""The time of the action, and the end of the episode: farther than a number in a limit reaches."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What a sum of rewards is.

    Attributes:
        share: the factor of the return from t on.
        has_past: whether rewards from before t are in it.
        is_shifted: whether the reward that follows the action at t is written R_{t+1}.
    """

    share: Fraction
    has_past: bool
    is_shifted: bool


def earned(
    program: Program, node: Big, position: int, gamma: Fraction, *, from_the_start: bool
) -> Earned:
    """Return what a sum of rewards is.

    Args:
        program: the input.
        node: the sum.
        position: the statement that it stands in.
        gamma: the discount.
        from_the_start: whether a discount that counts from the episode's first step will do.

    Raises:
        Undecidable: the rewards from t on bear other weights than a return's.
    """
    for shift in (0, 1):
        weights = _weights(program, node, position, gamma, shift)
        ahead = [weights.get(k, Fraction(0)) for k in range(START, END)]
        for decay in (gamma, Fraction(1)):
            if ahead[0] and ahead == [ahead[0] * decay**i for i in range(END - START)]:
                from_start = decay == gamma and ahead[0] in {gamma**START, gamma ** (START - 1)}
                share = Fraction(1) if from_the_start and from_start else ahead[0]
                return Earned(share, any(k < START for k in weights), bool(shift))
    raise Undecidable("a sum of rewards with other weights than a return's")


def _weights(
    program: Program, node: Big, position: int, gamma: Fraction, shift: int
) -> dict[int, Fraction]:
    """Return the weight of every reward, by its time."""
    discount, unused = Polynomial.constant(gamma), Polynomial.atom(("lambda",))
    world = World(0, discount, unused, t=START, end=END, is_episode=True, shift=shift)
    series = Series(program, world, "discounted_return")
    found: dict[int, Fraction] = {}
    for monomial, weight in series.big(node, series.start(), position).terms.items():
        match monomial:
            case ((("r", int() as time), 1),):
                found[time] = Fraction(weight)
            case _:
                raise Undecidable("a sum of more than rewards")
    return found
