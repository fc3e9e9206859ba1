"""Where a quantity of policy optimisation is taken: which argument is the state, which the action.

Arguments that name something else than the sample at hand are refused: an action in a state's
place, a step earlier or later, a variable that nothing binds.
"""

from collections.abc import Iterator

from rlprep.formula.decide.argument_words import STATE_LETTERS, is_action, is_later, is_state
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import indices_of, scripts_of, variable_key, words_in
from rlprep.formula.tree import Bin, Call, Chain, Expect, Given, Index, Name, Neg, Node, Num, Tuple

Env = dict[str, int]
"""What is bound: the sample's `s`, `a`, `s2`, and variables by name (`a:var:b`, `s:var:s'`)."""

TRANSITIONS = {"p", "P", "T"}
"""What the chance of a next state is called, as in P(s' | s, a)."""
EXPONENTS = {"alpha", "beta", "gamma", "kappa", "eta", "tau", "lambda", "nu", "c", "p", "x"}
PARAMETERS = {"theta", "phi", "psi", "w", "omega"}


def argument_names(args: tuple[Node, ...]) -> Iterator[Name]:
    """Yield the names among the arguments of a quantity."""
    for arg in args:
        match arg:
            case Name():
                yield arg
            case Given(left=left, right=right):
                yield from argument_names((left, right))
            case Tuple(items=items):
                yield from argument_names(items)
            case Index(x=Name() as base):
                yield base
            case Chain(items=(Name(), Name() as value), ops=("=",)):  # V(state=s)
                yield value
            case Bin() | Num() | Neg() | Call() | Expect():
                raise Undecidable("an argument that is no state and no action")


def is_next_index(name: Name) -> bool:
    """Whether a name is taken one step later: s', s_{t+1}, s_next."""
    if name.primes == 1 and name.name in {"s", "S", "V", "v"}:
        return True
    if is_state(name) and is_later(name):
        return True
    return any(
        isinstance(i, Bin) and i.op == "+" and isinstance(i.right, Num) and i.right.value == 1
        for i in indices_of(name)
    )


def is_moved(name: Name) -> bool:
    """Whether a name is taken a step earlier or later: a_{t+1}, A_{t-1}."""
    return any(
        isinstance(i, Bin) and i.op in {"+", "-"} and isinstance(i.left, Name)
        and isinstance(i.right, Num) and i.right.value != 0
        for i in indices_of(name)
    )  # fmt: skip


def place_key(name: Node) -> str | None:
    """Return how a drawn variable is called in an environment; a_{t+1} is another one than a."""
    key = variable_key(name)
    if key is None or not isinstance(name, Name) or not is_moved(name):
        return key
    steps = (f"{i.op}{i.right.value}" for i in indices_of(name)
             if isinstance(i, Bin) and isinstance(i.right, Num))  # fmt: skip
    return key + "".join(steps)


def policy_labels(name: Name) -> Iterator[str]:
    """Yield the policy whose value a superscript says: pi_old of V^{pi_old}."""
    for sup in name.sups:
        if isinstance(sup, Name) and sup.name in {"pi", "mu", "nu", "beta", "star"}:
            yield (variable_key(sup) or "").removesuffix("_theta")


def refuse_misplaced(role: str, node: Name, args: tuple[Node, ...]) -> None:
    """Refuse a quantity of the sample that is taken at another time, or of other things.

    Raises:
        Undecidable: as in A_{t+1}, V(a), pi(s | a), Q(a, s).
    """
    if is_moved(node) and node.name != "R" and role in {
        "ratio", "logratio", "logp", "score", "advantage", "action_value", "return", "residual"
    }:  # fmt: skip
        raise Undecidable(f"{node.name} at another time than the sample's")
    if role in {"value", "reward"} and is_moved(node) and not is_next_index(node):
        raise Undecidable(f"{node.name} at another time than the sample's")
    if node.primes and role in {"ratio", "logratio", "advantage", "action_value"} and not args:
        raise Undecidable(f"{node.name}' is not the sample's {node.name}")
    if role == "ratio" and any(isinstance(s, Name) and s.name in EXPONENTS for s in node.sups):
        raise Undecidable("a ratio with an exponent that is not known")
    match role, args:
        case "policy" | "logp", (Given(left=left, right=right),):
            if is_state(left) or is_action(right):
                raise Undecidable("a policy gives actions, given a state")
        case "policy" | "logp" | "action_value" | "advantage", (only,):
            if _is_of(only, STATE_LETTERS):
                raise Undecidable(f"{node.name} of a state alone: it needs an action")
        case "ratio" | "logratio", _:
            if any(n.name in PARAMETERS - {"theta"} or n.subs for n in argument_names(args)):
                raise Undecidable("a ratio of other parameters than the new policy's")
        case "value", _:
            if node.name != "b" and any(is_action(arg) for arg in args):
                raise Undecidable("a state value of an action")
        case "action_value" | "advantage", (first, second, *_):
            if is_action(first) or is_state(second):
                raise Undecidable(f"{node.name} is taken of a state and an action, in this order")


