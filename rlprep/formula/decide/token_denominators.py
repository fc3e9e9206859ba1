"""Where an input divides: a tiny constant there keeps a denominator from 0, elsewhere it counts.

What a denominator is made of stands on other lines too: `den = ... + 1e-6` and then `num / den`.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from rlprep.formula.decide import attention_names as names
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
    makers = _makers(program, divisors, key)
    while True:
        spans = found + [v.span for n in makers for v in program.entries[n].values]
        stray = {n for n in makers if _is_used_beside(n, program, spans, key)}
        if not stray:
            return spans
        makers -= stray


def _makers(program: Program, divisors: list[list[Node]], key: Key) -> set[int]:
    """Return the numbers of the statements whose names divide, or make names that do."""
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
    return makers


def _is_used_beside(number: int, program: Program, spans: list[Span], key: Key) -> bool:
    """Whether what a statement makes stands outside of denominators too.

    The features of queries or of keys may: a tiny constant makes other features of them.
    """
    made = program.entries[number]
    if len({names.role_of(name) for name in _sources(made, program, key)} & {*"QKV"}) < 2:
        return False
    users = program.entries[number + 1 :] if program.is_code else program.entries
    return any(
        isinstance(part, Name) and key(part) == _target(made, key)
        and not any(first <= part.span[0] and part.span[1] <= last for first, last in spans)
        for entry in users for value in entry.values for part in walk(value)
    )  # fmt: skip


def _sources(made: Entry, program: Program, key: Key) -> set[str]:
    """Return the names that a statement's value is made of, those of their statements too."""
    found: set[str] = set()
    pending = [made]
    while pending:
        new = set().union(*(_names(value, key) for value in pending.pop().values)) - found
        found |= new
        pending.extend(entry for entry in program.entries if _target(entry, key) in new)
    return found


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
