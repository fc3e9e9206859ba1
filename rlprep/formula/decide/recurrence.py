"""Infinite sums of sequences that satisfy a linear recurrence, exactly.

Berlekamp-Massey finds the shortest recurrence of a sequence; its generating function at 1 is the
sum of all its terms. Massey 1969, Shift-register synthesis and BCH decoding.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import zip_longest

from rlprep.formula.decide.polynomial import invert
from rlprep.formula.errors import Undecidable, Undefined

Number = Fraction | int


def shortest_recurrence(sequence: Sequence[Number], mod: int) -> list[Number]:
    """Return c with s_n = c_1 s_{n-1} + ... + c_L s_{n-L} for all terms given."""

    def reduced(value: Number) -> Number:
        return value % mod if mod else value

    current: list[Number] = []
    previous: list[Number] = []
    previous_at, previous_gap = -1, Fraction(1) if not mod else 1
    for n, term in enumerate(sequence):
        gap = reduced(term - sum(c * sequence[n - 1 - i] for i, c in enumerate(current)))
        if not gap:
            continue
        if previous_at < 0:
            current, previous_at, previous_gap = list[Number]([0] * (n + 1)), n, gap
            continue
        scale = reduced(gap * invert(previous_gap, mod))
        update: list[Number] = [*([0] * (n - previous_at - 1)), scale]
        update += [reduced(-scale * c) for c in previous]
        longer = [reduced(a + b) for a, b in zip_longest(current, update, fillvalue=0)]
        if n - len(current) > previous_at - len(previous):
            previous, previous_at, previous_gap = current, n, gap
        current = longer
    return current


def infinite_sum(sequence: Sequence[Number], mod: int) -> Number:
    """Return the sum of all terms of the sequence that starts like this.

    Raises:
        Undefined: the sum diverges (a root at 1).
        Undecidable: too few terms are given to know the recurrence.
    """
    recurrence = shortest_recurrence(sequence, mod)
    order = len(recurrence)
    if 2 * order + 4 > len(sequence):
        raise Undecidable("the terms of an infinite sum follow no short recurrence")
    # generating function P(x) / Q(x), Q = 1 - sum c_i x^i, P = Q * S truncated below x^order
    denominator: Number = 1 - sum(recurrence)
    numerator: Number = 0
    for n in range(order):
        numerator += sequence[n] - sum(recurrence[i] * sequence[n - 1 - i] for i in range(n))
    if mod:
        denominator, numerator = denominator % mod, numerator % mod
    if not denominator:
        if not numerator:
            raise Undecidable("an infinite sum of undetermined size")
        raise Undefined("an infinite sum diverges")
    value = numerator * invert(denominator, mod)
    return value % mod if mod else value
