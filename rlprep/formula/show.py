"""A tree as LaTeX: the echo of how an input was read."""

from fractions import Fraction

from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Define,
    Dot,
    Dots,
    Expect,
    Given,
    Grad,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Optimise,
    Parallel,
    Slice,
    Sub,
    Trans,
    Tuple,
    Wrap,
)
from rlprep.formula.vocabulary import GREEK_WORDS

_GREEK = GREEK_WORDS - {"lam", "eps", "inf", "infty", "infinity", "oo", "ratio", "adv", "old",
"new", "hat",
                        "top", "ones", "elu", "dots", "mathbb", "nabla", "loss", "total",
                        "integral"}  # fmt: skip
_SPELLED = {"lam": r"\lambda", "eps": r"\epsilon", "inf": r"\infty", "infinity": r"\infty",
            "oo": r"\infty", "infty": r"\infty", "top": r"\top", "ones": r"\mathbf{1}",
            "prime": "'"}  # fmt: skip
_FUNCTIONS = {"min", "max", "log", "exp", "ln"}
_RELATIONS = {"<=": r"\le", ">=": r"\ge", "~": r"\sim", "in": r"\in", "!=": r"\ne", "->": r"\to",
              "<-": r"\gets", "propto": r"\propto"}  # fmt: skip
_LEVELS = {"+": 1, "-": 1, "pm": 1, "..": 0, "*": 2, "cdot": 2, "@": 2, "otimes": 2, "odot": 2,
           "%": 2, "//": 2,
           "/": 2, "^": 4}  # fmt: skip
ATOM = 5


def latex(node: Node) -> str:
    """Return a node as LaTeX, without dollar signs."""
    return _write(node)


def _level(node: Node) -> int:
    match node:
        case Bin(op=op):
            return ATOM if op in {"/", "//"} else _LEVELS.get(op, 2)
        case Neg() | Big():
            return 1
        case Chain() | Define() | Given() | Parallel() | Optimise():
            return 0
        case Grad():
            return 3
        case Num(value=value) if value < 0:
            return 1
    return ATOM


def _within(node: Node, level: int) -> str:
    """Return a node, in parentheses where it binds less tightly than `level`."""
    text = latex(node)
    return text if _level(node) >= level else rf"\left({text}\right)"


def _write(node: Node) -> str:
    match node:
        case Num(value=value):
            return _number(value)
        case Name():
            return _name(node)
        case Dot():
            return r"\cdot"
        case Dots():
            return r"\cdots"
        case Neg(x=x):
            return f"-{_within(x, 2)}"
        case Bin():
            return _binary(node)
        case Sub(x=x, sub=sub):
            return f"{_within(x, ATOM)}_{{{latex(sub)}}}"
        case Trans(x=x):
            return rf"{_within(x, ATOM)}^{{\top}}"
        case Call():
            return _call(node)
        case Index(x=x, items=items):
            return f"{_within(x, ATOM)}[{_list(items)}]"
        case Slice(lo=lo, hi=hi):
            return f"{latex(lo) if lo else ''}{{:}}{latex(hi) if hi else ''}"
        case Big():
            return _big(node)
        case Expect(dist=dist, body=body):
            below = f"_{{{_list(dist)}}}" if dist else ""
            return rf"\mathbb{{E}}{below}\left[{latex(body)}\right]"
        case Grad(x=x):
            return rf"\nabla {_within(x, 3)}"
        case Chain(items=items, ops=ops):
            parts = [latex(items[0])]
            for op, item in zip(ops, items[1:], strict=True):
                parts += [_RELATIONS.get(op, op), latex(item)]
            return " ".join(parts)
        case Given(left=left, right=right):
            return rf"{latex(left)} \mid {latex(right)}"
        case Parallel(left=left, right=right):
            return rf"{latex(left)} \,\|\, {latex(right)}"
        case Tuple(items=items):
            return f"({_list(items)})"
        case Cases(rows=rows):
            lines = [f"{latex(v)} & {latex(c) if c else _text('otherwise')}" for v, c in rows]
            return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"
        case Wrap(kind="norm", x=x):
            return rf"\left\|{latex(x)}\right\|"
        case Wrap(kind="abs", x=x):
            return rf"\left|{latex(x)}\right|"
        case Wrap(kind=kind, x=x):
            return rf"\left\l{kind} {latex(x)} \right\r{kind}"
        case Optimise(sense=sense, objective=objective, constraints=constraints):
            head = rf"\{sense} {latex(objective)}" if sense else latex(objective)
            tail = rf" \quad \text{{s.t.}} \quad {_list(constraints)}" if constraints else ""
            return head + tail
        case Define(target=target, value=value):
            return f"{latex(target)} = {latex(value)}"
    return r"\ldots"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    decimal = f"{float(value):.10g}"
    if "e" not in decimal and Fraction(decimal) == value:
        return decimal
    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _text(word: str) -> str:
    return rf"\text{{{word}}}"


