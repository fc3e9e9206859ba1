"""Which feature map an input writes out, by its name or by cases.

`where(x > 0, x + 1, exp(x))` is elu(x) + 1. The parts are compared as trees; a line that says
something else by cases is left as it stands.
"""

from dataclasses import replace
from fractions import Fraction

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import FEATURES
from rlprep.formula.decide.token_arguments import rectified
from rlprep.formula.program import Program, entry_of
from rlprep.formula.show import latex
from rlprep.formula.tree import Bin, Call, Cases, Chain, Name, Node, Num, rewritten

ABOVE, BELOW = {">", ">="}, {"<", "<="}


def feature_of(program: Program) -> str:
    """Return the function that an input writes out as its feature map ("phi" for none)."""
    for node in program.nodes():
        if isinstance(node, Call) and rectified(node, is_code=program.is_code) is not None:
            return "relu"
        if isinstance(node, Call) and node.fn.name in FEATURES and _acts_on_tokens(node, program):
            return node.fn.name
    return "phi"


def _acts_on_tokens(node: Call, program: Program) -> bool:
    """Whether a function is applied to a query, a key, or a parameter, and not to a score."""
    if node.fn.name not in {"exp"}:
        return True
    match node.args:
        case (Name() as name,):
            role = names.role_of(names.spelling(name, is_code=False).key)
            return role in {"Q", "K"} or any(
                isinstance(p, Name) and p.name == name.name
                for e in program.entries if isinstance(e.target, Call) for p in e.target.args
            )  # fmt: skip
    return False


def with_named_features(program: Program) -> Program:
    """Return the program with elu and relu called by their names where cases say what they are."""
    entries = [
        entry if (node := rewritten(entry.node, _named)) is entry.node else entry_of(node)
        for entry in program.entries
    ]
    return replace(program, entries=entries)


def _named(node: Node) -> Node:
    match node:
        case Call(fn=Name(name="where"), args=(Chain() as test, above, below)):
            return _feature(node, test, above, below)
        case Cases(rows=((above, Chain() as test), (below, None))):
            return _feature(node, test, above, below)
        case Cases(rows=((above, Chain() as test), (below, Chain() as rest))) if (
            (one := _sign(test)) and (other := _sign(rest)) and one[0] != other[0]
            and _same(one[1], other[1])
        ):  # fmt: skip
            return _feature(node, test, above, below)
    return node


def _sign(test: Chain) -> tuple[bool, Node] | None:
    """Return whether a condition holds above zero, and of what it speaks."""
    match test:
        case Chain(items=(x, Num(value=0)), ops=(op,)) if op in ABOVE | BELOW:
            return op in ABOVE, x
        case Chain(items=(Num(value=0), x), ops=(op,)) if op in ABOVE | BELOW:
            return op in BELOW, x
    return None


def _feature(node: Node, test: Chain, first: Node, second: Node) -> Node:
    """Return `elu(x) + 1`, `elu(x)` or `relu(x)` where that is what the cases say."""
    if (sign := _sign(test)) is None:
        return node
    is_above, x = sign
    above, below = (first, second) if is_above else (second, first)
    one, span = Num(node.span, Fraction(1)), node.span
    elu = Call(span, Name(span, "elu"), (x,))
    if _same(above, x):
        if isinstance(below, Num) and below.value == 0:
            return Call(span, Name(span, "relu"), (x,))
        if _is_exponential(_without_one(below, "-"), x) or _is_called(below, "expm1", x):
            return elu
    if _same(_without_one(above, "+"), x) and _is_exponential(below, x):
        return Bin(span, "+", elu, one)
    return node


def _without_one(node: Node, op: str) -> Node | None:
    """Return x of `x + 1`, or of `x - 1`."""
    match node:
        case Bin(op=sign, left=x, right=Num(value=1)) if sign == op:
            return x
        case Bin(op="+", left=Num(value=1), right=x) if op == "+":
            return x
    return None


def _is_called(node: Node | None, name: str, x: Node) -> bool:
    match node:
        case Call(fn=Name(name=called), args=(inner,)):
            return called == name and _same(inner, x)
    return False


def _is_exponential(node: Node | None, x: Node) -> bool:
    match node:
        case Bin(op="^", left=Name(name="e"), right=power):
            return _same(power, x)
        case Name(name="e", subs=(), sups=(power,)):
            return _same(power, x)
    return _is_called(node, "exp", x)


def _same(a: Node | None, b: Node) -> bool:
    """Whether two expressions are written alike."""
    return a is not None and latex(a) == latex(b)
