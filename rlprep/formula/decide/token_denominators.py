"""Where an input divides: a tiny constant there keeps a denominator from 0, elsewhere it counts.

What a denominator is made of stands on other lines too: `den = ... + 1e-6` and then `num / den`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from rlprep.formula.decide.attention_names import role_of
from rlprep.formula.program import Entry, Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Span, walk

TINIEST = Fraction(1, 1000)
"""The largest constant that only keeps a denominator from 0."""

Key = Callable[[Name], str]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What is read of a statement once.

    Attributes:
        target: the name that it makes.
        places: the names in its values, with where they stand.
        names: the same names, without their places.
        spans: where its values stand.
        divisors: where denominators stand, with the names in them.
    """

    target: str | None
    places: list[tuple[str, Span]]
    names: set[str]
    spans: list[Span]
    divisors: list[tuple[Span, set[str]]]


def denominators(program: Program, key: Key) -> list[Span]:
    """Return where denominators stand, and the statements that only make parts of them.

    Args:
        program: the input; its code runs in order, so that a name is used after its statement.
        key: the key of a name, as the evaluator spells it.
    """
    statements = [_read(entry, key) for entry in program.entries]
    found = [span for statement in statements for span, _ in statement.divisors]
    makers = _makers(statements, in_order=program.is_code)
    while True:
        spans = found + [span for n in makers for span in statements[n].spans]
        stray = {n for n in makers
                 if _is_used_beside(n, statements, spans, in_order=program.is_code)}  # fmt: skip
        if not stray:
            return spans
        makers -= stray


def _read(entry: Entry, key: Key) -> _Statement:
    nodes = [node for value in entry.values for node in walk(value)]
    places = [(key(node), node.span) for node in nodes if isinstance(node, Name)]
    divisors = [(part.span, {key(n) for n in walk(part) if isinstance(n, Name)})
                for node in nodes for part in _below(node)]  # fmt: skip
    spans = [value.span for value in entry.values]
    return _Statement(_target(entry, key), places, {name for name, _ in places}, spans, divisors)


def _makers(statements: list[_Statement], *, in_order: bool) -> set[int]:
    """Return the numbers of the statements whose names divide, or make names that do."""
    used: set[str] = set()
    if not in_order:
        used.update(*(names for s in statements for _, names in s.divisors))
    makers: set[int] = set()
    for _ in statements:  # code needs one pass, mathematics one for each step between names
        before = len(makers)
        for number, statement in reversed([*enumerate(statements)]):
            if statement.target in used:
                makers.add(number)
                used |= statement.names
            used.update(*(names for _, names in statement.divisors))
        if in_order or len(makers) == before:
            break
    return makers


def _is_used_beside(
    number: int, statements: list[_Statement], spans: list[Span], *, in_order: bool
) -> bool:
    """Whether what a statement makes stands outside of denominators too.

    The features of queries or of keys may: a tiny constant makes other features of them.
    """
    made = statements[number]
    if len({role_of(name) for name in _sources(made, statements)} & {*"QKV"}) < 2:
        return False
    return any(
        name == made.target and not any(first <= start and end <= last for first, last in spans)
        for statement in statements[number + 1 if in_order else 0 :]
        for name, (start, end) in statement.places
    )


def _sources(made: _Statement, statements: list[_Statement]) -> set[str]:
    """Return the names that a statement's value is made of, those of their statements too."""
    found: set[str] = set()
    pending = [made]
    while pending:
        new = pending.pop().names - found
        found |= new
        pending.extend(statement for statement in statements if statement.target in new)
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
