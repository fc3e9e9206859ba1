"""The family of ratios, objectives, divergences and their constraints: its worlds and witnesses."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.numbers import close, plain, shown
from rlprep.formula.decide.policies import role_of, words_of
from rlprep.formula.decide.table_quantities import Free
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.decide.worlds import World, sample_world, table_world
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.program import EQUALITIES, Program, is_plain_target
from rlprep.formula.tree import Call, Chain, Index, Name, Node, Optimise, Span, walk
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"ratio", "advantage", "policy_gradient", "ppo_clip", "ppo_kl_penalty", "trpo_objective",
            "trpo_constraint", "trpo", "kl", "entropy"}  # fmt: skip
ON_POLICY = {"policy_gradient", "advantage"}
PER_PAIR = {"ratio", "advantage"}

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "logp", "logprob", "logprobs", "ratio", "ratios", "adv", "advs", "advantage",
            "advantages",
            "old", "new", "eps", "epsilon", "clip", "policy", "probs", "prob", "dist", "entropy",
            "KL", "DKL", "kl", "reward", "rewards", "returns", "return", "values", "value", "loss",
            "gamma", "surr", "surrogate", "objective", "mean", "beta", "delta", "logpi", "CLIP",
            "rt", "At", "st", "at", "ln", "qvalue", "baseline", "obj", "batch", "coef", "GAE",
            "gae",
        }
    ),
    letters=frozenset("rRVvAGQPpqsaTtkdDSHLJENbx"),
    applied=frozenset({"Q", "V", "pi", "p", "q", "P"}),
    multiplied=frozenset({"gamma", "lambda", "lam", "epsilon", "eps", "beta"}),
)  # fmt: skip


_ANNOUNCES_LOSS = re.compile(r"\(\s*(?:a |the |as a )?loss\b|to be minimi[sz]ed|\bminimi[sz]ed\b")


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a formula in one world: numbers by place, and what kind of answer they are."""

    kind: str
    numbers: tuple[Fraction, ...]
    is_exact: bool


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of what is asked for."""
    match node:
        case Name():
            words = set(words_of(node))
            return bool(words & {"l", "j", "loss", "objective", "obj", "surr", "surrogate", "eta"})
        case Call(fn=fn):
            return is_target(subject, fn) or "kl" in words_of(fn) or fn.name in {"D", "H"}
        case Index(x=x):
            return is_target(subject, x)
    return False


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the worlds' setting; there is one."""
    return ("tables",)


@lru_cache(maxsize=32)
def worlds_of(subject: str) -> tuple[World, ...]:
    """Return the worlds of a subject, the readable ones first, two with large entries last."""
    on_policy = subject in ON_POLICY
    tables = [table_world(seed, on_policy=on_policy) for seed in (3, 8, 21)]
    tables += [table_world(seed, on_policy=on_policy, scale=10**5) for seed in (101, 102)]
    if subject != "ppo_clip":
        return tuple(tables)
    grid = [
        sample_world(Fraction(r), Fraction(a), Fraction(e))
        for e in ("1/5", "1/2")
        for a in ("1", "-1", "2", "-3/2")
        for r in ("1/2", "2", "1", "9/10", "11/10", "3")
    ]
    return (*grid, *tables)


def says_loss(program: Program) -> bool:
    """Whether the input itself says that it is to be minimised."""
    entry = program.formula
    if _ANNOUNCES_LOSS.search(program.text):
        return True
    if any(isinstance(v, Optimise) and v.sense == "min" for v in entry.values):
        return True
    target = entry.target.fn if isinstance(entry.target, Call) else entry.target
    if isinstance(target, Name):
        words = words_of(target)
        return any(w.endswith("loss") or w.startswith("loss") or w == "cost" for w in words)
    return False


def members(program: Program) -> list[Node]:
    """Return the sides of the formula that must each equal the reference."""
    values: list[Node] = []
    for value in program.formula.values:
        is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
        values.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
    return values


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return the one reading of a formula."""
    return [meaning(program, subject, setting)]


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return the values of a formula in every world.

    Raises:
        Undecidable: it uses something that has no meaning in a decision problem.
    """
    nodes = _sides(program, subject)
    loss = subject not in {"trpo_constraint", "kl", "entropy"} and says_loss(program)
    worlds = worlds_of(subject)
    remarks: set[str] = set()
    unknown: dict[str, Span] = {}
    if loss:
        remarks.add("the input says loss (or minimise), so its sign is the objective's reversed")

    def compute(number: int) -> tuple[Value, ...] | None:
        tabular = Tabular(program, worlds[number], subject)
        try:
            return tuple(_value(tabular, node, subject, loss) for node in nodes)
        except Undefined as gap:
            return (Value(f"undefined: {gap}", (), True),)
        except Undecidable:
            if not worlds[number].is_sample:
                raise
            return None
        finally:
            remarks.update(tabular.remarks)
            unknown.update(tabular.unknown)

    facts = {"unknown": unknown, "program": program, "nodes": nodes, "loss": loss}
    return Meaning(Values(len(worlds), compute), remarks, nodes[0], facts)


