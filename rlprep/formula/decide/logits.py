"""Logits: the logarithms of a policy's probabilities, plus what is the same for all actions.

Only what takes that number out again (a softmax, a logsumexp, a maximum that is subtracted) says
anything of the policy. So the logits of an input that normalises them are given such a number, and
a formula that forgets to is another formula.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from rlprep.formula.decide.argument_words import is_state
from rlprep.formula.decide.numbers import Number
from rlprep.formula.decide.policies import role_of, words_of
from rlprep.formula.decide.table_places import Env
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat, flat_lower
from rlprep.formula.program import Program
from rlprep.formula.show import latex
from rlprep.formula.tree import Call, Index, Name, Node, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.table_quantities import Quantities
    from rlprep.formula.decide.tabular import Tabular

NORMALISING = {"softmax", "log_softmax", "logsoftmax", "logsumexp"}
LARGEST = {"max", "amax", "reduce_max", "nanmax", "maximum"}
NETWORKS = {"model", "net", "network", "actor", "policy", "agent", "policynet", "pinet"}
CRITICS = {"critic", "net", "network", "model", "qnet"}
AXES = {"axis", "dim", "keepdim", "keepdims"}


@lru_cache(maxsize=8)
def raw_logits(program: Program, subject: str) -> frozenset[str]:
    """Return the names that stand for logits which the input normalises."""
    if subject not in {"kl", "entropy"}:
        return frozenset()
    return frozenset(_raw(program, subject))


def _raw(program: Program, subject: str) -> Iterator[str]:
    for node in program.nodes():
        if not isinstance(node, Call) or not node.args:
            continue
        inner = node.args[0].x if isinstance(node.args[0], Index) else node.args[0]
        if not isinstance(inner, Name):
            continue
        is_called_so = "logits" in words_of(inner)
        lowered = flat_lower(node.fn)
        normalises = lowered in NORMALISING or (lowered in LARGEST and is_called_so)
        if normalises and (is_called_so or role_of(inner, subject) is None):
            yield _key(inner)


def _key(name: Name) -> str:
    return name.name if len(name.name) == 1 else flat(name)


def logit(tables: "Quantities", node: Name, env: Env) -> Number | None:
    """Return a raw logit at the action that its index names; None for another name."""
    if _key(node) not in tables.logits:
        return None
    args = tuple(sub for sub in node.subs if isinstance(sub, Name) and len(node.name) == 1)
    chance = tables.policy(node, args, env)
    shift = Fraction(3 + 2 * tables.state((), env) + 5 * (tables.which(node) == "old"), 7)
    return tables.precision.log(chance) + shift


def refuse_taken_for_logits(program: Program) -> None:
    """Refuse `Categorical(logits=p)` of probabilities, which takes the softmax of them once more.

    Raises:
        Undecidable: probabilities are given for logits, or logits for probabilities.
    """
    for number, entry in enumerate(program.entries):
        for node in (part for value in entry.values for part in walk(value)):
            if not isinstance(node, Call) or node.fn.name not in {"Categorical", "softmax"}:
                continue
            given = dict(node.kwargs)
            logits = given.get("logits", node.args[0] if node.fn.name == "softmax" else None)
            if logits is not None and _scale_of(program, logits, number) == "probabilities":
                raise Undecidable("probabilities are taken for logits: the softmax is taken twice")
            if "probs" in given and _scale_of(program, given["probs"], number) == "logits":
                raise Undecidable("logits are taken for probabilities: a softmax is missing")


def _scale_of(program: Program, node: Node, position: int) -> str | None:
    """Return whether an expression gives probabilities or logits, None where it is not known."""
    if isinstance(node, Name):
        number = program.definition(node, position)
        if number is not None:
            return _scale_of(program, program.entries[number].values[-1], number)
        words = set(words_of(node))
        if words & {"logits", "logit"}:
            return "logits"
        is_chance = words & {"probs", "probabilities", "prob", "p"} and "log" not in words
        return "probabilities" if is_chance else None
    if isinstance(node, Call) and flat_lower(node.fn) in NORMALISING | {"exp"}:
        return "probabilities" if flat_lower(node.fn) in {"softmax", "exp"} else "logits"
    return None


def network_of(program: Program, node: Node, position: int) -> Call | None:
    """Return the call of a policy's network that gives logits: `model(obs)`, `old_actor(states)`.

    Args:
        program: what the call stands in; only in code a call of a policy gives its logits.
        node: the argument of a softmax, a call or a name that is defined as one.
        position: of the statement that the argument stands in.
    """
    if not program.is_code:
        return None
    if isinstance(node, Name):
        number = program.definition(node, position)
        return None if number is None else network_of(
            program, program.entries[number].values[-1], number
        )  # fmt: skip
    return node if isinstance(node, Call) and _calls(node, NETWORKS) else None


def _calls(call: Call, networks: set[str]) -> bool:
    """Whether a network of one of these names is called for states."""
    of_states = all(isinstance(arg, Name) and is_state(arg) for arg in call.args)
    return bool(set(words_of(call.fn)) & networks and call.args) and of_states


def gives_all_actions(program: Program, number: int) -> bool:
    """Whether a statement calls a network for the values of all actions: `q = critic(obs)`.

    Where another name has the same, it is not known whose values they are.
    """
    call = program.entries[number].values[-1]
    if not (program.is_code and isinstance(call, Call) and _calls(call, CRITICS)):
        return False
    shown = latex(call)
    return sum(latex(entry.values[-1]) == shown for entry in program.entries) == 1


def over_actions(tabular: "Tabular", node: Node, env: Env, position: int) -> list[Number]:
    """Return the value of an expression at each action of the state."""
    sample = {"a:sample": env["a"]} if "a" in env else {}
    return [
        tabular.evaluate(node, {**sample, **env, "a": a}, position) for a in tabular.world.actions
    ]


def of_logits(tabular: "Tabular", node: Call, env: Env, position: int) -> Number | None:
    """Return a softmax, its logarithm, a logsumexp or the largest entry; None for another call."""
    lowered, precision = flat_lower(node.fn), tabular.precision
    if not node.args:
        return None
    inner = node.args[0]
    if lowered in LARGEST and takes_largest(node):
        return precision.extreme(over_actions(tabular, inner, env, position), largest=True)
    if lowered not in NORMALISING or not (
        lowered == "logsumexp" or _is_computed(tabular, inner, position)
    ):
        return None
    total: Number = Fraction(0)
    for entry in over_actions(tabular, inner, env, position):
        total = total + precision.exp(entry)
    if lowered == "logsumexp":
        return precision.log(total)
    entry = tabular.evaluate(inner, env, position)
    if lowered == "softmax":
        return precision.divide(precision.exp(entry), total)
    return entry - precision.log(total)


def takes_largest(node: Call) -> bool:
    """Whether a maximum is taken of the entries of one array: `z.max(axis=-1)`."""
    return any(key in AXES for key, _ in node.kwargs)


def _is_computed(tabular: "Tabular", node: Node, position: int) -> bool:
    """Whether the argument of a softmax is more than a name of logits."""
    return not isinstance(node, Name) or tabular.program.definition(node, position) is not None
