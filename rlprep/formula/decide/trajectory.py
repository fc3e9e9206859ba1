"""The family of returns, TD residuals and advantages: its words, its worlds, its witnesses."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.pattern import quantity
from rlprep.formula.decide.polynomial import Atom, Monomial, Polynomial
from rlprep.formula.decide.series import WINDOW, Series, World, prime_world
from rlprep.formula.decide.timeline import ENDED, GOES_ON, role_of
from rlprep.formula.errors import TooShort, Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import flat_lower, indices_of, variable_key
from rlprep.formula.program import EQUALITIES, Program, is_plain_target, key_of
from rlprep.formula.tree import Big, Bin, Chain, Index, Name, Node, Span, walk
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"td_residual", "discounted_return", "nstep_advantage", "gae", "gae_finite",
            "gae_recursive", "gae_lambda0", "gae_lambda1"}  # fmt: skip
TARGETS = {"td_residual": "delta", "discounted_return": "G"}
HORIZONS = ((2, 3), (2, 4), (2, 6), (0, 3), (1, 7), (3, 9))

Setting = tuple[str, bool]

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "rewards", "reward", "rew", "rews", "values", "value", "val", "vals", "deltas", "gae",
            "advantages", "advantage", "advs", "returns", "ret", "done", "dones", "terminal",
            "mask", "masks", "gamma", "lam", "lamda", "nonterminal", "next", "td", "GAE",
            "discount", "range", "inf", "lastgaelam", "st", "rt", "At", "Vt", "TD", "infinity",
        }
    ),
    letters=frozenset("rRVvAGQsSatTknlTdδ"),
    applied=frozenset({"V", "v", "Q", "r", "R", "delta", "G", "value", "values", "reward",
                       "rewards", "deltas", "A"}),
    multiplied=frozenset({"gamma", "lambda", "lam", "lamda", "discount"}),
)  # fmt: skip


def target_role(subject: str) -> str:
    """Return the role of the quantity that is asked for."""
    return TARGETS.get(subject, "A")


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the name of the quantity that is asked for."""
    name = node
    while isinstance(name, Index):
        name = name.x
    if not isinstance(name, Name):
        return False
    return role_of(name, subject) == target_role(subject) and key_of(node) is not None


def _mentions_letter(program: Program, letters: set[str]) -> bool:
    bound = {
        variable_key(n.var)
        for e in program.entries for v in e.values for n in walk(v)
        if isinstance(n, Big) and n.var is not None
    }  # fmt: skip
    letters = letters | {"len"} if "T" in letters else letters
    return any(
        isinstance(n, Name) and n.name in letters and n.name not in bound
        for e in program.entries for v in e.values for n in walk(v)
    )  # fmt: skip


def _has_mask(program: Program) -> bool:
    return any(
        isinstance(n, Name) and (flat_lower(n) in ENDED | GOES_ON or n.name.lower() in ENDED |
        GOES_ON) for e in program.entries for v in e.values for n in walk(v)
    )  # fmt: skip


def setting_of(program: Program, subject: str) -> Setting:
    """Return in which worlds a formula is to be compared: its horizon, and whether it masks."""
    infinite = _mentions_letter(program, {"inf", "infinity", "oo"})
    ends = _mentions_letter(program, {"T", "H", "N"})
    if subject == "nstep_advantage":
        kind = "steps"
    elif subject == "gae_finite" or (subject == "gae_recursive" and not infinite):
        kind = "segment"
    elif subject in {"discounted_return", "gae", "gae_lambda1"} and ends and not infinite:
        kind = "episode"
    else:
        kind = "infinite"
    return kind, _has_mask(program)


def worlds_of(setting: Setting) -> Iterator[World]:
    """Yield the worlds of a setting."""
    kind, masked = setting
    match kind:
        case "steps":
            worlds = [prime_world(t=2, n=n) for n in (1, 2, 3, 4, 6)]
        case "segment":
            worlds = [prime_world(t=t, end=e) for t, e in HORIZONS]
        case "episode":
            worlds = [prime_world(t=t, end=e, is_episode=True) for t, e in HORIZONS]
        case _:
            worlds = [prime_world(t=2)]
    yield from worlds
    if masked:
        yield replace(worlds[-1], ended=True)


def members(program: Program) -> list[Node]:
    """Return the sides of the formula that must each equal the reference."""
    values: list[Node] = []
    for value in program.formula.values:
        is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
        values.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
    return values


def readings(program: Program, subject: str, setting: Setting) -> list[Meaning]:
    """Return what a formula means, with rewards indexed the usual way and then Sutton's."""
    found = [meaning(program, subject, setting)]
    if any(_is_reward(n) for n in _names(program)):
        shifted = meaning(program, subject, setting, shift=1)
        shifted.remarks.add(
            "rewards bear Sutton and Barto's index here: R_{t+1} follows the action at t"
        )
        found.append(shifted)
    return found


def _names(program: Program) -> Iterator[Name]:
    for entry in program.entries:
        for value in entry.values:
            yield from (n for n in walk(value) if isinstance(n, Name))