def refuse_strangers(
    spoken: dict[str, Name], role: str, args: tuple[Node, ...], env: Env, *, indices: bool
) -> None:
    """Refuse a second letter in the place of the state, or of the action, of one sample.

    Args:
        spoken: the first unbound name in each place; added to.
        role: what the arguments belong to.
        args: the arguments.
        env: what is bound; a bound variable is nobody's second letter.
        indices: whether a_t and a_i are two letters; below two sums they may be one sample's.

    Raises:
        Undecidable: as in Q(s, a) - V(x), pi(a | s, x), pi(a | s) / pi_old(z | s).
    """
    states: tuple[Node, ...] = ()
    actions: tuple[Node, ...] = ()
    match role, args:
        case "policy" | "logp", (Given(left=left, right=right),):
            states, actions = (right,), (left,)
        case "policy" | "logp", (first, second):
            # pi(a, s) as pi(s, a): the letter that is known tells which is which.
            if is_state(first) or is_action(second):
                first, second = second, first
            if is_action(first) or is_state(second):
                states, actions = (second,), (first,)
        case "policy" | "logp", (only,) if not _is_of(only, STATE_LETTERS):
            actions = (only,)
        case "action_value" | "advantage", (first, second):
            states, actions = (first,), (second,)
        case "value", (only,):
            states = (only,)
    for axis, nodes in (("s", states), ("a", actions)):
        names = [n for n in argument_names(nodes) if n.name not in PARAMETERS]
        if len(names) > 1:
            raise Undecidable("a policy of more than an action, given a state")
        for name in names:
            if f"{axis}:var:{place_key(name)}" in env or len(name.name) > 1:
                continue
            first = spoken.setdefault(axis, name)
            if first.name.lower() != name.name.lower() or (indices and _indexed_apart(first, name)):
                raise Undecidable(
                    f"{variable_key(first)} and {variable_key(name)} stand in the same place"
                )


def _indexed_apart(first: Name, second: Name) -> bool:
    """Whether two names bear different letters as their index, or other numbers: a_t, a_i, a_0."""
    a, b = ([i.name for i in indices_of(n) if isinstance(i, Name)] for n in (first, second))
    c, d = ([i.value for i in indices_of(n) if isinstance(i, Num)] for n in (first, second))
    return (bool(a and b) and a != b) or c != d


def _is_of(node: Node, letters: set[str]) -> bool:
    return isinstance(node, Name) and node.name in letters


def _bound_outcomes(env: Env) -> list[str]:
    """Return the letters of the actions or outcomes that sums run over."""
    return [key.removeprefix("a:var:") for key in env if key.startswith("a:var:")]


def refuse_other_index(node: Name, env: Env) -> None:
    """Refuse an entry that no sum runs over where one runs over another: q_j below a sum over i.

    Raises:
        Undecidable: the entry is such a one.
    """
    bound = _bound_outcomes(env)
    indices = [i.name for i in indices_of(node) if isinstance(i, Name)]
    if any(bound) and indices and not {*indices} & {*bound}:
        raise Undecidable(f"{variable_key(node)} is bound by no sum and no expectation")


def refuse_unbound(args: tuple[Node, ...], env: Env) -> None:
    """Refuse an outcome that no sum runs over where one runs over another: P(y) below a sum over x.

    Raises:
        Undecidable: an argument is such a variable.
    """
    bound = _bound_outcomes(env)
    outcomes = [n for n in argument_names(args) if len(n.name) == 1 and n.name not in STATE_LETTERS]
    if not any(bound) or not outcomes:
        return
    for name in outcomes:
        words = {word for script in scripts_of(name) for word in words_in(script)}
        same_letter = any(key.rstrip("'").partition("_")[0] == name.name for key in bound)
        if (same_letter and not name.primes) or words & set(bound):
            return
    raise Undecidable(f"{variable_key(outcomes[0])} is bound by no sum and no expectation")
