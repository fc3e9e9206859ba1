"""PPO's whole objective: a sum of three known terms with free positive coefficients.

The input is brought to a polynomial in the clipped surrogate, the value loss and the entropy. The
coefficients' sizes are free, their signs, and which coefficient belongs to which term, are not.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from rlprep.formula.decide.combined_terms import CLIP, ENTROPY, VALUE, Terms
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.objective import says_loss
from rlprep.formula.decide.policies import words_of
from rlprep.formula.decide.polynomial import Monomial, Polynomial
from rlprep.formula.errors import Undecidable
from rlprep.formula.program import Program, is_plain_target
from rlprep.formula.tree import (
    Call,
    Name,
    Node,
)
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"ppo_total"}

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "clip", "CLIP", "VF", "vf", "value", "policy", "entropy", "loss", "obj", "coef", "ent",
            "critic", "actor", "returns", "values", "surr", "objective", "targ", "target", "total",
            "adv", "ratio", "epsilon", "pg", "PPO", "bonus", "coeff", "weight",
        }
    ),
    letters=frozenset("LSHVcArREJtsQ"),
    applied=frozenset({"V"}),
    multiplied=frozenset({"c", "c1", "c2", "beta", "epsilon", "eps"}),
)  # fmt: skip


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of the whole objective."""
    del subject
    name = node.fn if isinstance(node, Call) else node
    if not isinstance(name, Name):
        return False
    words = set(words_of(name))
    return bool(words & {"total", "ppo"}) or words in ({"loss"}, {"objective"}, {"l"}, {"j"})


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the one setting of this family."""
    return ("terms",)


@dataclass(frozen=True, slots=True)
class Part:
    """One term's share: its sign and which coefficient it carries."""

    sign: int
    coefficient: str


def _without_squares(value: Polynomial) -> Polynomial:
    """Write the squared error of the value function as the value loss."""
    v, r = ("V",), ("R",)
    result = value
    for monomial, coefficient in value.terms.items():
        powers = dict(monomial)
        if powers.get(v) != 2:
            continue
        rest: Monomial = tuple((a, e) for a, e in monomial if a != v)
        factor = Polynomial({rest: coefficient})
        gap = Polynomial.atom(v) - Polynomial.atom(r)
        result = result - factor * gap * gap + factor * Polynomial.atom(VALUE)
    return result


def members(program: Program) -> list[Node]:
    """Return the sides that must each equal the reference, without a first one that only names."""
    values = program.sides()
    if len(values) > 1 and is_plain_target(values[0]):
        return values[1:]
    return values


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return the one reading of a formula."""
    return [meaning(program, subject, setting)]


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return the three terms' shares."""
    del subject, setting
    nodes = members(program)
    terms = Terms(program)
    polynomials = [_without_squares(terms.evaluate(node, program.main)) for node in nodes]
    loss = says_loss(program)
    if not loss and terms.uses_policy_loss and all(_leads_negative(p) for p in polynomials):
        loss = True
    if loss:
        terms.remarks.add("the input says loss, so its signs are the objective's reversed")
        polynomials = [-p for p in polynomials]
    shares = tuple(_shares(p, terms.remarks) for p in polynomials)
    left = {str(a[1]) for p in polynomials for a in p.atoms() if a[0] == "?"}
    unknown = {name: span for name, span in terms.unknown.items() if name in left}
    facts = {"unknown": unknown, "program": program, "nodes": nodes, "polynomials": polynomials}
    return Meaning(Values(1, lambda _: shares), terms.remarks, nodes[0], facts)


def _leads_negative(value: Polynomial) -> bool:
    return value.terms.get(((CLIP, 1),), 0) == -1


def _shares(value: Polynomial, remarks: set[str]) -> Hashable:
    """Return each term's sign and coefficient, and what else there is."""
    parts: dict[str, list[Part]] = {"CLIP": [], "VF": [], "S": []}
    rest: list[Hashable] = []
    for monomial, coefficient in value.terms.items():
        powers = dict(monomial)
        term = next((a for a in (CLIP, VALUE, ENTROPY, ("S?",)) if powers.get(a) == 1), None)
        others = tuple((a, e) for a, e in monomial if a != term)
        symbols = [a for a, _ in others]
        if term is None or len(others) > 1 or any(e != 1 for _, e in others):
            rest.append((monomial, coefficient > 0))
            continue
        sign = 1 if coefficient > 0 else -1
        role = str(symbols[0][0]) if symbols else ("one" if abs(coefficient) == 1 else "number")
        if symbols and symbols[0][0] == "?":
            role = "free"
        if term == ("S?",):
            remarks.add("entropy_loss is read with the sign that libraries give it, either one")
            sign, term = 1, ENTROPY
        parts[str(term[0])].append(Part(sign, role))
    if any(len(p) > 1 for p in parts.values()):
        raise Undecidable("a term occurs twice")
    free = {"number", "free"}
    shares = []
    for name, own in (("CLIP", "one"), ("VF", "c1"), ("S", "c2")):
        part = parts[name][0] if parts[name] else None
        if part is not None and part.coefficient in free and name != "CLIP":
            remarks.add("the coefficients are free positive numbers")
            part = Part(part.sign, own)
        shares.append((name, part))
    return (*shares, tuple(sorted(rest, key=repr)))


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether both give every term the same sign and its own coefficient."""
    a, b = mine.values[0], theirs.values[0]
    if all(side == b[0] for side in a):
        return True
    bare = [p for side in a for _, p in side[:3] if isinstance(p, Part) and p.coefficient == "one"]
    if len(bare) > len(a) and all(_signs(side) == _signs(b[0]) for side in a):
        raise Undecidable("a coefficient is left out, which sets it to 1")
    return False


def _signs(shares: Any) -> tuple[Any, ...]:
    return tuple((n, p.sign if p else 0) for n, p in shares[:3]), shares[3]


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del mine, setting
    return "normal form: surrogate, value loss and entropy with the same signs and coefficients"


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return the first term that has another sign or coefficient."""
    del subject, setting
    names = {"CLIP": "the clipped surrogate", "VF": "the value loss", "S": "the entropy"}
    reference = theirs.values[0][0]
    side = next(side for side in mine.values[0] if side != reference)
    for (name, a), (_, b) in zip(side[:3], reference[:3], strict=True):
        if a != b:
            return {"quantity": f"the coefficient of {names[name]}", "yours": _told(a),
                    "reference": _told(b)}  # fmt: skip
    return {"quantity": "what else is in it", "yours": "a term that does not belong",
            "reference": "nothing"}  # fmt: skip


def _told(part: Part | None) -> str:
    if part is None:
        return "0"
    size = {"one": "1", "number": "another number"}.get(part.coefficient, part.coefficient)
    return size if part.sign > 0 else f"-{size}"
