"""One side of a trajectory formula, evaluated where the left side stands; equations are solved."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from rlprep.formula.decide.pattern import quantity
from rlprep.formula.decide.polynomial import Atom, Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.timeline import mentions, role_of, target_role
from rlprep.formula.decide.trajectory_arrays import is_arrayed, outcome
from rlprep.formula.decide.trajectory_blocks import is_looped, lengthens
from rlprep.formula.decide.trajectory_loops import Run
from rlprep.formula.errors import TooShort, Undecidable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import indices_of, variable_key
from rlprep.formula.program import EQUALITIES, key_of
from rlprep.formula.tree import Big, Bin, Chain, Index, Name, Node, Num, children, walk

RECURSIVE = {"gae_recursive", "gae", "gae_finite", "discounted_return", "gae_lambda1"}
"""What may be given by a step back from its value at the end."""


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the name of the quantity that is asked for."""
    name = node
    while isinstance(name, Index):
        name = name.x
    if not isinstance(name, Name):
        return False
    return role_of(name, subject) == target_role(subject) and key_of(node) is not None


def evaluate(series: Series, node: Node, subject: str) -> Polynomial:
    """Evaluate one side at the time that the left side names."""
    if is_arrayed(series.program) and series.world.end is not None:
        return outcome(series)
    at_once = subject in {"td_residual", "gae_lambda0"}
    if lengthens(series.program) or (is_looped(series.program) and not at_once):
        run = Run(series.program, series.world, subject)
        value = run.outcome()
        series.unknown.update(run.unknown)
        return value
    _refuse_later_start(series)
    bound = series.start()
    node = _entry(series, node, bound)
    target = series.program.formula.target
    if target is not None and is_target(subject, target):
        _refuse_other_clock(series, target, bound)
        bound["t"] -= _offset(target)
    if isinstance(node, Chain) and (len(node.items) != 2 or not EQUALITIES.issuperset(node.ops)):
        raise Undecidable("a relation where a value is asked for")
    if isinstance(node, Chain):
        return _solved(series, node, bound, subject)
    series.own = (target_role(subject), series.world.t)
    return series.evaluate(node, bound, series.program.main)


def _refuse_later_start(series: Series) -> None:
    """Refuse to say what code that counts from the first step gives at a later one."""
    program = series.program
    values = [value for entry in program.entries for value in entry.values]
    is_placed = any(_names_place(value, {*series.horizon, *series.steps}) for value in values)
    if series.world.t and program.is_code and not is_placed and any(
        isinstance(n, Big) and n.kind == "sum" and n.var is not None and n.lo is not None
        and any(variable_key(item) == variable_key(n.var) for item in _subscripts(n.body))
        for value in values for n in walk(value)
    ):  # fmt: skip
        raise TooShort("a sum from the first step on")


def _names_place(node: Node, bound: set[str]) -> bool:
    """Whether an expression says a time: by t, by an index that no sum binds, as a list of all."""
    match node:
        case Name():
            return variable_key(node) == "t" and "t" not in bound
        case Big(kind="range"):
            return True
        case Index(items=items) if any(
            isinstance(n, Name) and variable_key(n) not in bound
            for item in items for n in walk(item)
        ):  # fmt: skip
            return True
        case Big(var=Name() as var, lo=lo, hi=hi, body=body):
            inner = bound | {variable_key(var) or ""}
            limits = any(_names_place(n, bound) for n in (lo, hi) if n is not None)
            return limits or _names_place(body, inner)
    return any(_names_place(n, bound) for n in children(node))


def _subscripts(node: Node) -> tuple[Node, ...]:
    return tuple(item for n in walk(node) if isinstance(n, Index) for item in n.items)


def _entry(series: Series, node: Node, bound: dict[str, int]) -> Node:
    """Return what a list `[... for t in range(T)]` holds for the time that is asked for."""
    match node:
        case Big(kind="range", var=Name() as var, lo=Num(value=0), hi=hi, body=body):
            key = variable_key(var) or ""
            end = maybe_integer(hi, bound) if hi is not None else None
            if key != "t" and any(variable_key(n) == "t" for n in walk(body)):
                raise Undecidable("a list where a number is asked for")
            if end is None or end < series.world.t:
                raise Undecidable("a list that may leave out the time that is asked for")
            bound[key] = series.world.t
            return body
    return node


def _index_nodes(target: Node) -> tuple[Node, ...]:
    if isinstance(target, Index):
        return target.items
    return indices_of(target) if isinstance(target, Name) else ()


def _refuse_other_clock(series: Series, target: Node, bound: dict[str, int]) -> None:
    """Refuse `G_k = ...` whose right side counts from t."""
    letters = {key for index in _index_nodes(target) for n in walk(index)
               if isinstance(n, Name) and (key := variable_key(n)) is not None}  # fmt: skip
    if not letters or letters & bound.keys():
        return
    if mentions(series.program, lambda name: name.name == "t"):
        raise Undecidable("the left side stands at another time than the right")


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

    steps = (plain.n,) if subject == "nstep_advantage" else ()
    times = sorted(k for a in gap().atoms() if a[0] == role and a[2:] == steps
                   for k in a[1:2] if isinstance(k, int))  # fmt: skip
    if not times:
        raise Undecidable("the unknown cancels out of the equation")
    bound["t"] += plain.t - times[0]
    difference = gap()
    series.world = plain
    first: Atom = (role, plain.t, *steps)
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


@dataclass(frozen=True, slots=True)
class Missed:
    """A stated boundary that is wrong: what should stand there, and what does."""

    right: str
    given: Hashable


def boundary(series: Series, subject: str) -> tuple[Missed, ...]:
    """Return what a stated boundary (`A_T = ...`) gets wrong: nothing when it is right."""
    program, end = series.program, series.world.end
    if subject not in RECURSIVE or program.is_code:
        return ()
    role = target_role(subject)
    wrong: list[Missed] = []
    for number, entry in enumerate(program.entries):
        if number == program.main or entry.target is None or not is_target(subject, entry.target):
            continue
        bound = series.start()
        times = [
            k for i in _index_nodes(entry.target) if (k := maybe_integer(i, bound)) is not None
        ]
        is_fixed = any(isinstance(i, Num) for i in _index_nodes(entry.target))
        if end is None and not (is_fixed and isinstance(entry.values[-1], Num)):
            continue
        if times and (end is None or times[-1] >= end - 1 or is_fixed):
            given = series.evaluate(entry.values[-1], bound, number)
            true = series.discounted if role == "G" else series.advantage
            if given != true(times[-1]):
                wrong.append(Missed(_at_the_end(times[-1], end, role), given.key()))
    return tuple(wrong)


def _at_the_end(time: int, end: int | None, role: str) -> str:
    """Return in words what a return or an advantage is at a time."""
    one = "r" if role == "G" else "delta"
    if end is None or time < end - 1:
        return f"the sum of all from {one}_{time} on"
    return "0" if time >= end else f"{one}_{time}"
