"""How often a product divides by one number of samples: once makes a mean, twice does not."""

from collections import Counter

from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat
from rlprep.formula.tree import Big, Bin, Call, Chain, Expect, Index, Name, Neg, Node, Wrap, walk

LENGTH = "length"
"""How long an array is: the number of samples by no name of its own."""

COUNTS = {"N", "M", "T", "B", "n", "m", "D"}


def refuse_double_counts(node: Node) -> Counter[str]:
    """Return the numbers of samples that a product divides by.

    Raises:
        Undecidable: it divides by one of them twice.
    """
    match node:
        case Bin(op="*" | "cdot", left=left, right=right):
            found = refuse_double_counts(left) + refuse_double_counts(right)
        case Bin(op="/", left=left, right=right):
            found = refuse_double_counts(left) + _factors(right)
        case Bin(op="+" | "-", left=left, right=right):
            return refuse_double_counts(left) | refuse_double_counts(right)
        case Neg(x=x) | Big(body=x) | Expect(body=x):
            return refuse_double_counts(x)
        case _:
            return Counter()
    twice = [name for name, times in found.items() if times > 1]
    if found and node.op in {"*", "cdot", "/"}:
        _refuse_other_count(node, set(found))
    if LENGTH in found and len(found) > 1:
        raise Undecidable("a product that divides by two numbers of samples")
    if twice:
        raise Undecidable(f"a product that divides by {twice[0]} twice")
    return found


def _refuse_other_count(node: Node, divisors: set[str]) -> None:
    """Refuse a sum up to M that is divided by N: no mean, unless the two are the same.

    Raises:
        Undecidable: every sum says where it ends, and none where the divisor does.
    """
    limits = [_limit(n) for n in walk(node) if isinstance(n, Big)]
    names = {n.name for limit in limits if limit for n in walk(limit) if isinstance(n, Name)}
    if not all(limits):
        return
    missing = {name.strip("|") for name in divisors - {LENGTH}} - names
    if missing and names & COUNTS:
        raise Undecidable(f"a sum that is divided by {min(missing)} and ends elsewhere")


def _limit(node: Big) -> Node | None:
    """Return where a sum ends, None where it does not say."""
    match node.binder:
        case Chain(items=(*_, last), ops=(*_, "<=" | "<")):
            return last
    return node.hi


def _factors(node: Node) -> Counter[str]:
    match node:
        case Bin(op="*" | "cdot", left=left, right=right):
            return _factors(left) + _factors(right)
        case Name(name=name) if name in COUNTS and not node.sups:
            return Counter([flat(node)])
        case Wrap(kind="abs", x=Name(name=name)):
            return Counter([f"|{name}|"])
        case Call(fn=Name(name="len" | "shape" | "size" | "numel")):
            return Counter([LENGTH])
        case Index(x=Call() as inner):
            return _factors(inner)
    return Counter()
