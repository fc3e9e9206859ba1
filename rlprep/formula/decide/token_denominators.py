"""Where an input divides: a tiny constant there keeps a denominator from 0, elsewhere it counts.

What a denominator is made of stands on other lines too: `den = ... + 1e-6` and then `num / den`.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from rlprep.formula.program import Entry, Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Span, walk

TINIEST = Fraction(1, 1000)
"""The largest constant that only keeps a denominator from 0."""

Key = Callable[[Name], str]


def denominators(program: Program, key: Key) -> list[Span]:
    """Return where denominators stand, and the statements that only make parts of them.

    Args:
        program: the input; its code runs in order, so that a name is used after its statement.
        key: the key of a name, as the evaluator spells it.
    """
    divisors = [[part for value in entry.values for n in walk(value) for part in _below(n)]
                for entry in program.entries]  # fmt: skip
    found = [part.span for parts in divisors for part in parts]
    used: set[str] = set()
    if not program.is_code:
        used.update(*(_names(part, key) for parts in divisors for part in parts))
    makers: set[int] = set()
    for _ in program.entries:  # code needs one pass, mathematics one for each step between names
        before = len(makers)
        for number, entry in reversed([*enumerate(program.entries)]):
            if _target(entry, key) in used:
                makers.add(number)
                used.update(*(_names(value, key) for value in entry.values))
            used.update(*(_names(part, key) for part in divisors[number]))
        if program.is_code or len(makers) == before:
            break
    return found + [value.span for number in makers for value in program.entries[number].values]


def _below(node: Node) -> Iterator[Node]:
    """Yield what a node divides by, or takes the logarithm of."""
    match node:
        case Bin(op="/", right=divisor) | Bin(op="^", left=divisor, right=Neg()):
            yield divisor
        case Bin(op="^", left=divisor, right=Num(value=power)) if power < 0:
            yield divisor
        case Name(sups=(*_, Neg())):
            yield node
        case Call(fn=Name(name="div" | "divide" | "true_divide"), args=(_, divisor, *_)):
            yield divisor
        case Call(
            fn=Name(name="reciprocal" | "rsqrt" | "inv" | "inverse" | "log" | "ln"),
            args=(divisor, *_),
        ):
            yield divisor


def _names(node: Node, key: Key) -> set[str]:
    return {key(part) for part in walk(node) if isinstance(part, Name)}


def _target(entry: Entry, key: Key) -> str | None:
    target = entry.target
    while isinstance(target, Index):
        target = target.x
    if isinstance(target, Call):
        target = target.fn
    return key(target) if isinstance(target, Name) else None


def literal(node: Node) -> Fraction:
    """Return a number, `10^{-8}` too; 0 for anything else."""
    match node:
        case Num(value=value):
            return value
        case Bin(op="^", left=Num(value=base), right=Neg(x=Num(value=power))) if power <= 64:
            return Fraction(1) / base ** int(power) if base else Fraction(0)
    return Fraction(0)
