"""Signs that bind a variable: sums and products in all their spellings."""

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.errors import Unreadable
from rlprep.formula.tree import Big, Bin, Call, Chain, Name, Neg, Node, Num, Tuple

if TYPE_CHECKING:
    from rlprep.formula.applied import Names


def big(parser: "Names") -> Node:
    r"""`\sum_{l=0}^{n} x`: the sign, its limits, and the product that it governs."""
    sign = parser.token
    parser.at += 1
    below, above = limits(parser)
    if below is None and parser.token.kind == "(":
        before, group = parser.at, parser.group()
        if isinstance(group, Chain):
            below = group  # Σ(l=0..∞) x
        else:
            parser.pending, parser.at = (before, parser.at, group), before
    return bound(parser, sign.span[0], sign.text, below, above)


def limits(parser: "Names") -> tuple[Node | None, Node | None]:
    """Read what stands below and above the sign, in either order."""
    below = above = None
    while parser.token.kind in {"_", "^"}:
        is_below = parser.token.kind == "_"
        parser.at += 1
        node = parser.script(subscript=True)
        if not is_below:
            above = node
            continue
        below = node
        if parser.token.kind == "rel" and parser.token.text == "=" and isinstance(node, Name):
            parser.at += 1  # Σ_l=0^∞, without braces
            lower = parser.script()
            below = Chain(parser.spans(node), (node, lower), ("=",))
    return below, above


def bound(parser: "Names", start: int, kind: str, below: Node | None, above: Node | None) -> Node:
    """Read the summand and build the node."""
    if not parser.starts_factor() and parser.token.kind not in {"-", "|"}:
        raise parser.fail(f"expected what the {'sum' if kind == 'sum' else kind} runs over")
    parser.enter()
    body = parser.signed_product()
    parser.depth -= 1
    if kind == "int":
        body, variables = without_differentials(body)
        if len(variables) == 1 and not isinstance(below, Chain):
            below = variables[0]
    return make((start, parser.tokens[parser.at - 1].end), kind, below, above, body)


def make(
    span: tuple[int, int], kind: str, below: Node | None, above: Node | None, body: Node
) -> Big:
    """Return the sum whose limits are the given nodes."""
    var = lo = None
    match below:
        case Chain(items=(v, Bin(op="..", left=low, right=high)), ops=("=" | "in",)):
            var, lo, above = v, low, high
        case Chain(items=(v, low), ops=("=",)):
            var, lo = v, low
        case Chain(items=(v, low), ops=(">=",)):
            var, lo = v, low
        case Chain(items=(v, _), ops=("!=",)):
            var = v
        case Chain(items=(v, low), ops=(">",)):
            var, lo = v, Bin(below.span, "+", low, Num(low.span, Fraction(1)))
        case Chain(items=(Num(), Name() as v), ops=("<=" | "<",)):
            var = v  # 0 <= l
        case Chain(items=(Name(name="t"), Name(name="k" | "l") as v), ops=("<=" | "<",)):
            var = v  # t <= k: t is the time at hand
        case Chain(items=(v, _), ops=("<=" | "<",)):
            var = v
        case Chain(items=(v, _), ops=("in" | "~",)):
            var = v
        case Chain(items=(_, v, _)):
            var = v
        case Name() | Tuple():
            var = below
        case None | Num() | Neg():
            pass
        case _:
            raise Unreadable("expected an index below the sum", below.span)
    return Big(span, kind, var, lo, above, below, body)


def named_sum(parser: "Names", name: Name) -> Node:
    """The word `sum` (or `integral`): with limits, as a function, or before what it sums."""
    kind = "int" if name.name == "integral" else "sum"
    if name.subs or name.sups:
        below = name.subs[0] if name.subs else None
        above = name.sups[0] if name.sups else None
        if parser.token.kind == "rel" and parser.token.text == "=" and isinstance(below, Name):
            parser.at += 1
            below = Chain(parser.spans(below), (below, parser.script()), ("=",))
            if parser.accept("^"):
                above = parser.script()
        return bound(parser, name.span[0], kind, below, above)
    if parser.token.kind != "(":
        if parser.starts_factor():
            return bound(parser, name.span[0], kind, None, None)
        return name
    call = parser.call(name)
    if not isinstance(call, Call):
        return call
    match call.args:
        case (Chain() as binder,) if parser.starts_factor():
            return bound(parser, name.span[0], "sum", binder, None)
        case (Chain(ops=("=" | "in",)) as binder, body):
            return make(call.span, "sum", binder, None, body)
        case (body, Chain(ops=("=" | "in",)) as binder):
            return make(call.span, "sum", binder, None, body)
        case (body, Tuple(items=(var, lo, hi))):
            return Big(call.span, "sum", var, lo, hi, None, body)
        case (body, Name() as var, lo, hi):
            return Big(call.span, "sum", var, lo, hi, None, body)
    return call


def without_differentials(body: Node) -> tuple[Node, list[Name]]:
    """Return an integrand without the `dx` that end it, and what they name, the last first."""
    found: list[Name] = []
    while True:
        match body:
            case Bin(op="*", left=Bin(op="*", left=rest, right=Name(name="d")), right=Name() as x):
                body = rest
                found.append(x)
            case Bin(op="*", left=rest, right=Name(name="da" | "ds" | "dx" as word) as x):
                body = rest
                found.append(replace(x, name=word[1:]))
            case _:
                return body, found
