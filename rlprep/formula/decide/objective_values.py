"""The value of an objective, ratio or divergence in one world, in the form that it is asked in."""

from dataclasses import dataclass, replace
from fractions import Fraction

from rlprep.formula.decide.bounds import plain_gap, states_the_bound
from rlprep.formula.decide.functions import MEANS
from rlprep.formula.decide.numbers import close, plain
from rlprep.formula.decide.policies import role_of, words_of
from rlprep.formula.decide.table_divergences import Free
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.program import EQUALITIES
from rlprep.formula.tree import Call, Chain, Expect, Name, Node, Num, Optimise, Tuple, walk


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a formula in one world: numbers by place, and what kind of answer they are."""

    kind: str
    numbers: tuple[Fraction, ...]
    is_exact: bool


def value_of(tabular: Tabular, node: Node, subject: str, loss: bool) -> Value:
    """Return the value of one side of a formula in the world of `tabular`."""
    sign = -1 if loss else 1
    match subject:
        case "trpo_constraint":
            return _constraint(tabular, node)
        case "trpo":
            return _problem(tabular, node, sign)
        case "ratio" | "advantage":
            return _by_pair(tabular, node)
        case "entropy":
            return _by_state(tabular, node)
        case "kl":
            return _by_outcome(tabular, node)
    if isinstance(node, Chain):
        raise Undecidable("a relation where a value is asked for")
    number = plain(tabular.whole(node)) * sign
    return Value("value", (number,), tabular.precision.is_exact)


def _by_pair(tabular: Tabular, node: Node) -> Value:
    """The value at every state and action (and next state, where it depends on that)."""
    if isinstance(node, Chain):
        return _by_equation(tabular, node)
    position, numbers = tabular.program.main, []
    kind = "pair"
    match node:
        case Expect(body=inner):
            tabular.outermost = inner
        case Call(fn=fn, args=(inner, *_)) if fn.name in MEANS:
            tabular.outermost = inner
    for s in tabular.world.states:
        for a in tabular.world.actions:
            env = {"s": s, "a": a}
            try:
                numbers.append(plain(tabular.evaluate(node, env, position)))
            except Free:
                kind = "transition"
                numbers += [plain(tabular.evaluate(node, {**env, "s2": n}, position))
                            for n in tabular.world.states]  # fmt: skip
    return Value(kind, tuple(numbers), tabular.precision.is_exact)


def _by_equation(tabular: Tabular, node: Chain) -> Value:
    """The value that solves an equation at every state and action, if the right one does."""
    world, position = tabular.world, tabular.program.main
    left, right = node.items
    numbers: list[Fraction] = []
    for s in world.states:
        for a in world.actions:
            true = (world.advantage[s][a] if tabular.subject == "advantage"
                    else world.new[s][a] / world.old[s][a])  # fmt: skip
            gaps = []
            for tried in (true, -true, true + 1, 2 * true + 3, true / 7):
                tabular.solution = tried
                env = {"s": s, "a": a}
                try:
                    gaps.append(plain(tabular.evaluate(left, env, position))
                                - plain(tabular.evaluate(right, env, position)))  # fmt: skip
                except Undefined:
                    if tried == true:
                        raise
            is_exact = tabular.precision.is_exact
            if not close(gaps[0], Fraction(0), is_exact=is_exact):
                return Value(
                    "an equation that the right value does not solve", (gaps[0],), is_exact
                )
            if any(close(gap, Fraction(0), is_exact=is_exact) for gap in gaps[1:]):
                raise Undecidable("an equation that other values solve too")
            numbers.append(true)
    return Value("pair", tuple(numbers), tabular.precision.is_exact)


def _by_state(tabular: Tabular, node: Node) -> Value:
    position = tabular.program.main
    try:
        numbers = [plain(tabular.evaluate(node, {"s": s}, position)) for s in tabular.world.states]
        return Value("state", tuple(numbers), tabular.precision.is_exact)
    except Free:
        try:
            numbers = [plain(tabular.evaluate(node, {"s": s, "a": a}, position))
                       for s in tabular.world.states for a in tabular.world.actions]  # fmt: skip
        except Free:
            return Value("depends on the next state", (), True)
        return Value("integrand", tuple(numbers), tabular.precision.is_exact)


def _by_outcome(tabular: Tabular, node: Node) -> Value:
    position = tabular.program.main
    try:
        number = plain(tabular.evaluate(node, {"s": 0}, position))
        return Value("value", (number,), tabular.precision.is_exact)
    except Free:
        try:
            numbers = [plain(tabular.evaluate(node, {"s": 0, "a": a}, position))
                       for a in tabular.world.actions]  # fmt: skip
        except Free:
            return Value("depends on the next state", (), True)
        return Value("integrand", tuple(numbers), tabular.precision.is_exact)


def _constraint(tabular: Tabular, node: Node) -> Value:
    """A relation, brought to `gap <= 0` or `gap = 0`."""
    if isinstance(node, Optimise) and node.constraints:
        node = node.constraints[0]
    if not isinstance(node, Chain):
        number = plain(tabular.whole(node))
        return Value("no bound", (number,), tabular.precision.is_exact)
    tabular.has_sum = tabular.has_count = False
    cut = next((i for i, op in enumerate(node.ops) if op not in EQUALITIES), 0)
    sides = [plain(tabular.whole(item)) for item in node.items]
    if tabular.has_sum and not tabular.has_count:
        raise Undecidable("a sum over samples, which is no mean")
    if len(set(sides[: cut + 1])) > 1 or len(set(sides[cut + 1 :])) > 1:
        raise Undecidable("a chain whose equal sides differ")
    left, right, op = sides[cut], sides[cut + 1], node.ops[cut]
    below, above = node.items[cut], node.items[cut + 1]
    if op in {">=", ">"}:
        left, right = right, left
        below, above = above, below
    kind = "at most" if op in {"<=", ">=", "<", ">"} else "equal"
    if op in {"<", ">"}:
        tabular.remarks.add("a strict bound is read as the bound")
    gap = left - right
    if kind == "at most" and states_the_bound(tabular, below, above, gap):
        plainly = plain_gap(tabular)
        if gap != plainly:
            tabular.remarks.add("both sides are read as under one increasing function")
        gap = plainly
    return Value(kind, (gap,), tabular.precision.is_exact)


def _problem(tabular: Tabular, node: Node, sign: int) -> Value:
    """A constrained problem: the objective's value, then the constraint's gap."""
    if isinstance(node, Chain) and not EQUALITIES.issuperset(node.ops):
        gap = _constraint(tabular, node)
        return Value(f"only {gap.kind}", gap.numbers, gap.is_exact)
    objective = node.objective if isinstance(node, Optimise) else node
    value = plain(tabular.whole(objective)) * sign
    if isinstance(node, Optimise):
        below = (
            i for over in node.over for i in (over.items if isinstance(over, Tuple) else (over,))
        )
        node = replace(node, constraints=(*node.constraints, *filter(_restricts, below)))
    if not (isinstance(node, Optimise) and node.constraints):
        return Value("unconstrained", (value,), tabular.precision.is_exact)
    kept = [c for c in node.constraints if _restricts(c)] or list(node.constraints[:1])
    gaps = [_constraint(tabular, constraint) for constraint in kept]
    if all(gap == gaps[0] for gap in gaps):
        gaps = gaps[:1]
    numbers = [number for gap in gaps for number in gap.numbers]
    kind = f"subject to {' and '.join(gap.kind for gap in gaps)}"
    return Value(kind, (value, *numbers), all(gap.is_exact for gap in gaps))


def _restricts(node: Node) -> bool:
    """Whether a constraint restricts the policy; `delta > 0` and definitions do not."""
    if not isinstance(node, Chain) or EQUALITIES.issuperset(node.ops):
        return isinstance(node, Chain) and _mentions_kl(node)
    sizes = {"bound", "epsilon", "beta", None}
    return not all(
        isinstance(n, Name | Num) and (isinstance(n, Num) or role_of(n, "trpo") in sizes)
        for n in node.items
    )


def _mentions_kl(node: Node) -> bool:
    return any(
        isinstance(n, Call) and ("kl" in words_of(n.fn) or n.fn.name == "D") for n in walk(node)
    )


def matches(a: Value, b: Value) -> bool:
    """Whether two values are of one kind and have the same numbers."""
    if a.kind != b.kind or len(a.numbers) != len(b.numbers):
        return False
    is_exact = a.is_exact and b.is_exact
    return all(close(x, y, is_exact=is_exact) for x, y in zip(a.numbers, b.numbers, strict=True))
