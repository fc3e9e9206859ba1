"""Ellipses: `a + b + ... (+ z)` continued by the pattern of the terms that are written.

Each written term must be a coefficient times one quantity (a reward, residual, value or n-step
advantage). From one term to the next the coefficient is multiplied by a fixed factor and the
quantity's index grows by a fixed step; the last term, when there is one, says how many terms there
are.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.decide.polynomial import Atom, Polynomial, total
from rlprep.formula.decide.series_world import TERMS
from rlprep.formula.errors import TooShort, Undecidable
from rlprep.formula.tree import Bin, Dots, Neg, Node

if TYPE_CHECKING:
    from rlprep.formula.decide.series import Series


@dataclass(frozen=True, slots=True)
class Term:
    """A coefficient times one indexed quantity."""

    coefficient: Polynomial
    atom: Atom


def _signed(node: Node, sign: int = 1) -> list[tuple[int, Node]]:
    match node:
        case Bin(op="+", left=left, right=right):
            return _signed(left, sign) + _signed(right, sign)
        case Bin(op="-", left=left, right=right):
            return _signed(left, sign) + _signed(right, -sign)
        case Neg(x=x):
            return _signed(x, -sign)
    return [(sign, node)]


def _term(series: "Series", node: Node, bound: dict[str, int], position: int) -> Term | None:
    """Return a written term in symbols, None when it is no multiple of one quantity."""
    symbolic = replace(
        series.world, mod=0, gamma=Polynomial.atom(("gamma",)), lam=Polynomial.atom(("lambda",)),
        opaque=True, is_episode=False, ends=frozenset(), shift=0,
    )  # fmt: skip
    plain, series.world = series.world, symbolic
    try:
        value = series.evaluate(node, bound, position)
    finally:
        series.world = plain
    if len(value.terms) != 1:
        return _n_step_term(value, series.world.t)
    ((monomial, coefficient),) = value.terms.items()
    quantities = [atom for atom, exponent in monomial if len(atom) > 1 and exponent == 1]
    if len(quantities) != 1 or any(len(a) > 1 and e != 1 for a, e in monomial):
        return None
    rest = tuple((atom, exponent) for atom, exponent in monomial if len(atom) == 1)
    return Term(Polynomial({rest: Fraction(coefficient)}), quantities[0])


def _n_step_term(value: Polynomial, t: int) -> Term | None:
    """Return a sum of discounted residuals as a multiple of the n-step advantage that it is."""
    for n in range(2, 8):
        for monomial, coefficient in value.terms.items():
            if (("delta", t), 1) not in monomial:
                continue
            rest = tuple(p for p in monomial if p[0] != ("delta", t))
            factor = Polynomial({rest: coefficient})
            whole = total(
                factor * Polynomial.atom(("gamma",)).power(i) * Polynomial.atom(("delta", t + i))
                for i in range(n)
            )
            if whole == value:
                return Term(factor, ("A", t, n))
    return None


def _step(first: Atom, second: Atom) -> tuple[int, ...] | None:
    """Return by how much each index of a quantity grows from one term to the next."""
    if first[0] != second[0] or len(first) != len(second):
        return None
    steps = [b - a for a, b in zip(first[1:], second[1:], strict=True)
             if isinstance(a, int) and isinstance(b, int)]  # fmt: skip
    return tuple(steps) if len(steps) == len(first) - 1 else None


def _moved(atom: Atom, step: tuple[int, ...], times: int) -> Atom:
    return (atom[0], *(int(a) + s * times for a, s in zip(atom[1:], step, strict=True)))  # type: ignore[call-overload]


def continued(series: "Series", node: Bin, bound: dict[str, int], position: int) -> Polynomial:
    """Return the value of a sum with an ellipsis.

    Raises:
        Undecidable: the written terms show no pattern.
    """
    addends = [
        pair for number, pair in enumerate(_signed(node))
        if not (number and isinstance(pair[1], Dots) and isinstance(_signed(node)[number - 1][1],
        Dots))
    ]  # fmt: skip
    gap = next(i for i, (_, n) in enumerate(addends) if isinstance(n, Dots))
    before = [(s, n) for s, n in addends[:gap]]
    after = [(s, n) for s, n in addends[gap + 1 :]]
    run: list[Term] = []
    # the pattern is the longest run of terms just before the dots that are of one kind
    for sign, addend in reversed(before):
        term = _term(series, addend, bound, position)
        if term is not None and run and run[0].atom[0] == "A" and term.atom[0] == "delta":
            term = Term(term.coefficient, ("A", term.atom[1], 1))  # the one-step advantage
        if term is None or (run and term.atom[0] != run[0].atom[0]):
            break
        run.insert(0, Term(term.coefficient * Polynomial.constant(sign), term.atom))
    if not run:
        raise Undecidable("the terms before the dots show no pattern")
    extra = before[: len(before) - len(run)]
    last: Term | None = None
    until: int | None = None
    if after:
        sign, addend = after[0]
        last = _term(series, addend, bound, position)
        if last is not None and last.atom[0] == run[0].atom[0]:
            last = Term(last.coefficient * Polynomial.constant(sign), last.atom)
            after = after[1:]
        else:
            until = _state_after(run, last, series.world.shift)
            last = None
    value = total(
        (series.evaluate(n, bound, position) * series.const(s) for s, n in extra + after),
        series.world.mod,
    )
    return value + _run(series, run, last, until)


def _state_after(run: list[Term], last: Term | None, shift: int) -> int | None:
    """Return where a value stands for all rewards from a time on: `r_t + ... + V(s_{t+n})`."""
    match run[0].atom, last:
        case ("r", int() as first), Term(atom=("V", int() as time)) if time + shift > first:
            return time + shift
    return None


def _run(series: "Series", run: list[Term], last: Term | None, until: int | None) -> Polynomial:
    """Sum the run of terms: to the last one, to the one before a time, or without end."""
    first = run[0]
    if len(run) >= 2:
        step = _step(first.atom, run[1].atom)
        factor = run[1].coefficient * first.coefficient.inverse()
    elif last is not None:
        step, factor = _from_last(first, last)
    else:
        raise Undecidable("one term before the dots shows no pattern")
    if step is None or not any(step):
        raise Undecidable("the terms before the dots show no pattern")
    for number, term in enumerate(run):
        if term.atom != _moved(first.atom, step, number) or (
            term.coefficient != first.coefficient * factor.power(number)
        ):
            raise Undecidable("the terms before the dots follow no single pattern")
    if until is not None:
        last = Term(first.coefficient, ("r", until))
    count = _count(first, last, step, len(run)) if last is not None else None
    size = TERMS if count is None else count
    terms = [
        _concrete(series, first.coefficient * factor.power(i)) * quantity(
            series, _moved(first.atom, step, i)
        )
        for i in range(size)
    ]  # fmt: skip
    if last is not None and until is None:
        # the last term counts as it is written, right or wrong
        terms.append(_concrete(series, last.coefficient) * quantity(series, last.atom))
        return total(terms, series.world.mod)
    if until is not None:
        return total(terms, series.world.mod)
    return series.tail(terms)


def _from_last(first: Term, last: Term) -> tuple[tuple[int, ...] | None, Polynomial]:
    step = _step(first.atom, last.atom)
    if step is None:
        raise Undecidable("the first and last term show no pattern")
    if not any(step):
        raise TooShort("the first term is the last")
    size = max(abs(s) for s in step)
    ratio = last.coefficient * first.coefficient.inverse()
    ((monomial, coefficient),) = ratio.terms.items()
    if coefficient != 1 or any(e % size for _, e in monomial):
        raise Undecidable("the last term does not fit the first")
    factor = Polynomial({tuple((a, e // size) for a, e in monomial): Fraction(1)})
    return tuple(s // size for s in step), factor


def _count(first: Term, last: Term, step: tuple[int, ...], written: int) -> int:
    """Return how many terms come before the last one."""
    jump = _step(first.atom, last.atom)
    if jump is None:
        raise Undecidable("the last term is of another kind")
    sizes = {j // s for j, s in zip(jump, step, strict=True) if s}
    if len(sizes) != 1 or (count := sizes.pop()) < 0:
        raise TooShort("the last term lies before the first")
    if count < written:
        raise TooShort("the sum is too short to show its pattern")
    return count


def _concrete(series: "Series", coefficient: Polynomial) -> Polynomial:
    """Return a symbolic coefficient in the numbers of the world."""
    result = series.const(0)
    for monomial, number in coefficient.terms.items():
        term = series.const(Fraction(number))
        for atom, exponent in monomial:
            base = series.world.gamma if atom == ("gamma",) else series.world.lam
            term = term * base.power(exponent)
        result = result + term
    return result


def quantity(series: "Series", atom: Atom) -> Polynomial:
    """Return the value of an indexed quantity in the world of the series."""
    kind, *where = atom
    index = [i for i in where if isinstance(i, int)]
    match kind:
        case "r":
            return series.reward(index[0])
        case "V":
            return series.value(index[0])
        case "delta":
            return series.residual(index[0])
        case "G":
            return series.discounted(index[0])
        case "A" if len(index) == 2:
            return series.n_step(index[1], index[0])
        case "A":
            return series.advantage(index[0])
    raise Undecidable("the dots continue something unknown")