def _list(items: tuple[Node, ...]) -> str:
    return ", ".join(latex(item) for item in items)


def _word(name: str) -> str:
    if name in _SPELLED:
        return _SPELLED[name]
    if name in _GREEK:
        return f"\\{name}"
    clean = "".join(c for c in name if c.isalnum() or c in "_ ',")
    clean = clean.replace("_", r"\_")
    return clean if len(name) == 1 else rf"\mathrm{{{clean}}}"


def _name(node: Name) -> str:
    text = _word(node.name)
    if node.mark:
        text = rf"\{node.mark}{{{text}}}"
    text += "'" * node.primes
    if node.subs:
        text += f"_{{{_list(node.subs)}}}"
    if node.sups:
        text += f"^{{{_list(node.sups)}}}"
    return text


def _binary(node: Bin) -> str:
    left, right, op = node.left, node.right, node.op
    match op:
        case "/":
            return rf"\frac{{{latex(left)}}}{{{latex(right)}}}"
        case "//":
            return rf"\left\lfloor \frac{{{latex(left)}}}{{{latex(right)}}} \right\rfloor"
        case "^":
            return f"{_within(left, ATOM)}^{{{latex(right)}}}"
        case "%":
            return rf"{_within(left, 2)} \bmod {_within(right, 3)}"
        case "+" | "-":
            return f"{_within(left, 1)} {op} {_within(right, 2 if op == '-' else 1)}"
        case "pm":
            return rf"{_within(left, 1)} \pm {_within(right, 2)}"
        case "..":
            return rf"{latex(left)} \ldots {latex(right)}"
    sign = {"cdot": r" \cdot ", "otimes": r" \otimes ", "odot": r" \odot "}.get(op, " ")
    if isinstance(right, Num) or (isinstance(left, Num) and isinstance(right, Num)):
        sign = r" \cdot "
    return f"{_within(left, 2)}{sign}{_within(right, 3)}"


def _call(node: Call) -> str:
    name = node.fn.name
    if name == "sqrt" and len(node.args) == 1:
        return rf"\sqrt{{{latex(node.args[0])}}}"
    head = rf"\{name}" if name in _FUNCTIONS else _name(node.fn)
    if name in _FUNCTIONS and (node.fn.subs or node.fn.sups):
        head += _name(node.fn)[len(_word(name)) :]
    inside = [_list(node.args)] if node.args else []
    inside += [f"{_word(key)} = {latex(value)}" for key, value in node.kwargs]
    return rf"{head}\left({', '.join(inside)}\right)"


def _big(node: Big) -> str:
    sign = {"int": r"\int", "prod": r"\prod"}.get(node.kind, r"\sum")
    below = above = ""
    if node.binder is not None:
        below = f"_{{{latex(node.binder)}}}"
    elif node.var is not None:
        start = f" = {latex(node.lo)}" if node.lo is not None else ""
        below = f"_{{{latex(node.var)}{start}}}"
    if node.hi is not None:
        above = f"^{{{latex(node.hi)}}}"
    return f"{sign}{below}{above} {_within(node.body, 2)}"
