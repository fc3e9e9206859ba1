"""Python's statements as definitions and formulas, in order; loops come flat."""

import ast
from collections.abc import Iterator
from fractions import Fraction

from rlprep.formula.code_comprehensions import conjuncts
from rlprep.formula.code_expressions import OPERATORS, Expressions
from rlprep.formula.tree import (
    Bin,
    Call,
    Cases,
    Define,
    Index,
    Name,
    Node,
    Num,
)

EARLY = "early"
"""What a function returns before its end is named so, and a number."""


class Statements(Expressions):
    """Reads the statements of a piece of code."""

    def body(self, statements: list[ast.stmt]) -> Iterator[Node]:
        """Yield the statements of a block; a one-line function beside others stays a function."""
        others = [s for s in statements if not isinstance(s, ast.Import | ast.ImportFrom)]
        early: list[tuple[Node, Node]] = []
        for number, statement in enumerate(statements):
            match statement:
                case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]) if (
                    not _sets(statements[number:], test)
                ):
                    name = Name(self.span(value), f"{EARLY}{len(early)}")
                    yield Define(self.span(statement), name, self.expression(value))
                    early.append((name, self.expression(test)))
                case ast.Return(value=ast.expr() as value) if early:
                    rest = (self.expression(value), None)
                    yield Cases(self.span(statement), (*early, rest))
                    early = []
                case ast.FunctionDef(
                    name=name, body=[*_, ast.Return(value=ast.expr() as value)]
                ) if len(others) > 1 and len(statement.body) == 1:
                    yield self.function(statement, name, statement.args, value)
                case _:
                    yield from self.statement(statement)
        if early:
            raise self.refuse(statements[-1], "a function that returns nothing in the end")

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
        """Yield what one statement says."""
        match node:
            case ast.Expr(value=ast.Constant(value=str() | None)) | ast.Pass():
                return
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr), args=[*_, ast.Name()])) if (
                attr in {"append", "insert", "appendleft"}
            ):
                return  # a list of what another line says
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="reverse"), args=[])):
                return
            case ast.Expr(value=value):
                yield self.expression(value)
            case ast.Return(value=ast.expr() as value):
                yield self.expression(value)
            case ast.Assign():
                yield from self.assignment(node)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield Define(self.span(node), self.expression(target), self.expression(value))
            case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATORS:
                left = self.expression(target)
                total = Bin(self.span(node), OPERATORS[type(op)], left, self.expression(value))
                yield Define(self.span(node), left, total)
            case ast.For(body=body, orelse=[]) | ast.With(body=body) | ast.FunctionDef(body=body):
                yield from self.body(body)
            case ast.If(test=test, body=steps, orelse=[]) if all(
                isinstance(step, ast.AugAssign) and isinstance(step.op, ast.Add | ast.Sub)
                for step in steps
            ):
                for step in steps:
                    if isinstance(step, ast.AugAssign):
                        yield from self.statement(_only_where(test, step))
            case ast.Import() | ast.ImportFrom():
                return
            case _:
                raise self.refuse(node, f"a '{type(node).__name__.lower()}' statement")

    def assignment(self, node: ast.Assign) -> Iterator[Node]:
        """Yield what an assignment defines: one name, several, a function, the parts of a pair."""
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(
                names
            ) == len(values):
                for name, value in zip(names, values, strict=True):
                    if isinstance(value, ast.List) and not value.elts:
                        continue  # what a loop will fill
                    yield Define(self.span(node), self.expression(name), self.expression(value))
            case ast.Assign(
                targets=[ast.Tuple(elts=[_, _] as names)],
                value=ast.Call(func=ast.Name(id="divmod")) as value,
            ):
                both = self.expression(value)
                for number, name in enumerate(names):
                    if not (isinstance(name, ast.Name) and name.id == "_"):
                        part = Num(both.span, Fraction(number))
                        yield Define(self.span(node), self.expression(name),
                                     Index(both.span, both, (part,)))  # fmt: skip
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                yield self.function(node, name, value.args, value.body)
            case ast.Assign(value=ast.List(elts=[]) | ast.Dict(keys=[])):
                return  # what a loop will fill
            case _:
                targets, value = node.targets, node.value
                # a = b = x: b is x, and a is b
                inner = self.expression(value)
                for target in reversed(targets):
                    name = self.expression(target)
                    yield Define(self.span(node), name, inner)
                    inner = name


def _sets(statements: list[ast.stmt], test: ast.expr) -> bool:
    """Whether statements change what a condition speaks of."""
    names = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
    return any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id in names
               for statement in statements for n in ast.walk(statement))  # fmt: skip


def _only_where(test: ast.expr, step: ast.AugAssign) -> ast.AugAssign:
    """Return `x += e` under an `if` as what it adds in any case: e times 0 or 1."""
    value = step.value
    for part in reversed(conjuncts(test)):
        value = ast.copy_location(ast.BinOp(part, ast.Mult(), value), value)
    return ast.copy_location(ast.AugAssign(step.target, step.op, value), step)
