"""Numbers that stand where the reference has a free parameter: `clip(r, 0.8, 1.2)`, `0.99 V(s')`.

Such a formula is the reference at one value of the parameter. It is neither equal to it nor wrong,
and the verdict says which symbol to write.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from rlprep.formula.tree import Bin, Name, Node, Num, rewritten, walk

PARAMETERS = ("gamma", "lambda", "epsilon", "beta", "delta")
MOST_NUMBERS = 4
ONE = Fraction(1)


def fixed_parameters(
    tree: Node, reference: Node, is_right: Callable[[Node], bool]
) -> dict[str, Fraction]:
    """Return the values of parameters at which a formula is the reference; none if it is not.

    Args:
        tree: the side of the input that states the formula.
        reference: the reference's side; its parameters are tried.
        is_right: whether another tree in its place is right.
    """
    names = {n.name for n in walk(reference) if isinstance(n, Name)}
    numbers = decimals(tree)
    if not numbers or len(numbers) > MOST_NUMBERS:
        return {}
    for values in _assignments([p for p in PARAMETERS if p in names], numbers):
        changed = rewritten(tree, lambda node, values=values: _freed(node, values))
        if changed != tree and is_right(changed):
            return values
    return {}


def decimals(tree: Node) -> list[Fraction]:
    """Return the numbers of a formula that are no whole ones."""
    return sorted({
        n.value for n in walk(tree) if isinstance(n, Num) and n.value.denominator != 1
    })  # fmt: skip


def _assignments(parameters: list[str], numbers: list[Fraction]) -> Iterator[dict[str, Fraction]]:
    """Yield the values that the numbers may stand for: of one parameter, then of two."""
    single = [(name, value) for name in parameters for value in _values(name, numbers)]
    yield from ({name: value} for name, value in single)
    for number, (first, a) in enumerate(single):
        for second, b in single[number + 1 :]:
            if first != second and a != b:
                yield {first: a, second: b}


def _values(name: str, numbers: list[Fraction]) -> list[Fraction]:
    """Return what a parameter may be where a number is p, 1 - p, 1 + p or 2 p."""
    found = list(numbers)
    if name == "epsilon":
        found += [abs(number - ONE) for number in numbers]
    if name == "delta":
        found += [number / 2 for number in numbers]
    return [value for value in dict.fromkeys(found) if value > 0]


def _freed(node: Node, values: dict[str, Fraction]) -> Node:
    """Put a parameter in the place of its value."""
    if not isinstance(node, Num):
        return node
    one = Num(node.span, ONE)
    for name, value in values.items():
        symbol = Name(node.span, name)
        match node.value:
            case number if number == value:
                return symbol
            case number if name == "epsilon" and number == ONE - value:
                return Bin(node.span, "-", one, symbol)
            case number if name == "epsilon" and number == ONE + value:
                return Bin(node.span, "+", one, symbol)
            case number if name == "delta" and number == 2 * value:
                return Bin(node.span, "*", Num(node.span, Fraction(2)), symbol)
    return node
