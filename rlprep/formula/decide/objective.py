"""The family of ratios, objectives, divergences and their constraints: its worlds and witnesses."""

import re
from collections.abc import Hashable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rlprep.formula.decide.action_axes import refuse_other_axes
from rlprep.formula.decide.extremes import bends, extreme_worlds
from rlprep.formula.decide.logits import refuse_taken_for_logits
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.objective_values import Value, matches, value_of
from rlprep.formula.decide.objective_witness import PER_PAIR, shown_at
from rlprep.formula.decide.policies import is_old, role_of, words_of
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.decide.unrolled import unrolled
from rlprep.formula.decide.worlds import World, sample_world, table_world
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.program import Program, is_plain_target
from rlprep.formula.tree import Call, Chain, Grad, Index, Name, Node, Optimise, Span, walk
from rlprep.formula.vocabulary import FUNCTIONS, Vocabulary

SUBJECTS = {"ratio", "advantage", "policy_gradient", "ppo_clip", "ppo_kl_penalty", "trpo_objective",
            "trpo_constraint", "trpo", "kl", "entropy"}  # fmt: skip
ON_POLICY = {"policy_gradient", "advantage"}

FAR_POINTS = tuple(
    (Fraction(r), Fraction(a), Fraction(e))
    for r in ("1/1000", "1/10", "99/100", "101/100", "10", "60", "10000")
    for a in ("1/100", "-1/100", "10", "-10", "1000", "-1000")
    for e in ("1/50", "49/50")
)
"""Samples far apart, (r, A, epsilon), for a formula that z3 does not settle."""

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


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of what is asked for."""
    match node:
        case Name():
            words = set(words_of(node))
            return bool(words & {"l", "j", "loss", "objective", "obj", "surr", "surrogate", "eta"})
        case Grad(x=inner) if subject == "policy_gradient":
            return is_target(subject, inner)
        case Call(fn=fn):
            return is_target(subject, fn) or "kl" in words_of(fn) or fn.name in {"D", "H"}
        case Index(x=x):
            return is_target(subject, x)
    return False


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the worlds' setting; there is one."""
    return ("tables",)


def is_example(subject: str, name: Name, value: Fraction) -> bool:
    """Whether a number given for a name only sets a free parameter, as `epsilon = 0.2` does."""
    role = role_of(name, subject)
    return value > 0 and (role in {"epsilon", "beta", "bound"} or (role == "gamma" and value < 1))


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
    if target is None and program.is_code:
        target = entry.values[-1]  # return action_loss.mean()
        while isinstance(target, Call) and target.fn.name in {"mean", "sum"} and target.args:
            target = target.args[0]
    if isinstance(target, Name):
        words = words_of(target)
        return any(w.endswith("loss") or w.startswith("loss") or w == "cost" for w in words)
    return False