def _is_reward(name: Name) -> bool:
    return name.name.lower().startswith("r")


def meaning(program: Program, subject: str, setting: Setting, shift: int = 0) -> Meaning:
    """Return the coefficients of a formula in every world of the setting.

    Raises:
        Undecidable: it uses something that has no meaning along a trajectory.
    """
    nodes = [n for n in members(program) if not _is_own_name(n, program, subject)]
    if not nodes:
        raise Undecidable("the formula only names what is asked for")
    if _is_relation(program, subject):
        nodes = [Chain(program.formula.node.span, tuple(members(program)), ("=",))]
    worlds = list(worlds_of(setting))
    remarks: set[str] = set()
    unknown: dict[str, Span] = {}
    facts = {"unknown": unknown, "program": program, "nodes": nodes, "shift": shift, "tail": False}
    if setting[1]:
        remarks.add("the mask is read as 0 where the episode ended and 1 elsewhere")

    def compute(number: int) -> tuple[Hashable, ...] | None:
        series = Series(program, replace(worlds[number], shift=shift), subject)
        try:
            found = tuple(_evaluate(series, node, subject).kept(_in_window) for node in nodes)
            edges = _boundary(series, subject)
        except TooShort:
            return None
        except Undefined as gap:
            return ("undefined", str(gap))
        left = {str(a[1]) for v in found for a in v.atoms() if a[0] == "?"}
        unknown.update({name: span for name, span in series.unknown.items() if name in left})
        remarks.update(series.remarks)
        facts["tail"] = facts["tail"] or series.has_tail
        return (*found, *edges)

    return Meaning(Values(len(worlds), compute), remarks, nodes[0], facts)


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula has the value of (the first side of) the other."""
    compared = 0
    for a, b in zip(mine.values, theirs.values, strict=True):
        if a is None or b is None:
            continue
        compared += 1
        if a[0] == "undefined" or b[0] == "undefined":
            if a[0] != b[0]:
                return False
            continue
        if any(side != b[0] for side in a if isinstance(side, Polynomial)):
            return False
        if _edges(a) != _edges(b):
            return False
    if not compared:
        raise Undecidable("no horizon is long enough to tell")
    return True


def _edges(value: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    return tuple(v for v in value if not isinstance(v, Polynomial))


def proof(mine: Meaning, setting: Setting) -> str:
    """Return in words how an equality was established."""
    drawn = "with gamma and lambda drawn from the field of 2^61 - 1 elements"
    match setting[0]:
        case "infinite":
            how = "the coefficients of every reward and value agree"
            tails = ", infinite tails summed by their recurrence" if mine.facts["tail"] else ""
            return f"series: {how}, {drawn}{tails}"
        case "steps":
            return f"series: all coefficients agree for n = 1, 2, 3, 4, 6, {drawn}"
    return f"series: all coefficients agree for horizons of 1 to 6 steps, {drawn}"


def _in_window(monomial: Monomial) -> bool:
    """Whether a term is near enough to t to be complete in a truncated infinite sum."""
    return all(not isinstance(k, int) or k <= 2 + WINDOW for atom, _ in monomial for k in atom[1:2])


def _is_own_name(node: Node, program: Program, subject: str) -> bool:
    """Whether a side only repeats the name of what is asked for (`A_t := A^{GAE}_t = ...`)."""
    if len(members(program)) < 2 or not is_plain_target(node) or program.is_code:
        return False
    if isinstance(node, Name) and program.definition(node, program.main) is not None:
        return False
    return is_target(subject, node)


def _is_relation(program: Program, subject: str) -> bool:
    """Whether the formula is an equation to be solved: `A_t - gamma lambda A_{t+1} = delta_t`."""
    sides = members(program)
    if program.formula.target is not None or len(sides) != 2:
        return False
    role = target_role(subject)
    return any(
        isinstance(n, Name) and role_of(n, subject) == role and not n.sups
        for side in sides for n in walk(side)
    )  # fmt: skip


def _evaluate(series: Series, node: Node, subject: str) -> Polynomial:
    """Evaluate one side at the time that the left side names."""
    bound = series.start()
    target = series.program.formula.target
    if target is not None and is_target(subject, target):
        bound["t"] -= _offset(target)
    if isinstance(node, Chain) and (len(node.items) != 2 or not EQUALITIES.issuperset(node.ops)):
        raise Undecidable("a relation where a value is asked for")
    if isinstance(node, Chain):
        return _solved(series, node, bound, subject)
    series.own = (target_role(subject), series.world.t)
    return series.evaluate(node, bound, series.program.main)


def _index_nodes(target: Node) -> tuple[Node, ...]:
    if isinstance(target, Index):
        return target.items
    return indices_of(target) if isinstance(target, Name) else ()


def _offset(target: Node) -> int:
    """Return how far from t the left side stands: 1 for `A_{t+1} = ...`."""
    for index in reversed(_index_nodes(target)):
        match index:
            case Bin(op="+" | "-" as op, left=Name(name="t"), right=right):
                step = maybe_integer(right, {})
                if step is not None:
                    return step if op == "+" else -step
    return 0


def _solved(series: Series, node: Chain, bound: dict[str, int], subject: str) -> Polynomial:
    """Solve an equation for the earliest unknown, with the later ones at their true values."""
    plain, role = series.world, target_role(subject)
    series.world = replace(plain, opaque=True)
    left, right = node.items
    position = series.program.main

    def gap() -> Polynomial:
        return series.evaluate(left, bound, position) - series.evaluate(right, bound, position)

    times = sorted(k for a in gap().atoms() if a[0] == role and len(a) == 2
                   for k in a[1:] if isinstance(k, int))  # fmt: skip
    if not times:
        raise Undecidable("the unknown cancels out of the equation")
    bound["t"] += plain.t - times[0]
    difference = gap()
    series.world = plain
    first: Atom = (role, plain.t)
    coefficient = difference.terms.get(((first, 1),), 0)
    rest = difference - Polynomial({((first, 1),): coefficient} if coefficient else {}, plain.mod)
    if not coefficient or first in rest.atoms():
        raise Undecidable("the equation is not linear")
    value = -(rest * Polynomial.constant(coefficient, plain.mod).inverse())
    return _expanded(series, value)


def _expanded(series: Series, value: Polynomial) -> Polynomial:
    """Write residuals and advantages out in rewards and values."""
    result = series.const(0)
    for monomial, coefficient in value.terms.items():
        term = series.const(coefficient)
        for atom, exponent in monomial:
            known = atom[0] in {"A", "G", "delta", "r", "V"}
            part = quantity(series, atom) if known else Polynomial.atom(atom, value.mod)
            term = term * part.power(exponent)
        result = result + term
    return result


def _boundary(series: Series, subject: str) -> tuple[Hashable, ...]:
    """Return what a stated boundary (`A_T = ...`) gets wrong: nothing when it is right."""
    program, end = series.program, series.world.end
    if subject not in {"gae_recursive", "gae", "gae_finite"} or end is None or program.is_code:
        return ()
    wrong: list[Hashable] = []
    for number, entry in enumerate(program.entries):
        if number == program.main or entry.target is None or not is_target(subject, entry.target):
            continue
        bound = series.start()
        times = [
            k for i in _index_nodes(entry.target) if (k := maybe_integer(i, bound)) is not None
        ]
        if times and times[-1] >= end - 1:
            given = series.evaluate(entry.values[-1], bound, number)
            if given != series.advantage(times[-1]):
                wrong.append(("boundary", given.key()))
    return tuple(wrong)


def witness(mine: Meaning, theirs: Meaning, subject: str, setting: Setting) -> dict[str, Any]:
    """Return the first coefficient that differs, in symbols where there is no infinite tail."""
    for world, a, b in zip(worlds_of(setting), mine.values, theirs.values, strict=True):
        if a is None or b is None or a == b:
            continue
        place = _place(world)
        if a[0] == "undefined":
            return {"at": place, "yours": f"has no value: {a[1]}", "reference": "is finite"}
        if _edges(a) != _edges(b):
            return {"at": place, "quantity": "the boundary value", "yours": "not 0",
                    "reference": "0"}  # fmt: skip
        for number, side in enumerate(a):
            if isinstance(side, Polynomial) and isinstance(b[0], Polynomial) and side != b[0]:
                return _coefficient(mine, theirs, subject, world, number, side - b[0])
    return {"yours": "differs", "reference": "differs"}


def _place(world: World) -> str:
    parts = [f"t = {world.t}"] if world.end is not None else []
    if world.end is not None:
        parts.append(f"T = {world.end}")
    if world.ended:
        parts.append("the episode ended at t")
    return ", ".join(parts)


def _coefficient(
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
    if world.ended:
        where["done"] = 1
    return {"quantity": f"the coefficient of {_shown_monomial(monomial, world)}", "at": where,
            "yours": shown[0], "reference": shown[1]}  # fmt: skip


def _rank(atom: Atom) -> tuple[int, str]:
    time = next((k for k in atom[1:] if isinstance(k, int)), 0)
    return time, str(atom[0])


def _exact(meaning: Meaning, subject: str, world: World, monomial: Monomial, number: int) -> str:
    """Return a coefficient in exact rationals, and in symbols when it has a finite form."""
    facts = meaning.facts
    numbers = replace(
        world, mod=0, shift=facts["shift"], gamma=Polynomial.constant(Fraction(1, 2)),
        lam=Polynomial.constant(Fraction(1, 3)),
    )  # fmt: skip
    series = Series(facts["program"], numbers, subject)
    value = _evaluate(series, facts["nodes"][number], subject).terms.get(monomial, 0)
    exact = str(Fraction(value))
    if series.has_tail:
        return exact
    symbols = replace(numbers, gamma=Polynomial.atom(("gamma",)), lam=Polynomial.atom(("lambda",)))
    series = Series(facts["program"], symbols, subject)
    try:
        whole = _evaluate(series, facts["nodes"][number], subject)
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
