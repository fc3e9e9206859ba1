"""Python's expressions as nodes of the formula tree, admitted one kind at a time."""

import ast
from dataclasses import replace
from fractions import Fraction

from rlprep.formula.characters import GREEK
from rlprep.formula.code_casts import recast
from rlprep.formula.code_lists import is_backwards, joined_parts
from rlprep.formula.code_places import Places
from rlprep.formula.errors import Unreadable
from rlprep.formula.lexer import MAX_INTEGER
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
    Chain,
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

HOLDERS = {"self", "args", "cfg", "config", "hparams", "hp", "params", "opt", "batch", "data",
           "agent", "model", "mb", "rollout", "flags", "FLAGS", "conf", "cls"}  # fmt: skip
STORED = {"batch", "traj_batch", "mb", "minibatch", "rollout", "rollouts", "buffer", "buf", "traj",
          "trajectory", "transition", "transitions", "storage", "memory", "experience",
          "sample", "samples", "rollout_data"}  # fmt: skip
LOG_PROBS = {"log_prob", "log_probs", "logp", "logps", "logprob", "logprobs", "log_pi"}
SAME = {"detach", "contiguous", "float", "double", "clone", "item", "data", "numpy", "cpu", "to",
        "type_as", "half", "bfloat16", "requires_grad_", "long", "type", "astype",
        "copy"}  # fmt: skip
LAYERS = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "ELU": "elu", "ReLU": "relu",
          "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus"}  # fmt: skip
METHODS_OF_OPERATIONS = {"outer", "accumulate", "reduce"}  # np.subtract.outer(a, b)
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^",
             ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%"}  # fmt: skip
RELATIONS = {ast.Eq: "=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">",
             ast.NotEq: "!="}  # fmt: skip


