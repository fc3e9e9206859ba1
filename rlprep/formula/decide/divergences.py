"""Divergences, entropies and cross-entropies of named policies, by all the names they go by."""

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.decide.argument_words import is_state
from rlprep.formula.decide.numbers import Number, plain
from rlprep.formula.decide.policies import is_old, role_of
from rlprep.formula.decide.table_places import (
    argument_names,
    is_next_index,
    place_key,
)
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat_lower
from rlprep.formula.tree import Call, Given, Name, Node, Num, Parallel

if TYPE_CHECKING:
    from rlprep.formula.decide.table_places import Env
    from rlprep.formula.decide.tabular import Tabular

DIVERGENCES = {"kl", "dkl", "d_kl", "kl_div", "kl_divergence", "kldiv", "kldivergence", "d",
               "mean_kl", "div"}  # fmt: skip
MOMENTS = {"mu", "mean", "loc"}
"""The first of the numbers that a normal distribution is made of."""
ENTROPIES = {"s", "h", "entropy", "ent"}
DISTRIBUTIONS = {"categorical", "normal", "distribution", "independent", "multivariatenormal",
                 "onehotcategorical", "softmax", "log_softmax", "logsoftmax"}  # fmt: skip
"""Calls that make a policy of its numbers."""


def of_policies(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number | None:
    """Divergences, entropies and log-probabilities of named policies."""
    lowered = flat_lower(node.fn)
    first = node.fn.name
    sides = _sides(node.args)
    is_divergence = lowered in DIVERGENCES or "kl" in lowered.split("_") or lowered.startswith("kl")
    if is_divergence and not (lowered == "d" and len(sides) != 2):
        if len(sides) != 2:
            raise Undecidable("a divergence of one distribution")
        if lowered == "kl_div":
            return _kl_div(tabular, node, sides, env, position)
        whiches = [_which(tabular, side, position) for side in sides]
        _refuse_two_states(tabular, sides, env)
        if tabular.world.is_sample:
            raise Undecidable("a divergence needs whole distributions")
        state = _average_state(tabular, node, env, position)
        if state is not None:
            return state
        return tabular.divergence(whiches[0], whiches[1], env)
    if first in {"S", "H"} or lowered in ENTROPIES:
        if not node.args:
            return tabular.entropy("new", env)
        if (
            len(node.args) == 1
            and (which := policy_of(tabular, node.args[0], position)) is not None
        ):
            if tabular.world.is_sample:
                raise Undecidable("an entropy needs a whole distribution")
            return tabular.entropy(which, env)
        pair = [policy_of(tabular, side, position) for side in _sides(node.args)]
        match pair:
            case (str() as first_policy, str() as second_policy) if (
                tabular.program.is_code and first == "entropy"
            ):
                return tabular.divergence(first_policy, second_policy, env)  # SciPy's
            case (str() as first_policy, str() as second_policy):
                if tabular.world.is_sample:
                    raise Undecidable("a cross-entropy needs whole distributions")
                return tabular.cross_entropy(first_policy, second_policy, env)
        return None
    return None


def _refuse_two_states(tabular: "Tabular", sides: tuple[Node, ...], env: "Env") -> None:
    """Refuse a divergence of policies in different states, or in a later one."""
    states = []
    for side in sides:
        if not isinstance(side, Call):
            continue
        tabular.refuse_strangers("policy", side.args, env)
        given = (a.right if isinstance(a, Given) else a for a in side.args)
        states += [n for n in argument_names(tuple(given)) if is_state(n)]
    keys = {place_key(state) for state in states}
    if len(keys) > 1 or any(is_next_index(state) for state in states):
        raise Undecidable("a divergence of policies in another state than the sample's")


def _average_state(tabular: "Tabular", node: Call, env: "Env", position: int) -> Number | None:
    """The maximum over states of TRPO's theory."""
    if "max" in flat_lower(node.fn).split("_"):
        pairs = [_which(tabular, side, position) for side in _sides(node.args)]
        return max((tabular.divergence(pairs[0], pairs[1], {**env, "s": s})
                    for s in tabular.world.states), key=plain)  # fmt: skip
    return None


def _sides(args: tuple[Node, ...]) -> tuple[Node, ...]:
    if len(args) == 1 and isinstance(args[0], Parallel | Given):
        return args[0].left, args[0].right
    return tuple(a for a in args if not (isinstance(a, Call) and a.fn.name.startswith("'")))


def _which(tabular: "Tabular", node: Node, position: int) -> str:
    found = policy_of(tabular, node, position)
    if found is None:
        raise Undecidable("a divergence of something that is no policy")
    return found


def policy_of(tabular: "Tabular", node: Node, position: int) -> str | None:
    """Return which policy an argument names: pi_old, pi_old(.|s), theta_old, old_dist."""
    match node:
        case Call(fn=fn, args=args) if flat_lower(fn) in DISTRIBUTIONS:
            inner = map(_holder, (*args, *(value for _, value in node.kwargs)))
            found = (policy_of(tabular, each, position) for each in inner)
            return next((which for which in found if which is not None), None)
        case Call(fn=fn):
            return policy_of(tabular, fn, position)
        case Name(name="theta"):
            return "old" if is_old(node) or node.primes else "new"
        case Name():
            number = tabular.program.definition(node, position)
            value = None if number is None else tabular.program.entries[number].values[-1]
            is_made = isinstance(value, Call) and flat_lower(value.fn) in DISTRIBUTIONS
            if number is not None and value is not None and is_made:
                return policy_of(tabular, value, number)
            if role_of(node, tabular.subject) in {"policy", "logp"}:
                return tabular.which(node)
            return "old" if "old" in flat_lower(node) else (
                "new" if flat_lower(node) in {"new", "new_dist", "curr",
                                              "current"} else None)  # fmt: skip
        case Given(left=left):
            return policy_of(tabular, left, position)
    return None


def _holder(node: Node) -> Node:
    """Return the distribution that a moment belongs to: `mu_old` is of `dist_old`."""
    return replace(node, name="dist") if isinstance(node, Name) and node.name in MOMENTS else node


def _kl_div(
    tabular: "Tabular", node: Call, sides: tuple[Node, ...], env: "Env", position: int
) -> Number:
    """`F.kl_div(log_q, p)` of torch: the sum of p (log p - log_q), or its terms unreduced."""

    def term(inner: "Env") -> Number:
        log_q = tabular.evaluate(sides[0], inner, position)
        p = tabular.evaluate(sides[1], inner, position)
        if isinstance(is_log, Num) and is_log.value == 1:
            p = tabular.precision.exp(p)
        return p * (tabular.precision.log(p) - log_q)

    is_log, reduction = node.keyword("log_target"), node.keyword("reduction")
    if isinstance(reduction, Call) and reduction.fn.name == "'none'":
        return term({**env, "a": tabular.action((), env)})
    total: Number = Fraction(0)
    for a in tabular.world.actions:
        total = total + term({**env, "a": a})
    return total
