"""Where two formulas of a trajectory differ: one coefficient, exactly and in symbols."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.decide.polynomial import Atom, Monomial, Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.series_world import World
from rlprep.formula.decide.trajectory_sides import evaluate
from rlprep.formula.errors import Undecidable, Undefined


def place(world: World) -> str:
    """Return in words the time and horizon of a world."""
    parts = [f"t = {world.t}"] if world.end is not None else []
    if world.end is not None:
        parts.append(f"T = {world.end}")
    if world.ends:
        which = "the" if world.ends == {world.t} else "an"
        parts.append(f"{which} episode ended at {_ended(world)}")
    return ", ".join(parts)


def _ended(world: World) -> str:
    """Return in words which steps ended an episode."""
    steps = (end - world.t for end in sorted(world.ends))
    return " and ".join(f"t{step:+d}" if step else "t" for step in steps)


def coefficient_witness(
    mine: Meaning, theirs: Meaning, subject: str, world: World, number: int, gap: Polynomial
) -> dict[str, Any]:
    """Return one differing coefficient of both formulas, re-evaluated exactly."""
    monomial = min(gap.terms, key=lambda m: (len(m), [_rank(a) for a, _ in m]))
    shown = [_exact(m, subject, world, monomial, n) for m, n in ((mine, number), (theirs, 0))]
    where: dict[str, Any] = {"gamma": "1/2", "lambda": "1/3"}
    if world.end is not None:
        where |= {"t": world.t, "T": world.end}
    elif subject == "nstep_advantage":
        where["n"] = world.n
    if world.ends:
        where["done"] = 1 if world.ends == {world.t} else f"at {_ended(world)}"
    return {"quantity": f"the coefficient of {_shown_monomial(monomial, world)}", "at": where,
            "yours": shown[0], "reference": shown[1]}  # fmt: skip


def _rank(atom: Atom) -> tuple[int, str]:
    time = next((k for k in atom[1:] if isinstance(k, int)), 0)
    return time, str(atom[0])


def _exact(meaning: Meaning, subject: str, world: World, monomial: Monomial, number: int) -> str:
    """Return a coefficient in exact rationals, and in symbols when it has a finite form."""
    facts = meaning.facts
    numbers = replace(
        world, mod=0, shift=facts["shift"], lag=facts["lag"],
        gamma=Polynomial.constant(Fraction(1, 2)), lam=Polynomial.constant(Fraction(1, 3)),
    )  # fmt: skip
    series = Series(facts["program"], numbers, subject)
    value = evaluate(series, facts["nodes"][number], subject).terms.get(monomial, 0)
    exact = str(Fraction(value))
    if series.has_tail:
        return exact
    symbols = replace(numbers, gamma=Polynomial.atom(("gamma",)), lam=Polynomial.atom(("lambda",)))
    series = Series(facts["program"], symbols, subject)
    try:
        whole = evaluate(series, facts["nodes"][number], subject)
    except (Undecidable, Undefined):
        return exact
    picked = Polynomial({}, 0)
    for term, coefficient in whole.terms.items():
        if tuple(p for p in term if p[0] not in {("gamma",), ("lambda",)}) == monomial:
            rest = tuple(p for p in term if p[0] in {("gamma",), ("lambda",)})
            picked = picked + Polynomial({rest: coefficient})
    shown = shown_polynomial(picked)
    return shown if shown == exact else f"{shown} (= {exact})"


def shown_polynomial(value: Polynomial) -> str:
    """Return a polynomial in gamma and lambda as people write it."""
    parts: list[str] = []
    for monomial, coefficient in sorted(value.terms.items(), key=lambda p: (len(p[0]), repr(p[0]))):
        number = Fraction(coefficient)
        factors = [str(a[0]) + (f"^{e}" if e != 1 else "") for a, e in monomial]
        if abs(number) != 1 or not factors:
            factors.insert(0, str(abs(number)))
        sign = "-" if number < 0 else "+"
        parts.append(f"{sign} {' '.join(factors)}" if parts or number < 0 else " ".join(factors))
    return " ".join(parts).replace("- ", "-", 1) if parts and parts[0].startswith("-") else (
        " ".join(parts) or "0")  # fmt: skip


def _shown_monomial(monomial: Monomial, world: World) -> str:
    names: list[str] = []
    for atom, exponent in monomial:
        kind, *index = atom
        if kind == "?":
            name = str(index[0])
        elif kind == "self":
            name = "the quantity itself"
        else:
            times = [k for k in index if isinstance(k, int)]
            if world.end is None:
                offset = times[0] - world.t
                place = "t" if not offset else f"t{offset:+d}"
                name = f"{kind}_{{{place}}}" if offset else f"{kind}_t"
            else:
                name = f"{kind}_{times[0]}"
        names.append(name + (f"^{exponent}" if exponent != 1 else ""))
    return " ".join(names) if names else "1"
