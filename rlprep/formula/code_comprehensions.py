"""Comprehensions of code as sums and lists: `f(l) for l in range(a, b)`."""

import ast
from dataclasses import replace
from fractions import Fraction

from rlprep.formula.code_lists import counted_generator
from rlprep.formula.code_names import Names
from rlprep.formula.tree import Big, Bin, Name, Node, Num


class Comprehensions(Names):
    """Reads generators and lists; the call around one says which kind of operator it is."""

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
        found: Node | None = None
        for generator in reversed(node.generators):
            each = ast.copy_location(ast.ListComp(node.elt, [generator]), node)
            one = self.comprehension(each)
            if not isinstance(one, Big) or one.binder is not None:
                raise self.refuse(node, "a list over these")
            found = replace(one, kind="flat", body=found or one.body)
        assert found is not None
        return found

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Node:
        """`f(l) for l in range(a, b)` as a sum; the call around it says which kind.

        Of several ranges a flat list comes, whose last index runs fastest: a kind of its own.
        """
        if len(node.generators) > 1 and not any(g.ifs for g in node.generators):
            return self._flat(node)
        if len(node.generators) != 1 or node.generators[0].ifs:
            raise self.refuse(node, "a comprehension with conditions")
        generator = counted_generator(node.generators[0], [node.elt])
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
            case (
                ast.Call(func=ast.Name(id="enumerate"), args=[_, _, *_])
                | ast.Call(func=ast.Name(id="enumerate"), keywords=[_, *_])
            ):
                raise self.refuse(generator.iter, "a count that starts elsewhere than at 0")
            case ast.Call(func=ast.Name(id="enumerate")) if isinstance(generator.target, ast.Tuple):
                first = self.expression(generator.target.elts[0])
                return Big(span, "range", first, Num(span, Fraction(0)), Name(span, "inf"), None,
                           body)  # fmt: skip
            case ast.Call(func=ast.Name(id="zip")):
                return Big(span, "range", None, None, None, None, body)
        var = self.expression(generator.target)
        return Big(span, "range", var, None, None, self.expression(generator.iter), body)


def conjuncts(test: ast.expr) -> list[ast.expr]:
    """Return the conditions that `and` joins."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for value in test.values for part in conjuncts(value)]
    return [test]


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
