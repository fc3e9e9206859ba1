"""How a difference between two objectives is shown: the world's numbers, and both values there."""

from fractions import Fraction
from typing import Any

from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.decide.numbers import shown
from rlprep.formula.decide.objective_values import Value
from rlprep.formula.decide.worlds import World

PER_PAIR = {"ratio", "advantage"}


def shown_at(world: World, a: Value, b: Value, mine: Meaning, subject: str) -> dict[str, Any]:
    """Return a world where two formulas differ, with both values there."""
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
        case "depends on the next state":
            return "a value that depends on the next state"
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
        case kind if kind.startswith("an equation"):
            return f"{kind}: its sides differ by {numbers}"
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
