"""What the subscript of an expectation says: which variables are drawn, and from what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rlprep.formula.decide.policies import BATCHES, role_of
from rlprep.formula.decide.table_places import is_next_index, place_key
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import labels_of
from rlprep.formula.tree import Bin, Call, Chain, Expect, Given, Name, Node, Tuple, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.table_quantities import Quantities

DRAWN = {"tau", "pi", "rho", "mu", "nu", "eta", "xi", "omega", "data", "batch", "buffer", "theta",
         "old", "new", "traj", "trajectory", "env", "unif", "uniform", "samples", "rollout",
         "replay", "demo", "mathcal"}  # fmt: skip
"""What a subscript calls a sample or its source, beside single letters and policies."""

DATA = {"D", "d", "B", "p", "P", "R", "M", "rho", "nu", "eta", "xi", "data", "batch", "buffer",
        "traj", "trajectory", "env", "samples", "rollout", "replay", "demo", "tau", "T",
        "transition", "mathcal"}  # fmt: skip
"""Sources that are the collected samples, or how often their states are visited."""

BEHAVIOUR = {"beta", "b", "mu"}
"""Sources that are the policy which collected the samples."""

POLICIES = {"new", "old"}
"""Sources that are a policy by its label alone."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """What an expectation draws.

    Attributes:
        axes: which of state (s), action (a), next state (s2).
        policy: the policy that draws the action; None for the one that collected the data.
        states: the policy whose visits weigh the states; None likewise.
        explicit: whether the subscript names a distribution.
        action_names: variables that stand for the drawn action.
        state_names: variables that stand for the drawn state.
        keeps_action: whether the sample's own action stays what it was (E over a').
        given: what the drawn action's policy is conditioned on, as in a' ~ pi(. | s').
        is_named: whether the subscript names a variable or a distribution at all.
    """

    axes: tuple[str, ...]
    policy: str | None = None
    states: str | None = None
    explicit: bool = True
    action_names: tuple[str, ...] = ()
    state_names: tuple[str, ...] = ()
    keeps_action: bool = False
    given: tuple[Node, ...] = ()
    is_named: bool = True


def sampling_of(node: Expect, tables: "Quantities") -> Sampling:
    """Return what an expectation draws, from the items of its subscript."""
    axes: set[str] = set()
    policy = states = None
    explicit = False
    actions: list[str] = []
    visited: list[str] = []
    waiting: list[Name] = []
    given: tuple[Node, ...] = ()
    for item in node.dist:
        if isinstance(item, Chain) and item.ops[0] in {"~", "in"}:
            drawn = [*waiting, *_variables(item.items[0])]
            waiting = []
            source = item.items[1]
            _note_unknown(drawn, tables)
            kinds = {_kind(v, tables) for v in drawn}
            role = _source(source, tables, is_action="a" in kinds)
            explicit = explicit or role is not None
            if kinds == {"all"} and len(drawn) == 1 and _policy(source, tables) is not None:
                kinds = {"a"}  # whatever is drawn from a policy is an action
                actions += [k for v in drawn if (k := place_key(v))]
            if kinds & {"tau", "all"}:
                kinds = {"s", "a"}
            if "a" in kinds:
                policy = role or policy
                given = _condition(source) or given
            if "s" in kinds:
                states = role or states
            axes |= kinds
            actions += [k for v in drawn if _kind(v, tables) == "a" and (k := place_key(v))]
            visited += [k for v in drawn if _kind(v, tables) == "s" and (k := place_key(v))]
        elif (name := _policy(item, tables)) is not None:
            policy = tables.which(name)
            given = _condition(item) or given
            states = states if isinstance(item, Call) else policy  # pi(.|s) draws no state
            explicit, axes = True, axes | ({"a"} if isinstance(item, Call) else {"s", "a"})
        elif isinstance(item, Name | Tuple):
            waiting += _variables(item)
        else:
            raise Undecidable("an expectation over something that is no variable and no policy")
    _note_unknown(waiting, tables)
    kinds = {_kind(v, tables) for v in waiting}
    is_named = bool(axes or kinds - {"all", "tau"})
    if kinds & {"tau", "all"} or not (axes | kinds):
        kinds |= {"s", "a"}
    axes |= kinds & {"s", "a", "s2"}
    keeps = bool(actions) and all(leaves_sample(key, "a", node.body) for key in actions)
    order = tuple(axis for axis in ("s", "a", "s2") if axis in axes)
    return Sampling(order, policy, states, explicit, tuple(actions), tuple(visited), keeps, given,
                    is_named)  # fmt: skip


def _condition(source: Node) -> tuple[Node, ...]:
    """Return the state that an action's policy is conditioned on: s' of pi(. | s')."""
    match source:
        case Call(args=(Given(right=Name() as state),)):
            return (state,)
        case Call(args=(Name() as state,)) if state.name in {"s", "S"}:
            return (state,)  # a ~ pi(s)
    return ()


def _policy(item: Node, tables: "Quantities") -> Name | None:
    """Return the name of a policy that stands in a subscript by itself: E_pi, E_{pi(.|s)}."""
    name = item.fn if isinstance(item, Call) else item
    if isinstance(name, Name) and role_of(name, tables.subject) == "policy":
        return name
    return None


def _variables(node: Node) -> list[Name]:
    names = node.items if isinstance(node, Tuple) else (node,)
    return [n for n in names if isinstance(n, Name) and not _is_all_later(n)]


def _is_all_later(name: Name) -> bool:
    """Whether a name is of all actions after the sample's own, a_{t+1:inf}: its Q averages them."""
    starts = (sub.items[0] for sub in name.subs if isinstance(sub, Tuple) and sub.items)
    return name.name in {"a", "A", "u"} and any(
        isinstance(first, Bin) and first.op == "+" for first in starts
    )


def leaves_sample(key: str, axis: str, body: Node) -> bool:
    """Whether a bound variable leaves the sample's own action or state as it is.

    It does with a prime, as a', and as another letter where the body uses the usual one too:
    in a sum over b of pi(b|s) (Q(s,a) - Q(s,b)), a is still the sample's action.
    """
    if key.endswith("'"):
        return True
    is_other = key.partition("_")[0].lower() != axis
    return is_other and any(isinstance(n, Name) and n.name == axis for n in walk(body))


def _note_unknown(items: Sequence[Node], tables: "Quantities") -> None:
    """Note the words of a subscript that are neither variables nor distributions."""
    for item in items:
        name = item.fn if isinstance(item, Call) else item
        if isinstance(name, Name) and not (
            len(name.name) == 1 or name.name in DRAWN or role_of(name, tables.subject)
        ):
            tables.foreign(name)


def _kind(name: Name, tables: "Quantities") -> str:
    """Return which variable of the problem a drawn name is."""
    if tables.subject in {"kl", "entropy"} and name.name not in {"s", "S"}:
        return "a"
    letter = name.name
    if letter in {"a", "A", "u"}:
        return "a"
    if letter in {"s", "S", "o"}:
        return "s2" if is_next_index(name) else "s"
    return "tau" if letter == "tau" else "all"


def _source(node: Node, tables: "Quantities", *, is_action: bool) -> str | None:
    """Return whose distribution is named: 'new', 'old', or None for the data's.

    A source that is neither a policy nor the data is noted as unknown.
    """
    name = node.fn if isinstance(node, Call) else node
    if not isinstance(name, Name):
        return None
    role = tables.role(name)
    if role == "policy" and name.name not in {"p", "P"} and (is_action or name.name != "mu"):
        return tables.which(name)
    if tables.subject in {"kl", "entropy"}:
        if role != "policy":
            tables.foreign(name)
        return tables.which(name)
    if (owner := whose(name, tables)) is not None:
        return owner
    if name.name in BEHAVIOUR and (is_action or name.name != "mu"):  # s ~ mu: how often s is met
        return "old"
    if name.name in POLICIES:
        return name.name
    is_word = len(name.name) > 1 and name.name in DRAWN and name.name != "uniform"
    if not (name.name in DATA | BATCHES or (is_word and not is_action)):
        tables.foreign(name)
    return None


def whose(name: Name, tables: "Quantities") -> str | None:
    """Return the policy that a distribution's labels name: 'new', 'old', or None for no label."""
    if {w.lower() for w in labels_of(name)} & {"old", "k", *BEHAVIOUR}:
        return "old"
    inner = [n for s in (*name.subs, *name.sups) for n in walk(s) if isinstance(n, Name)]
    for label in inner:
        if label.name == "pi":
            return tables.which(label)
        if label.name == "theta":
            return "old" if label.primes else "new"
    return None
