"""Which of the two policies a name means: the new one, or the one that collected the data.

The answer depends on the whole input: with a tilde on one policy the other is old, with primed
parameters the distribution that is sampled from is, and KL's left side says which is P. Books use
the prime either way: where neither a sample nor the left side tells, it stays open.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from rlprep.formula.decide.policies import has_primed_parameters, is_old, role_of
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat, labels_of
from rlprep.formula.program import Program, key_of
from rlprep.formula.tree import Call, Chain, Expect, Given, Name, Node, Parallel, walk


@lru_cache(maxsize=8)
def policy_roles(program: Program, subject: str) -> Callable[[Name], str]:
    """Return the function that tells the new policy from the old one in this input."""
    which = _roles(program, subject)
    others = _other_names(program, subject)
    return lambda name: which(others.get(key_of(name) or "", name))


def _other_names(program: Program, subject: str) -> dict[str, Name]:
    """Return the policies that are said to be another one: `where mu = pi_old`."""
    found: dict[str, Name] = {}
    for entry in program.entries:
        value = entry.values[-1]
        value = value.fn if isinstance(value, Call) else value
        heads = (entry.target.fn if isinstance(entry.target, Call) else entry.target, value)
        if entry.key and all(
            isinstance(n, Name) and role_of(n, subject) == "policy" for n in heads
        ):
            assert isinstance(value, Name)
            found[entry.key] = value
    return found


def _roles(program: Program, subject: str) -> Callable[[Name], str]:
    names = [
        n for n in program.nodes()
        if isinstance(n, Name) and role_of(n, subject) in {"policy", "logp"}
    ]  # fmt: skip
    tilde = any(n.mark == "tilde" for n in names)
    primed = any(has_primed_parameters(n) for n in names)
    if subject == "kl":
        return _kl_roles(program, names, tilde=tilde)
    new_is_primed = _samples_for_primed(program, subject, names)
    single = subject in {"policy_gradient", "advantage", "entropy"}

    said = _other_names(program, subject).values()
    labelled = any(n.name == "pi" and is_old(n) and n not in said for n in names)

    def which(name: Name) -> str:
        if labelled and name.name in {"q", "mu", "b"} and not labels_of(name):
            raise Undecidable(f"{name.name} is a third policy beside the new and the old one")
        if tilde:
            return "new" if name.mark == "tilde" else "old"
        if single and not ("old" in "".join(labels_of(name)).lower() or (
                name.name in {"q", "mu"} and len({n.name for n in names}) > 1)):  # fmt: skip
            return "new"
        if is_old(name):
            return "old"
        if primed and new_is_primed is None:
            raise Undecidable("the prime does not tell which policy is the new one: write pi_old")
        if primed:
            return "new" if has_primed_parameters(name) == new_is_primed else "old"
        return "new"

    return which


def _samples_for_primed(program: Program, subject: str, names: list[Name]) -> bool | None:
    """Whether the policy with the prime is the new one; None if the input does not say.

    Samples are the old policy's. Where one policy draws the actions in states that another one
    visits, the states are what was collected.
    """
    drawn = [d for x in program.nodes() if isinstance(x, Expect) for d in x.dist]
    visits = [d for d in drawn if isinstance(d, Chain) and any(
        isinstance(n, Name) and n.name in {"s", "S", "tau"} for n in walk(d.items[0]))]  # fmt: skip

    def sources(items: Sequence[Node]) -> list[Name]:
        return [n for item in items for n in walk(item)
                if isinstance(n, Name) and role_of(n, subject) == "policy"]  # fmt: skip

    samplers = sources(visits) or sources(drawn)
    if not samplers:
        return _asks_for_primed(program)
    if any(is_old(n) for n in samplers):  # nothing else is left for the prime to say
        return all(is_old(n) or has_primed_parameters(n) for n in names)
    return not any(has_primed_parameters(n) for n in samplers)


def _asks_for_primed(program: Program) -> bool | None:
    """Whether the left side is a function of the primed parameters; None if it does not say."""
    target = program.formula.target
    asked = target.args if isinstance(target, Call) else ()
    parameters = [a for a in asked if isinstance(a, Name) and a.name == "theta"]
    return bool(parameters[0].primes) if len(parameters) == 1 else None


def compared(program: Program) -> frozenset[str]:
    """Return the names of the distributions that the left side compares."""
    target = program.formula.target
    match target:
        case Call(args=(Parallel(left=left, right=right),)) | Call(args=(left, right)):
            heads = [side.fn if isinstance(side, Call) else side for side in (left, right)]
            return frozenset(flat(head) for head in heads if isinstance(head, Name))
    return frozenset()


def _kl_roles(program: Program, names: list[Name], *, tilde: bool) -> Callable[[Name], str]:
    """P and Q of a divergence: as the left side names them, else by letter, else by order."""
    target = program.formula.target
    sides: list[str] = []
    if isinstance(target, Call):
        items = target.args
        if len(items) == 1 and isinstance(items[0], Parallel | Given):
            items = (items[0].left, items[0].right)
        sides = [k for i in items if (k := _policy_key(i)) is not None]

    in_order = list(dict.fromkeys(
        key_of(n) for n in sorted(names, key=lambda n: n.span) if not labels_of(n)
    ))  # fmt: skip

    def which(name: Name) -> str:
        key = _policy_key(name)
        if len(sides) == 2 and key in sides and sides[0] != sides[1]:
            return "new" if key == sides[0] else "old"
        if tilde:
            return "old" if name.mark == "tilde" else "new"  # KL(pi || ~pi), as TRPO has it
        if name.name.lower() in {"q"} or "q" in {w.lower() for w in labels_of(name)} or (
            "".join(labels_of(name)).lower().endswith("q")
        ) or name.name.lower().endswith("q"):  # fmt: skip
            return "old"
        labels = {word.lower() for word in labels_of(name)}
        if labels & {"old", "new"} and name.name.lower() != "q":
            return "new" if "old" in labels else "old"  # KL(old || new), as PPO and TRPO have it
        if "p" in labels:
            return "new"
        if name.name.lower() in {"logp", "logps"} or flat(name).lower() in {"log_p", "logprob"}:
            return "new"
        if name.name.lower().startswith("p") and name.name.lower() not in {"pi", "policy", "probs"}:
            return "new"
        if len(in_order) == 2 and key in in_order:  # pi and mu: whatever they are, P comes first
            return "new" if key == in_order[0] else "old"
        return "new" if is_old(name) else "old"

    return which


def _policy_key(node: Node) -> str | None:
    match node:
        case Name():
            return flat(node).lower() + "'" * node.primes + node.mark
        case Call(fn=fn):
            return _policy_key(fn)
    return None