def _sides(program: Program, subject: str) -> list[Node]:
    values = program.formula.values
    if subject == "trpo_constraint":
        return [program.formula.node if program.formula.target is None else values[-1]]
    nodes = members(program)
    while len(nodes) > 1 and is_plain_target(nodes[0]) and _only_names(nodes[0], program, subject):
        nodes = nodes[1:]
    return nodes


def _only_names(node: Node, program: Program, subject: str) -> bool:
    r"""Whether a further side is only another name of what is asked for (`\\nabla J = g = ...`)."""
    name = node.fn if isinstance(node, Call) else node
    return isinstance(name, Name) and role_of(name, subject) is None


def _value(tabular: Tabular, node: Node, subject: str, loss: bool) -> Value:
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
    position, numbers = tabular.program.main, []
    kind = "pair"
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
    cut = next((i for i, op in enumerate(node.ops) if op not in EQUALITIES), 0)
    sides = [plain(tabular.whole(item)) for item in node.items]
    if len(set(sides[: cut + 1])) > 1 or len(set(sides[cut + 1 :])) > 1:
        raise Undecidable("a chain whose equal sides differ")
    left, right, op = sides[cut], sides[cut + 1], node.ops[cut]
    if op in {">=", ">"}:
        left, right = right, left
    kind = "at most" if op in {"<=", ">=", "<", ">"} else "equal"
    if op in {"<", ">"}:
        tabular.remarks.add("a strict bound is read as the bound")
    return Value(kind, (left - right,), tabular.precision.is_exact)


def _problem(tabular: Tabular, node: Node, sign: int) -> Value:
    """A constrained problem: the objective's value, then the constraint's gap."""
    if isinstance(node, Chain) and not EQUALITIES.issuperset(node.ops):
        gap = _constraint(tabular, node)
        return Value(f"only {gap.kind}", gap.numbers, gap.is_exact)
    objective = node.objective if isinstance(node, Optimise) else node
    value = plain(tabular.whole(objective)) * sign
    if not (isinstance(node, Optimise) and node.constraints):
        return Value("unconstrained", (value,), tabular.precision.is_exact)
    kept = [c for c in node.constraints if isinstance(c, Chain) and _mentions_kl(c)]
    gap = _constraint(tabular, (kept or list(node.constraints))[0])
    return Value(f"subject to {gap.kind}", (value, *gap.numbers), gap.is_exact)


def _mentions_kl(node: Node) -> bool:
    return any(
        isinstance(n, Call) and ("kl" in words_of(n.fn) or n.fn.name == "D") for n in walk(node)
    )


def _matches(a: Value, b: Value) -> bool:
    if a.kind != b.kind or len(a.numbers) != len(b.numbers):
        return False
    is_exact = a.is_exact and b.is_exact
    return all(close(x, y, is_exact=is_exact) for x, y in zip(a.numbers, b.numbers, strict=True))


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula has the other's value in every world."""
    compared = 0
    for a, b in zip(mine.values, theirs.values, strict=True):
        if a is None or b is None:
            continue
        compared += 1
        if not all(_matches(side, b[0]) for side in a):
            return False
    if not compared:
        raise Undecidable("no world in which the formula has a value")
    return True


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    values = [side for value in mine.values if isinstance(value, tuple) for side in value]
    if all(isinstance(v, Value) and v.is_exact for v in values):
        return ("identity test: exactly equal in 5 decision problems, two of them with random "
                "entries from a range of 10^5")  # fmt: skip
    return "evidence: equal to 28 digits in 5 decision problems of 2 states and 3 actions"


def confirm(mine: Meaning, theirs: Meaning, subject: str) -> tuple[str, dict[str, Any] | None]:
    """Prove an equality that no world refuted, or find the sample that refutes it.

    Returns:
        the proof in words (empty when nothing better than the worlds is known), and a witness.
    """
    if subject != "ppo_clip":
        return "", None
    from rlprep.formula.decide.cases import difference

    their_side = (theirs.facts["program"], theirs.facts["nodes"][0])
    for node in mine.facts["nodes"]:
        try:
            point = difference((mine.facts["program"], node), their_side,
                               negated=mine.facts["loss"], subject=subject)  # fmt: skip
        except Undecidable:
            return "", None
        if point is not None:
            return "", _refuted(mine, theirs, node, sample_world(*point), subject)
    return "z3: no r > 0, 0 < epsilon < 1 and real A tell the two apart", None


