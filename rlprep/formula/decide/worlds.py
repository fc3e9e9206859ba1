"""Small decision problems with numbers in every table: two states, three actions, two policies.

Entries are fixed fractions drawn once by a seeded generator, small enough to be printed in a
witness. A `sample` world is a single sample with a freely chosen ratio, for formulas that are
decided pointwise.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from random import Random

Table = tuple[tuple[Fraction, ...], ...]
Row = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class World:
    """All numbers of one decision problem; `s` rows, `a` columns.

    Attributes:
        new: pi_theta(a|s), the policy that is optimised (P of a divergence).
        old: pi_old(a|s), the policy that collected the data (Q of a divergence).
        d_new: how often the new policy visits each state.
        d_old: how often the old policy visits each state.
        advantage: A(s, a).
        q: Q(s, a).
        v: V(s).
        past: what had been earned before s was reached, on average.
        reward: r(s, a).
        step: P(s'|s, a).
        slope: derivative of log pi_theta(a|s) along one direction of theta.
        numbers: the free coefficients: gamma, epsilon, beta, ...
        is_sample: whether this is a single sample, without distributions.
    """

    new: Table
    old: Table
    d_new: Row
    d_old: Row
    advantage: Table
    q: Table
    v: Row
    past: Row
    reward: Table
    step: tuple[Table, ...]
    slope: Table
    numbers: dict[str, Fraction]
    is_sample: bool = False

    @property
    def states(self) -> range:
        """The states."""
        return range(len(self.new))

    @property
    def actions(self) -> range:
        """The actions."""
        return range(len(self.new[0]))


def _distribution(random: Random, size: int, scale: int) -> Row:
    parts = [random.randint(1, scale) for _ in range(size)]
    return tuple(Fraction(p, sum(parts)) for p in parts)


def _number(random: Random, scale: int) -> Fraction:
    value = 0
    while not value:
        value = random.randint(-scale, scale)
    return Fraction(value, 2 if scale < 50 else random.randint(2, 97))


@lru_cache(maxsize=64)
def table_world(seed: int, *, on_policy: bool = False, scale: int = 5) -> World:
    """Return a world with tables.

    Args:
        seed: which world.
        on_policy: A = Q - V with V the mean of Q under the new policy.
        scale: size of the numbers; small ones for witnesses, large ones for identity tests.
    """
    random = Random(seed)
    states, actions = 2, 3
    new = tuple(_distribution(random, actions, scale) for _ in range(states))
    old = tuple(_distribution(random, actions, scale) for _ in range(states))
    d_new, d_old = (_distribution(random, states, scale) for _ in range(2))
    q = [[_number(random, scale) for _ in range(actions)] for _ in range(states)]
    v = [_number(random, scale) for _ in range(states)]
    if on_policy:
        v = [sum((new[s][a] * q[s][a] for a in range(actions)), Fraction(0)) for s in range(states)]
    advantage = tuple(tuple(q[s][a] - v[s] for a in range(actions)) for s in range(states))
    step = tuple(tuple(_distribution(random, states, scale) for _ in range(actions))
                 for _ in range(states))  # fmt: skip
    gamma = Fraction(random.randint(1, 8), 9)
    reward = tuple(
        tuple(q[s][a] - gamma * sum((step[s][a][n] * v[n] for n in range(states)), Fraction(0))
              for a in range(actions)) for s in range(states)
    )  # fmt: skip
    push = [
        [Fraction(random.randint(-scale, scale)) for _ in range(actions)] for _ in range(states)
    ]
    slope = tuple(
        tuple(push[s][a] - sum((new[s][b] * push[s][b] for b in range(actions)), Fraction(0))
              for a in range(actions)) for s in range(states)
    )  # fmt: skip
    return World(
        new, old, d_new, d_old, advantage, tuple(map(tuple, q)), tuple(v),
        tuple(_number(random, scale) for _ in range(states)), reward, step, slope,
        {"gamma": gamma, "epsilon": Fraction(1, 5), "beta": Fraction(random.randint(2, 9), 3),
         "bound": Fraction(random.randint(2, 9), 10), "c1": Fraction(2, 3), "c2": Fraction(3, 7)},
    )  # fmt: skip


@lru_cache(maxsize=256)
def sample_world(ratio: Fraction, advantage: Fraction, epsilon: Fraction) -> World:
    """Return a single sample with this ratio and advantage; pi_old is 1/3 there."""
    old = Fraction(1, 3)
    one = Fraction(1)
    return World(
        ((ratio * old,),), ((old,),), (one,), (one,), ((advantage,),), ((advantage + 2,),),
        (Fraction(2),), (Fraction(1, 7),), ((Fraction(3, 5),),), (((one,),),), ((Fraction(5, 7),),),
        {"gamma": Fraction(9, 10), "epsilon": epsilon, "beta": Fraction(1, 2),
         "bound": Fraction(1, 10), "c1": Fraction(1, 2), "c2": Fraction(1, 3)}, is_sample=True,
    )  # fmt: skip