def _refuse_other_law(program: Program) -> None:
    """Refuse an expectation whose samples are another policy's: `where s, a ~ pi_old`.

    Raises:
        Undecidable: they are, in a clause beside the formula.
    """
    for number, entry in enumerate(program.entries):
        for node in (n for n in walk(entry.node) if number != program.main):
            if isinstance(node, Chain) and "~" in node.ops and any(
                isinstance(n, Name) and is_old(n) for n in walk(node.items[-1])
            ):  # fmt: skip
                raise Undecidable("the samples are drawn from another policy than the gradient's")


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return the one reading of a formula."""
    if subject in ON_POLICY:
        _refuse_other_law(program)
    if program.is_code:
        refuse_taken_for_logits(program)
        refuse_other_axes(program, sums=subject in {"kl", "entropy", "advantage"})
    return [meaning(unrolled(program), subject, setting)]


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

    facts = {"unknown": unknown, "program": program, "nodes": nodes, "loss": loss, "named": False}

    def compute(number: int) -> tuple[Value, ...] | None:
        tabular = Tabular(program, worlds[number], subject)
        try:
            return tuple(value_of(tabular, node, subject, loss) for node in nodes)
        except Undefined as gap:
            return (Value(f"undefined: {gap}", (), True),)
        except Undecidable:
            if not worlds[number].is_sample:
                raise
            return None
        finally:
            remarks.update(tabular.remarks)
            facts["named"] = facts["named"] or tabular.is_named
            unknown.update(tabular.unknown)

    return Meaning(Values(len(worlds), compute), remarks, nodes[0], facts)


def _sides(program: Program, subject: str) -> list[Node]:
    values = program.formula.values
    if subject == "trpo_constraint":
        return [program.formula.node if program.formula.target is None else values[-1]]
    if subject in PER_PAIR and (equation := _equation(program, subject)) is not None:
        return [equation]
    nodes = program.sides()
    while len(nodes) > 1 and is_plain_target(nodes[0]) and _only_names(nodes[0], program, subject):
        nodes = nodes[1:]
    return nodes


def _equation(program: Program, subject: str) -> Chain | None:
    """Return the formula as an equation that what is asked for solves: Q(s, a) = V(s) + A(s, a)."""
    node = program.formula.node
    if program.is_code or not isinstance(node, Chain) or node.ops != ("=",):
        return None

    def is_own(part: Node) -> bool:
        return isinstance(part, Name) and role_of(part, subject) == subject

    heads = [
        side.fn
        if isinstance(side, Call) and (side.fn.name not in FUNCTIONS or _is_one_word(side))
        else side
        for side in node.items
    ]
    if any(is_own(head) for head in heads) or (isinstance(heads[0], Name) and (
        role_of(heads[0], subject) is None
    )):  # fmt: skip
        return None
    return node if any(is_own(part) for part in walk(node)) else None


def _is_one_word(node: Call) -> bool:
    """Whether a function and its argument are one identifier that was taken apart: logratio."""
    return len(node.args) == 1 and node.args[0].span[0] == node.fn.span[1]


def _only_names(node: Node, program: Program, subject: str) -> bool:
    r"""Whether a further side is only another name of what is asked for (`\\nabla J = g = ...`)."""
    name = node.fn if isinstance(node, Call) else node
    return isinstance(name, Name) and role_of(name, subject) is None


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula has the other's value in every world."""
    compared = 0
    for a, b in zip(mine.values, theirs.values, strict=True):
        if a is None or b is None:
            continue
        compared += 1
        if not all(matches(side, b[0]) for side in a):
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
        the proof in words (empty when nothing better than the worlds is known), and a witness
        against the equality, which the proof is then of.
    """
    if subject != "ppo_clip":
        if not bends(mine.facts["program"]):
            return "", None
        return "evaluation of both formulas at the counterexample", _bent(mine, theirs, subject)
    from rlprep.formula.decide.cases import difference

    their_side = (theirs.facts["program"], theirs.facts["nodes"][0])
    proved = "z3: no r > 0, 0 < epsilon < 1 and real A tell the two apart"
    for node in mine.facts["nodes"]:
        refuted = "z3, and exact evaluation of both formulas"
        try:
            point = difference((mine.facts["program"], node), their_side,
                               negated=mine.facts["loss"], subject=subject)  # fmt: skip
            points = () if point is None else (point,)
        except Undecidable:
            refuted, points = "evaluation of both formulas at the sample", FAR_POINTS
        for point in points:
            proved = ""  # nothing is, where a sample had to be looked at
            shown = _refuted(mine, theirs, node, sample_world(*point), subject)
            if shown is not None:
                return refuted, shown
    return proved, None


def _bent(mine: Meaning, theirs: Meaning, subject: str) -> dict[str, Any] | None:
    """Return the witness of a world of extreme numbers, where minima, clips and cases act.

    Raises:
        Undecidable: they act in none of them, which proves nothing.
    """
    for world in extreme_worlds(on_policy=subject in ON_POLICY):
        for node in mine.facts["nodes"]:
            found = _refuted(mine, theirs, node, world, subject)
            if found is not None:
                return found
    raise Undecidable("a minimum, clip or case that acts in none of the problems tried")


def _refuted(
    mine: Meaning, theirs: Meaning, node: Node, world: World, subject: str
) -> dict[str, Any] | None:
    """Return the witness of a world or sample, if both formulas really differ there."""
    sides: list[Value] = []
    for meaning, tree in ((mine, node), (theirs, theirs.facts["nodes"][0])):
        tabular = Tabular(meaning.facts["program"], world, subject)
        try:
            sides.append(value_of(tabular, tree, subject, meaning.facts["loss"]))
        except Undefined as gap:
            sides.append(Value(f"undefined: {gap}", (), True))
        except Undecidable:  # it names a distribution, which a sample has not
            return None
    yours, reference = sides
    return None if matches(yours, reference) else shown_at(world, yours, reference, mine, subject)


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return a world where the two differ, with both values there."""
    del setting
    for world, a, b in zip(worlds_of(subject), mine.values, theirs.values, strict=True):
        if a is None or b is None:
            continue
        for side in a:
            if not matches(side, b[0]):
                return shown_at(world, side, b[0], mine, subject)
    return {}
