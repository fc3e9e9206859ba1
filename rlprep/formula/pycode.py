"""Python to the same tree: parsed by `ast`, admitted node by node, never compiled or run.

Whatever is not on the list (a lambda, an import inside an expression, a dunder attribute, a string)
is refused with its place. Libraries are transparent (`torch.exp`, `np.exp` and `x.exp()` are one
call), `self.gamma` is gamma, and an identifier's underscores are its subscripts.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from rlprep.formula.characters import GREEK
from rlprep.formula.errors import Unreadable
from rlprep.formula.lexer import MAX_CHARACTERS, MAX_INTEGER
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
    Define,
    Dots,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Slice,
    Span,
    Trans,
    Tuple,
)

LIBRARIES = {"torch", "np", "numpy", "F", "math", "jnp", "nn", "tf", "jax", "functional", "th",
             "scipy", "special", "linalg", "lax", "core", "mpu", "distributions", "rlax", "xp",
             "sympy", "sp", "keras", "cp", "mx", "cmath", "signal", "misc"}  # fmt: skip
HOLDERS = {"self", "args", "cfg", "config", "hparams", "hp", "params", "opt", "batch", "data",
           "agent", "model", "mb", "rollout", "flags", "FLAGS", "conf", "cls"}  # fmt: skip
STORED = {"batch", "traj_batch", "mb", "minibatch", "rollout", "rollouts", "buffer", "buf", "traj",
          "trajectory", "transition", "transitions", "storage", "memory", "experience",
          "sample", "samples", "rollout_data"}  # fmt: skip
LOG_PROBS = {"log_prob", "log_probs", "logp", "logps", "logprob", "logprobs", "log_pi"}
SAME = {"detach", "contiguous", "float", "double", "clone", "item", "data", "numpy", "cpu", "to",
        "type_as", "half", "bfloat16", "requires_grad_", "long", "type", "astype",
        "copy"}  # fmt: skip
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^",
             ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%"}  # fmt: skip
RELATIONS = {ast.Eq: "=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">",
             ast.NotEq: "!="}  # fmt: skip
MAX_NODES = 1500
MAX_AST_DEPTH = 100

_CODE = re.compile(
    r"\b(?:torch|np|numpy|jnp|math|nn|tf|jax|th|self|F|scipy|cfg|config|args|hparams|conf)\.[a-zA-Z]"
    r"|//"
    r"|\.(?:mean|sum|exp|log|clamp|clip|T|transpose|mT|softmax|pow|square|log_prob|entropy|dot"
    r"|permute|unsqueeze|cumsum|sqrt|gather|dot|detach|shape|size|min|max|abs|div|mul|matmul|neg|add)\b"
    r"|\*\*|\bfor\s+\w+\s+in\b|\[[^\]]*:[^\]]*\]|^\s*(?:def|return|import|from|for|with)\b"
    r"|^\s*[a-z_]\w*(?:\[[^\]]*\])?\s*=\s*[a-z_]\w*\s*=[^=]"
    r"|\b(?:args|self|cfg|config|params|hparams|opt)\.\w|\b(?:len|range|zip|enumerate)\("
    r"|\blambda\s+\w+\s*:|\b(?:dim|axis)\s*=|\bSum\(|\w\s*[+*]=|#",
    re.MULTILINE,
)


def looks_like_code(text: str) -> bool:
    """Return whether Python should be tried before mathematics."""
    return "\\" not in text and bool(_CODE.search(text)) and not re.search(r"\^", text)


class _Reader:
    def __init__(self, text: str, shift: int, variables: frozenset[str]) -> None:
        self.text = text
        self.shift = shift
        self.libraries = LIBRARIES - variables
        self.renamed: dict[str, ast.expr] = {}
        self.lines = [0]
        for line in text.encode().splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.characters = self._character_offsets() if not text.isascii() else None

    def _character_offsets(self) -> list[int]:
        offsets: list[int] = []
        for number, char in enumerate(self.text):
            offsets.extend([number] * len(char.encode()))
        return [*offsets, len(self.text)]

    def place(self, line: int, column: int) -> int:
        offset = min(self.lines[min(line, len(self.lines)) - 1] + column, len(self.text.encode()))
        return self.shift + (self.characters[offset] if self.characters else offset)

    def span(self, node: ast.AST) -> Span:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        last = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column)
        return self.place(line, column), self.place(*last)

    def refuse(self, node: ast.AST, what: str) -> Unreadable:
        return Unreadable(f"{what} is no part of a formula", self.span(node),
                          hint="write the formula as an expression, or as assignments")  # fmt: skip

    # -- statements ---------------------------------------------------------------------------

    def body(self, statements: list[ast.stmt]) -> Iterator[Node]:
        others = [s for s in statements if not isinstance(s, ast.Import | ast.ImportFrom)]
        for statement in statements:
            match statement:
                case ast.FunctionDef(
                    name=name, body=[*_, ast.Return(value=ast.expr() as value)]
                ) if len(others) > 1 and len(statement.body) == 1:
                    yield self.function(statement, name, statement.args, value)
                case _:
                    yield from self.statement(statement)

    def function(
        self, node: ast.AST, name: str, arguments: ast.arguments, value: ast.expr
    ) -> Define:
        """A one-line function beside other statements: `phi = lambda x: elu(x) + 1`."""
        span = self.span(node)
        fn = self.name(node, name)
        if not isinstance(fn, Name):
            raise self.refuse(node, "a function of this name")
        parameters = tuple(self.name(argument, argument.arg) for argument in arguments.args)
        return Define(span, Call(span, fn, parameters), self.expression(value))

    def statement(self, node: ast.stmt) -> Iterator[Node]:
        match node:
            case ast.Expr(value=ast.Constant(value=str() | None)) | ast.Pass():
                return
            case ast.Expr(value=value):
                yield self.expression(value)
            case ast.Return(value=ast.expr() as value):
                yield self.expression(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values):
                for name, value in zip(names, values, strict=True):
                    yield Define(self.span(node), self.expression(name), self.expression(value))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                yield self.function(node, name, value.args, value.body)
            case ast.Assign(value=ast.List(elts=[]) | ast.Dict(keys=[])):
                return  # what a loop will fill
            case ast.Assign(targets=targets, value=value):
                # a = b = x: b is x, and a is b
                inner = self.expression(value)
                for target in reversed(targets):
                    name = self.expression(target)
                    yield Define(self.span(node), name, inner)
                    inner = name
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield Define(self.span(node), self.expression(target), self.expression(value))
            case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATORS:
                left = self.expression(target)
                total = Bin(self.span(node), OPERATORS[type(op)], left, self.expression(value))
                yield Define(self.span(node), left, total)
            case ast.For(body=body) | ast.With(body=body) | ast.FunctionDef(body=body):
                yield from self.body(body)
            case ast.If(test=test, body=[ast.Assign() as left], orelse=[ast.Assign() as right]) if (
                ast.dump(left.targets[0]) == ast.dump(right.targets[0])
            ):
                rows = (
                    (self.expression(left.value), self.expression(test)),
                    (self.expression(right.value), None),
                )
                value = Cases(self.span(node), rows)
                yield Define(self.span(node), self.expression(left.targets[0]), value)
            case ast.Import() | ast.ImportFrom():
                return
            case _:
                raise self.refuse(node, f"a '{type(node).__name__.lower()}' statement")

    # -- expressions --------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Node:
        span = self.span(node)
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                return self.number(node, value)
            case ast.Constant(value=value) if value is Ellipsis:
                return Dots(span)
            case ast.Constant(value=None):
                return Name(span, "None")
            case ast.Name(id=name):
                if name in self.renamed:
                    return self.expression(self.renamed[name])
                return self.name(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Neg(span, self.expression(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand)
            case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
                one = Num(span, Fraction(1))
                return Bin(span, "-", one, self.expression(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return Bin(span, OPERATORS[type(op)], self.expression(left), self.expression(right))
            case ast.Compare(left=left, ops=ops, comparators=rest) if all(
                type(op) in RELATIONS for op in ops
            ):
                items = tuple(self.expression(item) for item in (left, *rest))
                return Chain(span, items, tuple(RELATIONS[type(op)] for op in ops))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                then = (self.expression(body), self.expression(test))
                return Cases(span, (then, (self.expression(orelse), None)))
            case ast.Tuple(elts=[only]) | ast.List(elts=[only]):
                return self.expression(only)
            case ast.Tuple(elts=items) | ast.List(elts=items) if items:
                return Tuple(span, tuple(self.expression(item) for item in items))
            case ast.NamedExpr(value=value):
                return self.expression(value)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Subscript(value=value, slice=index):
                return self.subscript(node, value, index)
            case ast.Call():
                return self.call(node)
            case ast.GeneratorExp() | ast.ListComp():
                return self.comprehension(node)
        raise self.refuse(node, f"a {_KINDS.get(type(node), type(node).__name__.lower())}")

    def number(self, node: ast.expr, value: float) -> Node:
        if value != value or abs(value) == float("inf"):
            raise self.refuse(node, "this number")
        if abs(value) > MAX_INTEGER or (value and abs(value) < 1e-30):
            raise Unreadable("a number is too large to be part of this formula", self.span(node))
        return Num(self.span(node), Fraction(str(value)) if isinstance(value, float)
                   else Fraction(int(value)))  # fmt: skip

    def name(self, node: ast.AST, identifier: str) -> Node:
        if identifier.startswith("__"):
            raise self.refuse(node, f"'{identifier}'")
        span = self.span(node)
        parts = [part for part in identifier.split("_") if part] or [identifier]
        words = [GREEK.get(part, part) for part in parts]
        return Name(span, words[0], tuple(_label(span, word) for word in words[1:]))

    def attribute(self, node: ast.Attribute) -> Node:
        if node.attr.startswith("_"):
            raise self.refuse(node, f"the attribute '{node.attr}'")
        if node.attr in {"T", "mT", "H"}:
            return Trans(self.span(node), self.expression(node.value))
        if node.attr in SAME:
            return self.expression(node.value)
        if node.attr == "shape":
            return Call(self.span(node), Name(self.span(node), "shape"),
                        (self.expression(node.value),))  # fmt: skip
        self._holder(node.value)
        if isinstance(node.value, ast.Name) and node.value.id in STORED and node.attr in LOG_PROBS:
            return self.name(node, f"old_{node.attr}")  # it was stored when the action was taken
        return self.name(node, node.attr)

    def _holder(self, node: ast.expr) -> None:
        """Admit only plain names before a dot: `self.policy.gamma`, not `().__class__`."""
        while isinstance(node, ast.Attribute) and not node.attr.startswith("_"):
            node = node.value
        if not isinstance(node, ast.Name) or node.id.startswith("_"):
            raise self.refuse(node, "an attribute of this")

    def subscript(self, node: ast.expr, value: ast.expr, index: ast.expr) -> Node:
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            self._holder(value)
            return self.name(node, index.value)
        items = index.elts if isinstance(index, ast.Tuple) else [index]
        return Index(self.span(node), self.expression(value),
                     tuple(self._index(item) for item in items))  # fmt: skip

    def _index(self, node: ast.expr) -> Node:
        if isinstance(node, ast.Slice):
            if node.step is not None:
                raise self.refuse(node, "a slice with a step")
            lower = self.expression(node.lower) if node.lower else None
            upper = self.expression(node.upper) if node.upper else None
            return Slice(self.span(node), lower, upper)
        return self.expression(node)

    def call(self, node: ast.Call) -> Node:
        span = self.span(node)
        args = tuple(self._argument(arg) for arg in node.args)
        kwargs = tuple((k.arg, self._keyword(k.value)) for k in node.keywords if k.arg)
        match node.func:
            case ast.Name(id="float", lineno=_) if len(node.args) == 1 and isinstance(
                node.args[0], ast.Constant
            ):
                return Name(span, "inf")
            case ast.Name(id=name):
                function = self.name(node.func, name)
            case ast.Attribute(value=ast.Name(id="np" | "numpy" | "jnp"), attr="repeat"):
                function = Name(span, "repeat_interleave")  # numpy's word for torch's
            case ast.Attribute(value=ast.Name(id=root), attr=attr) if root in self.libraries:
                function = self.name(node.func, attr)
            case ast.Attribute(value=ast.Attribute() as value, attr=attr) if (
                _root(value) in self.libraries
            ):
                function = self.name(node.func, attr)
            case ast.Attribute(value=ast.Name(id=root), attr=attr) if root in HOLDERS:
                function = self.name(node.func, attr)
            case ast.Attribute(value=value, attr=attr):
                if attr.startswith("_"):
                    raise self.refuse(node.func, f"the attribute '{attr}'")
                if attr in SAME:
                    return self.expression(value)
                function, args = self.name(node.func, attr), (self.expression(value), *args)
            case _:
                raise self.refuse(node.func, "a call of this")
        if not isinstance(function, Name):
            raise self.refuse(node.func, "a call of this")
        if function.name in {"sum", "Sum", "fsum", "summation"} and not function.subs:
            match args:
                case (Big(kind="range") as inner,):
                    return replace(inner, kind="sum")
                case (body, Tuple(items=(var, lo, hi))):
                    return Big(span, "sum", var, lo, hi, None, body)
        return Call(span, function, args, kwargs)

    def _argument(self, node: ast.expr) -> Node:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return Call(self.span(node), Name(self.span(node), "'" + node.value[:80] + "'"), ())
        return self.expression(node)

    def _keyword(self, node: ast.expr) -> Node:
        return self._argument(node)

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """`f(l) for l in range(a, b)` as a sum; the call around it says which kind."""
        if len(node.generators) != 1 or node.generators[0].ifs:
            raise self.refuse(node, "a comprehension with conditions")
        generator = node.generators[0]
        saved, self.renamed = self.renamed, {**self.renamed, **_zipped(generator)}
        span, body = self.span(node), self.expression(node.elt)
        self.renamed = saved
        match generator.iter:
            case ast.Call(func=ast.Name(id="range"), args=args) if 1 <= len(args) <= 2:
                var = self.expression(generator.target)
                bounds = [self.expression(arg) for arg in args]
                lo = bounds[0] if len(bounds) == 2 else Num(span, Fraction(0))
                hi = bounds[-1]
                if not (isinstance(hi, Name) and hi.name in {"inf", "infinity", "oo"}):
                    hi = Bin(hi.span, "-", hi, Num(hi.span, Fraction(1)))
                return Big(span, "range", var, lo, hi, None, body)
            case ast.Call(func=ast.Name(id="enumerate")) if isinstance(generator.target, ast.Tuple):
                first = self.expression(generator.target.elts[0])
                return Big(span, "range", first, Num(span, Fraction(0)), Name(span, "inf"), None,
                           body)  # fmt: skip
            case ast.Call(func=ast.Name(id="zip")):
                return Big(span, "range", None, None, None, None, body)
        var = self.expression(generator.target)
        return Big(span, "range", var, None, None, self.expression(generator.iter), body)


_KINDS: dict[type, str] = {
    ast.Lambda: "function", ast.Constant: "text", ast.JoinedStr: "text", ast.Dict: "dictionary",
    ast.Set: "set", ast.Await: "coroutine", ast.BoolOp: "logical expression",
    ast.Starred: "starred argument",
}  # fmt: skip


def _root(node: ast.expr) -> str | None:
    """Return the name at the head of `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _zipped(generator: ast.comprehension) -> dict[str, ast.expr]:
    """Return what the variables of `for a, b in zip(x, y)` stand for, element by element."""
    match generator:
        case ast.comprehension(
            target=ast.Tuple(elts=[ast.Name(id=number), ast.Name(id=item)]),
            iter=ast.Call(func=ast.Name(id="enumerate"), args=[sequence]),
        ):
            return {item: _element(sequence, number)}
        case ast.comprehension(
            target=ast.Tuple(elts=names), iter=ast.Call(func=ast.Name(id="zip"), args=args)
        ) if len(names) == len(args):
            return {n.id: a for n, a in zip(names, args, strict=True) if isinstance(n, ast.Name)}
    return {}


def _element(sequence: ast.expr, number: str) -> ast.expr:
    """Return `rewards[t + i]` for the i-th element of `rewards[t:]`, or of rewards from t on."""
    match sequence:
        case ast.Subscript(value=value, slice=ast.Slice(lower=ast.expr() as start, upper=None)):
            sequence = value
        case _:
            start = ast.Name("t", ast.Load())
    index = ast.BinOp(start, ast.Add(), ast.Name(number, ast.Load()))
    found = ast.copy_location(ast.Subscript(sequence, index, ast.Load()), sequence)
    for part in ast.walk(index):
        ast.copy_location(part, sequence)
    return found


def _label(span: Span, word: str) -> Node:
    return Num(span, Fraction(word)) if word.isdigit() and len(word) < 7 else Name(span, word)


def _is_too_deep(tree: ast.AST) -> bool:
    level, depth, count = [tree], 0, 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth, count = depth + 1, count + len(level)
        if depth > MAX_AST_DEPTH or count > MAX_NODES * 2:
            return True
    return False


def parse(text: str, variables: frozenset[str] = frozenset()) -> list[Node]:
    """Return the statements of Python code; `variables` are no libraries (`K.T`).

    Raises:
        SyntaxError: the text is not Python.
        Unreadable: it is, and holds something that is no formula.
    """
    reader, tree = _opened(text, variables)
    nodes = list(reader.body(tree.body))
    if not nodes:
        raise Unreadable("there is no formula here", (0, len(text)))
    return nodes


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` statement: the characters that it covers, its variables, what it runs over."""

    span: Span
    target: Node
    over: Node


def loops(text: str, variables: frozenset[str] = frozenset()) -> list[Loop]:
    """Return the loops of code that `parse` reads, outer ones first; their statements come flat."""
    reader, tree = _opened(text, variables)
    return [
        Loop(reader.span(node), reader.expression(node.target), reader.expression(node.iter))
        for node in ast.walk(tree)
        if isinstance(node, ast.For)
    ]


def _opened(text: str, variables: frozenset[str]) -> tuple[_Reader, ast.Module]:
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("the input is too long", (MAX_CHARACTERS, len(text)))
    import textwrap

    code = textwrap.dedent(text).replace("−", "-").replace("\t", " ")
    code = code.strip("\n").rstrip()
    if code.lstrip() != code and "\n" not in code:
        code = code.strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from None
    if _is_too_deep(tree):
        raise Unreadable("the code is nested too deeply", (0, len(text)))
    return _Reader(code, max(0, text.find(code)), variables), tree
