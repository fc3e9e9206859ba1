r"""Two caches told apart by a factor: `M_{MHA} = r M_{GQA}` says that r is what sharing saves."""

from dataclasses import replace
from fractions import Fraction

from rlprep.formula.decide.counting import definition
from rlprep.formula.decide.size_names import key_of, plain_role, words_of
from rlprep.formula.program import Program, entry_of
from rlprep.formula.tree import Bin, Call, Name, Node, Num, walk

OWN, SHARED = "mha", "gqa"


def with_factor(program: Program) -> Program:
    """Return the program whose formula is the factor, where it relates the two caches."""
    formula = program.formula
    if formula.target is None or (whole := _cache(formula.target, program)) is None:
        return program
    other = SHARED if whole == OWN else OWN
    value = formula.values[-1]
    caches = [n for n in walk(value) if _cache(n, program) is not None]
    caches = [n for n in caches if not any(n is not m and any(n is x for x in walk(m))
                                           for m in caches)]  # fmt: skip
    if len(caches) != 1 or _cache(caches[0], program) != other:
        return program
    if (factor := _without(value, caches[0])) is None:
        return program
    if whole == SHARED:
        factor = Bin(value.span, "/", Num(value.span, Fraction(1)), factor)
    entries = list(program.entries)
    entries[program.main] = entry_of(factor)
    return replace(program, entries=entries)


def _cache(node: Node, program: Program) -> str | None:
    """Return whose cache a symbol is that the input leaves undefined; None for other symbols."""
    match node:
        case Name():
            words = set(words_of(key_of(node)))
        case Call(fn=fn, args=args):  # `cache(MHA)`
            names = [name for arg in (fn, *args) for name in walk(arg) if isinstance(name, Name)]
            words = {word for name in names for word in words_of(key_of(name))}
        case _:
            return None
    found = words & {OWN, SHARED}
    name = node if isinstance(node, Name) else None
    if len(found) != 1 or (name is not None and plain_role(key_of(name)) is not None):
        return None
    if name is not None and definition(program, key_of(name), program.main) is not None:
        return None
    return next(iter(found))


def _without(node: Node, factor: Node) -> Node | None:
    """Return what is left of a product without one of its factors; None if it is none such."""
    if node is factor:
        return Num(node.span, Fraction(1))
    match node:
        case Bin(op="*" | "cdot" | "/" as op, left=left, right=right):
            if (rest := _without(left, factor)) is not None:
                return Bin(node.span, op, rest, right)
            if op != "/" and (rest := _without(right, factor)) is not None:
                return Bin(node.span, op, left, rest)
    return None
