"""The family of returns, TD residuals and advantages: its words, its worlds, its witnesses."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rlprep.formula.decide.columns import refuse_crossed
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.polynomial import Monomial, Polynomial
from rlprep.formula.decide.series import Series
from rlprep.formula.decide.series_world import FARTHEST, WINDOW, World, prime_world
from rlprep.formula.decide.timeline import ENDED, FLAGS, GOES_ON, is_setting, role_of, target_role
from rlprep.formula.decide.trajectory_arrays import is_arrayed
from rlprep.formula.decide.trajectory_blocks import is_looped, lengthens
from rlprep.formula.decide.trajectory_sides import Missed, boundary, evaluate, is_target
from rlprep.formula.decide.trajectory_witness import coefficient_witness, place
from rlprep.formula.errors import TooShort, Undecidable, Undefined
from rlprep.formula.names import indices_of, variable_key
from rlprep.formula.program import Program, is_plain_target, key_of
from rlprep.formula.tree import Big, Call, Chain, Name, Node, Span, Tuple, walk
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"td_residual", "discounted_return", "nstep_advantage", "gae", "gae_finite",
            "gae_recursive", "gae_lambda0", "gae_lambda1"}  # fmt: skip
HORIZONS = ((2, 3), (2, 4), (2, 6), (0, 3), (1, 7), (0, 5))

Setting = tuple[str, bool]

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "rewards", "reward", "rew", "rews", "values", "value", "val", "vals", "deltas", "gae",
            "advantages", "advantage", "advs", "returns", "ret", "done", "dones", "terminal",
            "mask", "masks", "gamma", "lam", "lamda", "nonterminal", "next", "td", "GAE",
            "discount", "range", "inf", "lastgaelam", "last", "st", "rt", "At", "Vt", "TD",
            "infinity",
        }
    ),
    letters=frozenset("rRVvAGQsSatTknlTdδ"),
    applied=frozenset({"V", "v", "Q", "r", "R", "delta", "G", "value", "values", "reward",
                       "rewards", "deltas", "A"}),
    multiplied=frozenset({"gamma", "lambda", "lam", "lamda", "discount"}),
)  # fmt: skip


def _mentions_letter(program: Program, letters: set[str]) -> bool:
    bound = {
        variable_key(n.var)
        for n in program.nodes()
        if isinstance(n, Big) and n.var is not None
    }  # fmt: skip
    letters = letters | {"len"} if "T" in letters else letters
    return any(
        isinstance(n, Name) and n.name in letters and n.name not in bound
        for n in program.nodes()
    )  # fmt: skip


def _has_boundary(program: Program) -> bool:
    """Whether a definition says what something is at the end: `X_T = 0`."""
    return any(
        isinstance(n, Name) and n.name in {"T", "H", "N"}
        for e in program.entries if isinstance(e.target, Name)
        for i in indices_of(e.target) for n in walk(i)
    )  # fmt: skip


def _has_mask(program: Program) -> bool:
    made = {e.key for e in program.entries} if program.is_code else set()
    return any(
        isinstance(n, Name) and (role_of(n, "") in FLAGS or n.name.lower() in ENDED |
        GOES_ON) and key_of(n) not in made for n in program.nodes()
    )  # fmt: skip


def setting_of(program: Program, subject: str) -> Setting:
    """Return in which worlds a formula is to be compared: its horizon, and whether it masks."""
    infinite = _mentions_letter(program, {"inf", "infinity", "oo"})
    arrayed = is_arrayed(program)
    infinite = infinite and not arrayed
    ends = _mentions_letter(program, {"T", "H", "N"}) or _has_boundary(program)
    ends = ends or is_looped(program) or arrayed
    if subject == "nstep_advantage":
        kind = "steps"
    elif subject == "gae_finite" or (subject == "gae_recursive" and not infinite) or (
        (arrayed or lengthens(program)) and subject in {"td_residual", "gae_lambda0"}
    ):  # fmt: skip
        kind = "segment"
    elif subject in {"discounted_return", "gae", "gae_lambda1"} and ends and not infinite:
        kind = "episode"
    else:
        kind = "infinite"
    return kind, _has_mask(program)


def is_example(subject: str, name: Name, value: Fraction) -> bool:
    """Whether a number given for a name only sets a free parameter, as `gamma = 0.99` does."""
    return is_setting(role_of(name, subject), value)


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
        base = next(world for world in reversed(worlds) if world.t > 1)
        t, last = base.t, base.end - 1 if base.end is not None else base.t + base.n - 1
        around = range(t + 1, t + FARTHEST + 2), range(t - FARTHEST - 1, t)  # any other flag's step
        for ends in ({t}, {t + 1}, {t - 1}, {t - 1, last}, *around):
            yield replace(base, ends=frozenset(ends))


def readings(program: Program, subject: str, setting: Setting) -> list[Meaning]:
    """Return what a formula means, with rewards indexed the usual way and then Sutton's.

    Flags are read with the index of the step that ended, then with that of the one after.
    """
    refuse_crossed(program, subject)
    found: list[Meaning] = []
    names_action = any(isinstance(n, Call) and _earned_by_action(n) for n in program.nodes())
    shifts = not names_action and any(
        isinstance(n, Name) and _is_reward(n) for n in program.nodes()
    )
    for lag in (0, 1) if setting[1] else (0,):
        found.append(meaning(program, subject, setting, lag=lag))
        if shifts:
            shifted = meaning(program, subject, setting, shift=1, lag=lag)
            shifted.remarks.add(
                "rewards bear Sutton and Barto's index here: R_{t+1} follows the action at t"
            )
            found.append(shifted)
    return found


def _earned_by_action(node: Call) -> bool:
    """Whether a reward says which action earned it, so that no index shifts it: r(s_t, a_t)."""
    args = (item for arg in node.args for item in (arg.items if isinstance(arg, Tuple) else (arg,)))
    named = (arg.fn if isinstance(arg, Call) else arg for arg in args)
    return _is_reward(node.fn) and any(isinstance(a, Name) and a.name in {"a", "u"} for a in named)


def _is_reward(name: Name) -> bool:
    return name.name.lower().startswith("r")


def meaning(
    program: Program, subject: str, setting: Setting, shift: int = 0, lag: int = 0
) -> Meaning:
    """Return the coefficients of a formula in every world of the setting.

    Raises:
        Undecidable: it uses something that has no meaning along a trajectory.
    """
    nodes = [n for n in program.sides() if not _is_own_name(n, program, subject)]
    if not nodes:
        raise Undecidable("the formula only names what is asked for")
    if _is_relation(program, subject):
        target = program.formula.target
        items = (*([] if target is None else [target]), *program.sides())
        nodes = [Chain(program.formula.node.span, items, ("=",))]
    worlds = list(worlds_of(setting))
    remarks: set[str] = set()
    unknown: dict[str, Span] = {}
    facts = {"unknown": unknown, "program": program, "nodes": nodes, "shift": shift, "lag": lag,
             "tail": False}  # fmt: skip
    if setting[1]:
        remarks.add("the mask is read as 0 where the episode ended and 1 elsewhere")
    if lag:
        remarks.add("a flag is told of the step after the end here, as in CleanRL: dones[t + 1] "
                    "says that step t ended the episode")  # fmt: skip

    def compute(number: int) -> tuple[Hashable, ...] | None:
        series = Series(program, replace(worlds[number], shift=shift, lag=lag), subject)
        try:
            found = tuple(evaluate(series, node, subject).kept(_in_window) for node in nodes)
            edges = boundary(series, subject)
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


def _edges(value: tuple[Hashable, ...]) -> tuple[Missed, ...]:
    return tuple(v for v in value if isinstance(v, Missed))


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
    if len(program.sides()) < 2 or not is_plain_target(node) or program.is_code:
        return False
    if isinstance(node, Name) and program.definition(node, program.main) is not None:
        return False
    return is_target(subject, node)


def _is_relation(program: Program, subject: str) -> bool:
    """Whether the formula is an equation to be solved: `A_t - gamma lambda A_{t+1} = delta_t`."""
    role, target = target_role(subject), program.formula.target
    sides = program.sides()
    if target is not None:
        named = target.fn if isinstance(target, Call) else target
        if program.is_code or len(sides) != 1 or not isinstance(named, Name) or (
            role_of(named, subject) not in {"r", "V", "G", "delta"} - {role}
        ):  # fmt: skip
            return False
        sides = [program.formula.values[0]]  # V(s_t) = G_t - A_t, where A_t is asked for
    elif len(sides) != 2:
        return False
    return any(
        isinstance(n, Name) and role_of(n, subject) == role
        and (not n.sups or subject == "nstep_advantage")
        for side in sides for n in walk(side)
    )  # fmt: skip


def _ends_its_episode(mine: Meaning, theirs: Meaning, setting: Setting) -> bool:
    """Whether all that differs is the value of the state after the last step, taken for 0."""
    for world, a, b in zip(worlds_of(setting), mine.values, theirs.values, strict=True):
        if a is None or b is None:
            continue
        if not isinstance(b[0], Polynomial):
            return False
        last = ("V", world.end)
        without = b[0].kept(lambda term, last=last: all(atom != last for atom, _ in term))
        if any(side != without for side in a):
            return False
    return True


def witness(mine: Meaning, theirs: Meaning, subject: str, setting: Setting) -> dict[str, Any]:
    """Return the first coefficient that differs, in symbols where there is no infinite tail.

    Raises:
        Undecidable: the recursion is right for a segment that ends with its episode.
    """
    if subject == "gae_recursive" and setting[0] == "segment" and _ends_its_episode(
        mine, theirs, setting
    ):  # fmt: skip
        raise Undecidable("this is right only where the state after the last step is terminal")
    for world, a, b in zip(worlds_of(setting), mine.values, theirs.values, strict=True):
        if a is None or b is None or a == b:
            continue
        where = place(world)
        if a[0] == "undefined":
            return {"at": where, "yours": f"has no value: {a[1]}", "reference": "is finite"}
        if _edges(a) != _edges(b):
            right = (_edges(a) or _edges(b))[0].right
            return {"at": where, "quantity": "the boundary value", "yours": f"not {right}",
                    "reference": right}  # fmt: skip
        for number, side in enumerate(a):
            if isinstance(side, Polynomial) and isinstance(b[0], Polynomial) and side != b[0]:
                return coefficient_witness(mine, theirs, subject, world, number, side - b[0])
    return {"yours": "differs", "reference": "differs"}