class Expressions(Places):
    """Reads expressions; whatever is not on the list is refused with its place."""

    def expression(self, node: ast.expr) -> Node:
        """Return the node of an expression."""
        span = self.span(node)
        if parts := joined_parts(node):
            whole = Tuple(span, tuple(self.expression(part) for part in parts))
            return Call(span, Name(span, "concatenate"), (whole,))
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
            case ast.BinOp(left=left, op=ast.LShift() | ast.RShift() as op, right=right):
                two = Bin(span, "^", Num(span, Fraction(2)), self.expression(right))
                sign = "*" if isinstance(op, ast.LShift) else "//"
                return Bin(span, sign, self.expression(left), two)
            case ast.BinOp(left=left, op=ast.Add(), right=ast.List(elts=[only])):
                joined = self.expression(left), self.expression(only)  # a list and one more
                return Call(span, Name(span, "append"), joined)
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
        """Return an exact number; a float means the decimal that it prints as."""
        if value != value or abs(value) == float("inf"):
            raise self.refuse(node, "this number")
        if abs(value) > MAX_INTEGER or (value and abs(value) < 1e-30):
            raise Unreadable("a number is too large to be part of this formula", self.span(node))
        return Num(self.span(node), Fraction(str(value)) if isinstance(value, float)
                   else Fraction(int(value)))  # fmt: skip

    def name(self, node: ast.AST, identifier: str) -> Node:
        """Return a name whose underscores are subscripts: `old_log_prob`."""
        if identifier.startswith("__"):
            raise self.refuse(node, f"'{identifier}'")
        span = self.span(node)
        parts = [part for part in identifier.split("_") if part] or [identifier]
        words = [GREEK.get(part, part) for part in parts]
        if identifier in {"s_", "a_", "obs_", "state_"}:
            words.append("next")  # the usual name of what follows
        return Name(span, words[0], tuple(_label(span, word) for word in words[1:]))

    def attribute(self, node: ast.Attribute) -> Node:
        """Return what `x.T`, `self.gamma` or `batch.log_probs` means."""
        if node.attr.startswith("_"):
            raise self.refuse(node, f"the attribute '{node.attr}'")
        if node.attr in {"T", "mT", "H"}:
            return Trans(self.span(node), self.expression(node.value))
        if node.attr in SAME:
            return self.expression(node.value)
        if node.attr == "shape":
            return Call(self.span(node), Name(self.span(node), "shape"),
                        (self.expression(node.value),))  # fmt: skip
        if node.attr == "values" and _is_call(node.value, {"max", "min"}):
            return self.expression(node.value)  # beside the places of the largest entries
        if node.attr in {"bits", "itemsize"} and _is_call(node.value, {"finfo", "iinfo", "dtype"}):
            return self.name(node, node.attr)
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
        """Return `values[t + 1]` as an index, `batch["rewards"]` as a name."""
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            self._holder(value)
            return self.name(node, index.value)
        if is_backwards(index):
            return Call(self.span(node), Name(self.span(node), "flipud"), (self.expression(value),))
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
        """Return a call; libraries and holders before the dot are transparent."""
        span = self.span(node)
        match node:
            case ast.Call(
                func=ast.Name(id="sum") | ast.Attribute(attr="sum" | "fsum"),
                args=[ast.GeneratorExp() | ast.ListComp() as terms],
            ) if len(terms.generators) > 1 or terms.generators[0].ifs:
                return self.terms(terms)
        if (same := recast(node, self.libraries)) is not None:
            return self.expression(same)
        args = tuple(self._argument(arg) for arg in node.args)
        kwargs = tuple((k.arg, self._argument(k.value)) for k in node.keywords if k.arg)
        match node.func:
            case ast.Name(id="float") if len(node.args) == 1 and isinstance(
                node.args[0], ast.Constant
            ):
                return Name(span, "inf")
            case ast.Name(id=name):
                function = self.name(node.func, name)
            case ast.Attribute(value=ast.Name(id=root), attr="repeat") if root in self.libraries:
                function = Name(span, "repeat_interleave")  # numpy's word for torch's
            case ast.Attribute(value=ast.Name(id=root), attr=attr) if root in self.libraries:
                function = self.name(node.func, attr)
            case ast.Attribute(value=ast.Attribute() as value, attr=attr) if (
                _root(value) in self.libraries
            ):
                word = f"{value.attr}_{attr}" if attr in METHODS_OF_OPERATIONS else attr
                function = self.name(node.func, word)
            case ast.Attribute(value=ast.Name(id=root), attr=attr) if root in HOLDERS:
                function = self.name(node.func, attr)
            case ast.Attribute(value=value, attr=attr):
                if attr.startswith("_"):
                    raise self.refuse(node.func, f"the attribute '{attr}'")
                if attr in SAME:
                    return self.expression(value)
                function, args = self.name(node.func, attr), (self.expression(value), *args)
            case ast.Call(func=ast.Attribute(attr=layer) | ast.Name(id=layer), keywords=said) if (
                layer in LAYERS
            ):  # nn.Softmax(dim=-1)(x)
                function = Name(span, LAYERS[layer])
                kwargs += tuple((k.arg, self._argument(k.value)) for k in said if k.arg)
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
        if isinstance(node, ast.List | ast.Tuple) and not node.elts:
            return Tuple(self.span(node), ())
        return self.expression(node)

    def terms(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """The sum of `f(i, j) for i in ... for j in ... if ...`: sums in sums, 0 where it fails."""
        body = node.elt
        for generator in reversed(node.generators):
            tests = [part for test in generator.ifs for part in conjuncts(test)]
            for test in reversed(tests):
                body = ast.copy_location(ast.BinOp(test, ast.Mult(), body), body)
            plain = ast.comprehension(generator.target, generator.iter, [], 0)
            each = ast.copy_location(ast.GeneratorExp(body, [plain]), node)
            called = ast.copy_location(ast.Name("sum", ast.Load()), node)
            body = ast.copy_location(ast.Call(called, [each], []), node)
        return self.expression(body)

    def _flat(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """Return `f(i, j) for i in range(a) for j in range(b)` as one list."""
        body: ast.expr = node.elt
        found: list[Big] = []
        for generator in reversed(node.generators):
            each = ast.copy_location(ast.ListComp(body, [generator]), node)
            inner = self.comprehension(each)
            if not isinstance(inner, Big) or inner.binder is not None:
                raise self.refuse(node, "a list over these")
            found.append(inner)
        inner, outer = found
        return replace(outer, kind="flat", body=replace(inner, kind="flat"))

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """`f(l) for l in range(a, b)` as a sum; the call around it says which kind.

        Of two ranges a flat list comes, whose last index runs fastest: it has a kind of its own.
        """
        if len(node.generators) == 2 and not any(g.ifs for g in node.generators):
            return self._flat(node)
        if len(node.generators) != 1 or node.generators[0].ifs:
            raise self.refuse(node, "a comprehension with conditions")
        generator = node.generators[0]
        saved = self.renamed
        self.renamed = {**saved, **_zipped(generator, names_time=self.names_time)}
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


def conjuncts(test: ast.expr) -> list[ast.expr]:
    """Return the conditions that `and` joins."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for value in test.values for part in conjuncts(value)]
    return [test]


def _is_call(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in names
    return False


def _root(node: ast.expr) -> str | None:
    """Return the name at the head of `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _zipped(generator: ast.comprehension, *, names_time: bool) -> dict[str, ast.expr]:
    """Return what the variables of `for a, b in zip(x, y)` stand for, element by element."""
    match generator:
        case ast.comprehension(
            target=ast.Tuple(elts=[ast.Name(id=number), ast.Name(id=item)]),
            iter=ast.Call(func=ast.Name(id="enumerate"), args=[sequence]),
        ):
            return {item: _element(sequence, number, names_time=names_time)}
        case ast.comprehension(
            target=ast.Tuple(elts=names), iter=ast.Call(func=ast.Name(id="zip"), args=args)
        ) if len(names) == len(args):
            return {n.id: a for n, a in zip(names, args, strict=True) if isinstance(n, ast.Name)}
    return {}


def _element(sequence: ast.expr, number: str, *, names_time: bool) -> ast.expr:
    """Return `rewards[t + i]` for the i-th element of `rewards[t:]`.

    The i-th of `rewards` is `rewards[i]`, but where nothing names a time t, the first is that at t.
    """
    index: ast.expr = ast.Name(number, ast.Load())
    match sequence:
        case ast.Subscript(value=value, slice=ast.Slice(lower=ast.expr() as start, upper=None)):
            sequence, index = value, ast.BinOp(start, ast.Add(), index)
        case _ if not names_time:
            index = ast.BinOp(ast.Name("t", ast.Load()), ast.Add(), index)
    found = ast.copy_location(ast.Subscript(sequence, index, ast.Load()), sequence)
    for part in ast.walk(index):
        ast.copy_location(part, sequence)
    return found


def _label(span: Span, word: str) -> Node:
    return Num(span, Fraction(word)) if word.isdigit() and len(word) < 7 else Name(span, word)
