"""PPO's whole objective as a polynomial in surrogate, value loss, entropy and coefficients."""

from fractions import Fraction

from rlprep.formula.decide.numbers import close, plain
from rlprep.formula.decide.policies import is_old, words_of
from rlprep.formula.decide.polynomial import Polynomial
from rlprep.formula.decide.table_places import argument_names, is_next_index
from rlprep.formula.decide.tabular import Tabular
from rlprep.formula.decide.worlds import sample_world, table_world
from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.integers import integer
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Expect,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Span,
    Wrap,
    walk,
)
from rlprep.formula.vocabulary import FUNCTIONS

CLIP, VALUE, ENTROPY = ("CLIP",), ("VF",), ("S",)
FIRST, SECOND = ("c1",), ("c2",)
SURROGATES = {"clip", "pg", "policy", "pi", "actor", "surr", "surrogate", "ppo", "action", "pol",
              "clipped", "cpi"}  # fmt: skip
VALUES = {"vf", "value", "critic", "v", "val", "baseline", "values", "mse"}
ENTROPIES = {"entropy", "ent", "s", "h", "e"}
OBJECTIVES = {"l", "j", "obj", "objective", "loss", "term", "surr", "surrogate", "gain"}
COEFFICIENTS = {"coef", "coeff", "coefficient", "weight", "c", "scale", "lambda", "alpha", "beta",
                "w", "factor", "cost", "ratio"}  # fmt: skip


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
            case Bin(op="^", left=left) if self._averages(left, position):
                raise Undecidable("a power of an expectation")
            case Bin(op="^", left=Wrap(kind="norm" | "abs", x=x), right=Num(value=two)) if two == 2:
                return self.evaluate(x, position).power(2)
            case Bin(op="^", left=left, right=right):
                return self.evaluate(left, position).power(integer(right, {}))
            case Big() | Expect() | Call(fn=Name(name="sum" | "mean")) if _takes_logarithm(node):
                return self.written_entropy(node)
            case Expect(body=body) | Optimise(objective=body) | Index(x=body):
                return self.evaluate(body, position)
            case Wrap(kind="norm" | "abs", x=x):
                value = self.evaluate(x, position)
                if value in (Polynomial.atom(VALUE), Polynomial.atom(ENTROPY)):
                    return value  # neither is negative
            case Name():
                return self.name(node, position)
            case Call():
                return self.call(node, position)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def _averages(self, node: Node, position: int) -> bool:
        """Whether an expression is a mean, or a sum of means, over samples."""
        match node:
            case Expect() | Call(fn=Name(name="mean" | "avg" | "average" | "sum")):
                return True
            case Name():
                number = self.program.definition(node, position)
                return number is not None and self._averages(
                    self.program.entries[number].values[-1], number
                )
            case Bin(left=left, right=right):
                return self._averages(left, position) or self._averages(right, position)
            case Neg(x=x):
                return self._averages(x, position)
        return False

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
            is_ours = not words & {"old", "next"} and not is_next_index(node)
            return Polynomial.atom(("V",) if is_ours else ("another value",))
        if node.name != "r" and words & {"returns", "return", "ret", "targ", "target", "targets",
                                         "r", "g", "y", "rtg"}:  # fmt: skip
            return Polynomial.atom(("R",))
        self.unknown.setdefault("_".join(words_of(node)), node.span)
        return Polynomial.atom(("?", "_".join(words_of(node))))

    def coefficient(self, node: Name, words: set[str], joined: str) -> Polynomial:
        """Return the coefficient that a name stands for: of a term, or anybody's."""
        if joined in {"c1"} or words & VALUES:
            return Polynomial.atom(FIRST)
        if joined in {"c2"} or words & (ENTROPIES - {"e"}) or "entropy" in joined:
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
        if lowered in {"square", "pow", "power"} and self._averages(node.args[0], position):
            raise Undecidable("a power of an expectation")
        if lowered in {"square"}:
            return self.evaluate(node.args[0], position).power(2)
        if lowered in {"pow", "power"}:
            return self.evaluate(node.args[0], position).power(integer(node.args[1], {}))
        if lowered in {"mse_loss", "mseloss", "mse", "smooth_l1_loss", "huber_loss"}:
            return Polynomial.atom(VALUE)
        if lowered in {"entropy"} or (name in {"S", "H"}):
            if (said := self.defined(node.fn, position)) is not None:
                return said
            if any(isinstance(n, Name) and is_old(n) for a in node.args for n in walk(a)):
                return Polynomial.atom(("the old policy's entropy",))
            return Polynomial.atom(ENTROPY)
        if name in FUNCTIONS:
            raise Undecidable(f"{name} has no meaning here")
        known = self.defined(node.fn, position)
        if known is not None:
            return known
        value = self.known(node.fn)
        if value == Polynomial.atom(("V",)) and any(map(is_next_index, argument_names(node.args))):
            return Polynomial.atom(("the next state's value",))
        if any(a[0] == "?" for a in value.atoms()) and len(name) > 2:
            raise Unreadable(f"the function '{name}' is not part of this formula", node.fn.span)
        return value

    def written_entropy(self, node: Node) -> Polynomial:
        """An entropy written out, in either sign: the sum over a of pi log pi."""
        signs = {1, -1}
        for seed in (3, 8):
            tabular = Tabular(self.program, table_world(seed), "entropy")
            for s in tabular.world.states:
                value = plain(tabular.evaluate(node, {"s": s}, self.program.main))
                entropy = plain(tabular.cross_entropy("new", "new", {"s": s}))
                signs = {x for x in signs if close(value, x * entropy, is_exact=False)}
        if not signs:
            raise Undecidable("a sum that is no entropy of the policy")
        return Polynomial.atom(ENTROPY) * Polynomial.constant(signs.pop())

    def surrogate(self, node: Call) -> Polynomial:
        """A clipped surrogate written out; a negated loss (`max(-A r, ...)`) too."""
        signs = {1, -1}
        for ratio in ("1/10000", "1/2", "9/10", "11/10", "2", "10000"):
            for advantage in ("1", "-3/2", "1/10000", "-10000", "10000"):
                r, a, e = Fraction(ratio), Fraction(advantage), Fraction(1, 5)
                tabular = Tabular(self.program, sample_world(r, a, e), "ppo_clip")
                value = tabular.evaluate(node, {"s": 0, "a": 0}, self.program.main)
                self.unknown.update(tabular.unknown)
                right = min(r * a, min(max(r, 1 - e), 1 + e) * a)
                signs = {s for s in signs if value == s * right}
        if not signs:
            return Polynomial.atom(("wrong surrogate",))
        self.uses_policy_loss = self.uses_policy_loss or signs == {-1}
        return Polynomial.atom(CLIP) * Polynomial.constant(signs.pop())


def _takes_logarithm(node: Node) -> bool:
    """Whether logarithms of probabilities stand inside, and none of the terms by its name."""
    names = [n for n in walk(node) if isinstance(n, Name)]
    return any(n.name in {"log", "ln", "logp"} for n in names) and not any(
        n.name in {"L", "J", "V", "min", "minimum", "clip"} for n in names
    )
