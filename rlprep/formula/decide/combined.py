"""PPO's whole objective: a sum of three known terms with free positive coefficients.

The input is brought to a polynomial in the clipped surrogate, the value loss and the entropy. The
coefficients' sizes are free, their signs, and which coefficient belongs to which term, are not.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.objective import says_loss
from rlprep.formula.decide.policies import words_of
from rlprep.formula.decide.polynomial import Monomial, Polynomial
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.decide.worlds import sample_world
from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.integers import integer
from rlprep.formula.program import EQUALITIES, Program, is_plain_target
from rlprep.formula.tree import (
    Bin,
    Call,
    Chain,
    Expect,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Span,
    Wrap,
)
from rlprep.formula.vocabulary import FUNCTIONS, Vocabulary

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

CLIP, VALUE, ENTROPY = ("CLIP",), ("VF",), ("S",)
FIRST, SECOND = ("c1",), ("c2",)
SURROGATES = {"clip", "pg", "policy", "pi", "actor", "surr", "surrogate", "ppo", "action", "pol",
              "clipped", "cpi"}  # fmt: skip
VALUES = {"vf", "value", "critic", "v", "val", "baseline", "values", "mse"}
ENTROPIES = {"entropy", "ent", "s", "h", "e"}
OBJECTIVES = {"l", "j", "obj", "objective", "loss", "term", "surr", "surrogate", "gain"}
COEFFICIENTS = {"coef", "coeff", "coefficient", "weight", "c", "scale", "lambda", "alpha", "beta",
                "w", "factor", "cost", "ratio"}  # fmt: skip


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


class Terms:
    """Evaluates an objective to a polynomial in its three terms."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.unknown: dict[str, Span] = {}
        self.remarks: set[str] = set()
        self.uses_policy_loss = False
        self.depth = 0

    def evaluate(self, node: Node, position: int) -> Polynomial:
        """Return the value of a node."""
        match node:
            case Num(value=value):
                return Polynomial.constant(value)
            case Neg(x=x):
                return -self.evaluate(x, position)
            case Bin(op="+", left=left, right=right):
                return self.evaluate(left, position) + self.evaluate(right, position)
            case Bin(op="-", left=left, right=right):
                return self.evaluate(left, position) - self.evaluate(right, position)
            case Bin(op="*" | "cdot", left=left, right=right):
                return self.evaluate(left, position) * self.evaluate(right, position)
            case Bin(op="/", left=left, right=right):
                return self.evaluate(left, position) * self.evaluate(right, position).inverse()
            case Bin(op="^", left=left, right=right):
                return self.evaluate(left, position).power(integer(right, {}))
            case Expect(body=body) | Optimise(objective=body) | Index(x=body):
                return self.evaluate(body, position)
            case Wrap(kind="norm" | "abs", x=x):
                return self.evaluate(x, position)
            case Name():
                return self.name(node, position)
            case Call():
                return self.call(node, position)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def defined(self, name: Name, position: int) -> Polynomial | None:
        """Return the value of a name that the input defines."""
        number = self.program.definition(name, position)
        if number is None:
            return None
        self.depth += 1
        if self.depth > 40:
            raise Undecidable("definitions refer to each other without end")
        value = self.evaluate(self.program.entries[number].values[-1], number)
        self.depth -= 1
        return value

    def name(self, node: Name, position: int) -> Polynomial:
        """Return the value of a name."""
        known = self.defined(node, position)
        if known is None:
            known = self.known(node)
        power = [s.value for s in node.sups if isinstance(s, Num)]
        return known.power(int(power[0])) if power and power[0] > 0 else known

    def known(self, node: Name) -> Polynomial:
        """Return what a name stands for: a term, a coefficient, a value."""
        words = set(words_of(node))
        first = words_of(node)[0]
        joined = "".join(words_of(node))
        is_term = bool(words & OBJECTIVES) or first in {"s", "h"}
        if (words & COEFFICIENTS and not words & {"loss", "l", "obj"}) or joined in {"c1", "c2"}:
            return self.coefficient(node, words, joined)
        if "loss" in joined and any(w in joined for w in ("policy", "pg", "actor", "pi", "surr",
        "action", "clip")):  # fmt: skip
            self.uses_policy_loss = True
            return -Polynomial.atom(CLIP)
        if "entropy" in joined and "loss" in joined:
            return Polynomial.atom(("S?",))
        if words & ENTROPIES and (first in ENTROPIES or is_term or "entropy" in joined):
            return Polynomial.atom(ENTROPY)
        if (is_term and words & (VALUES | {"lvf"})) or joined in {"lvf", "lv", "vfloss", "vloss",
                                                               "valueloss", "criticloss",
                                                               "mse"}:  # fmt: skip
            return Polynomial.atom(VALUE)
        if (is_term and words & SURROGATES) or joined in {"lclip", "jclip", "surr", "surrogate",
                                                          "lpg",
                                                        "lpi", "clipobj", "lppo"}:  # fmt: skip
            return Polynomial.atom(CLIP)
        if first in {"v", "value", "values", "vpred", "vtheta", "newvalue", "newvalues", "vf",
                     "val"} and (
            not words & {"targ", "target", "targets"}
        ):  # fmt: skip
            return Polynomial.atom(("V",))
        if words & {"returns", "return", "ret", "targ", "target", "targets", "r", "g", "y", "rtg"}:
            return Polynomial.atom(("R",))
        self.unknown.setdefault("_".join(words_of(node)), node.span)
        return Polynomial.atom(("?", "_".join(words_of(node))))

    def coefficient(self, node: Name, words: set[str], joined: str) -> Polynomial:
        """Return the coefficient that a name stands for: of a term, or anybody's."""
        if joined in {"c1"} or words & VALUES:
            return Polynomial.atom(FIRST)
        if joined in {"c2"} or words & (ENTROPIES - {"e"}) or "entropy" in joined or "ent" in words:
            return Polynomial.atom(SECOND)
        return Polynomial.atom(("free", "_".join(words_of(node))))

    def call(self, node: Call, position: int) -> Polynomial:
        """Apply a function."""
        name = node.fn.name
        if not node.args and name in FUNCTIONS - {"entropy"}:
            raise Unreadable(f"{name} needs an argument", node.span)
        lowered = "_".join(words_of(node.fn))
        if name in {"min", "minimum", "where", "max", "maximum"}:
            return self.surrogate(node)
        if lowered in {"mean", "avg", "average", "detach", "sum"}:
            return self.evaluate(node.args[0], position)
        if lowered in {"square"}:
            return self.evaluate(node.args[0], position).power(2)
        if lowered in {"pow", "power"}:
            return self.evaluate(node.args[0], position).power(integer(node.args[1], {}))
        if lowered in {"mse_loss", "mseloss", "mse", "smooth_l1_loss", "huber_loss"}:
            return Polynomial.atom(VALUE)
        if lowered in {"entropy"} or (name in {"S", "H"}):
            return Polynomial.atom(ENTROPY)
        if name in FUNCTIONS:
            raise Undecidable(f"{name} has no meaning here")
        known = self.defined(node.fn, position)
        if known is not None:
            return known
        value = self.known(node.fn)
        if any(a[0] == "?" for a in value.atoms()) and len(name) > 2:
            raise Unreadable(f"the function '{name}' is not part of this formula", node.fn.span)
        return value

    def surrogate(self, node: Call) -> Polynomial:
        """A clipped surrogate written out; a negated loss (`max(-A r, ...)`) too."""
        signs = {1, -1}
        for ratio in ("1/2", "9/10", "11/10", "2"):
            for advantage in ("1", "-3/2"):
                r, a, e = Fraction(ratio), Fraction(advantage), Fraction(1, 5)
                tabular = Tabular(self.program, sample_world(r, a, e), "ppo_clip")
                value = tabular.evaluate(node, {"s": 0, "a": 0}, self.program.main)
                right = min(r * a, min(max(r, 1 - e), 1 + e) * a)
                signs = {s for s in signs if value == s * right}
        if not signs:
            return Polynomial.atom(("wrong surrogate",))
        self.uses_policy_loss = self.uses_policy_loss or signs == {-1}
        return Polynomial.atom(CLIP) * Polynomial.constant(signs.pop())


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
    """Return the sides of the formula that must each equal the reference."""
    values: list[Node] = []
    for value in program.formula.values:
        is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
        values.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
    if len(values) > 1 and is_plain_target(values[0]) and not isinstance(values[0], Expect):
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
    for side in mine.values[0]:
        for (name, a), (_, b) in zip(side[:3], reference[:3], strict=True):
            if a != b:
                return {"quantity": f"the coefficient of {names[name]}", "yours": _told(a),
                        "reference": _told(b)}  # fmt: skip
        if side[3] != reference[3]:
            return {"quantity": "what else is in it", "yours": "a term that does not belong",
                    "reference": "nothing"}  # fmt: skip
    return {}


def _told(part: Part | None) -> str:
    if part is None:
        return "0"
    size = "1" if part.coefficient == "one" else part.coefficient
    return size if part.sign > 0 else f"-{size}"