def _refuted(
    mine: Meaning, theirs: Meaning, node: Node, world: World, subject: str
) -> dict[str, Any] | None:
    """Return the witness of a sample that z3 found, if both formulas really differ there."""
    sides: list[Value] = []
    for meaning, tree in ((mine, node), (theirs, theirs.facts["nodes"][0])):
        tabular = Tabular(meaning.facts["program"], world, subject)
        sides.append(_value(tabular, tree, subject, meaning.facts["loss"]))
    yours, reference = sides
    return None if _matches(yours, reference) else _shown(world, yours, reference, mine, subject)


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return a world where the two differ, with both values there."""
    del setting
    for world, a, b in zip(worlds_of(subject), mine.values, theirs.values, strict=True):
        if a is None or b is None:
            continue
        for side in a:
            if not _matches(side, b[0]):
                return _shown(world, side, b[0], mine, subject)
    return {}


def _shown(world: World, a: Value, b: Value, mine: Meaning, subject: str) -> dict[str, Any]:
    yours, reference = _answers(a), _answers(b)
    if world.is_sample:
        at: dict[str, Any] = {
            "r": shown(world.new[0][0] / world.old[0][0]), "A": shown(world.advantage[0][0]),
            "epsilon": shown(world.numbers["epsilon"]),
        }  # fmt: skip
        return {"at": at, "yours": yours, "reference": reference}
    if a.kind == b.kind and len(a.numbers) == len(b.numbers):
        for number, (x, y) in enumerate(zip(a.numbers, b.numbers, strict=True)):
            if x != y and subject in PER_PAIR:
                return {
                    "at": _pair(world, number, subject),
                    "yours": shown(x),
                    "reference": shown(y),
                }
    return {"at": _tables(world, mine, subject), "yours": yours, "reference": reference}


def _answers(value: Value) -> str:
    if value.kind.startswith("undefined"):
        return f"no value ({value.kind.partition(': ')[2]})"
    numbers = ", ".join(shown(n) for n in value.numbers[:6])
    match value.kind:
        case "at most":
            return f"{numbers} <= 0"
        case "equal":
            return f"{numbers} = 0"
        case "no bound":
            return f"{numbers}, without a bound"
        case "unconstrained":
            return f"objective {numbers}, no constraint"
        case kind if kind.startswith("subject to"):
            op = "<=" if kind.endswith("at most") else "="
            first, *rest = value.numbers
            return f"objective {shown(first)}, constraint {', '.join(map(shown, rest))} {op} 0"
        case kind if kind.startswith("only"):
            return f"a constraint ({numbers}) without an objective"
        case "integrand":
            return f"{numbers} (one number for each outcome: nothing is summed)"
        case "transition":
            return f"{numbers} (it depends on the next state)"
    return numbers


def _pair(world: World, number: int, subject: str) -> dict[str, str]:
    s, a = divmod(number, len(world.actions))
    if subject == "ratio":
        return {"pi_theta(a|s)": shown(world.new[s][a]), "pi_old(a|s)": shown(world.old[s][a])}
    return {"Q(s,a)": shown(world.q[s][a]), "V(s)": shown(world.v[s])}


def _tables(world: World, mine: Meaning, subject: str) -> dict[str, Any]:
    """Return the tables of a world that the subject depends on."""

    def table(rows: tuple[tuple[Fraction, ...], ...]) -> list[list[str]]:
        return [[shown(x) for x in row] for row in rows]

    if subject == "kl":
        return {"P": [shown(x) for x in world.new[0]], "Q": [shown(x) for x in world.old[0]]}
    if subject == "entropy":
        return {"pi": table(world.new)}
    if subject in {"policy_gradient", "advantage"}:
        return {"pi": table(world.new), "states": [shown(x) for x in world.d_new],
                "Q": table(world.q), "V": [shown(x) for x in world.v],
                "grad log pi": table(world.slope)}  # fmt: skip
    at: dict[str, Any] = {"pi_theta": table(world.new), "pi_old": table(world.old),
                          "states": [shown(x) for x in world.d_old]}  # fmt: skip
    if subject != "trpo_constraint":
        at["A"] = table(world.advantage)
    if subject in {"trpo", "trpo_constraint"}:
        at["delta"] = shown(world.numbers["bound"])
    if subject == "ppo_kl_penalty":
        at["beta"] = shown(world.numbers["beta"])
    return at
