"""Python's expressions as nodes of the formula tree, admitted one kind at a time."""

import ast
from fractions import Fraction

from rlprep.formula.code_calls import Calls
from rlprep.formula.code_lists import (
    entry_of_part,
    is_backwards,
    joined_parts,
    written_out_list,
)
from rlprep.formula.tree import (
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
    Tuple,
)

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^",
             ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%"}  # fmt: skip
RELATIONS = {ast.Eq: "=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">",
             ast.NotEq: "!="}  # fmt: skip


class Expressions(Calls):
    """Reads expressions; whatever is not on the list is refused with its place."""

    def expression(self, node: ast.expr) -> Node:
        """Return the node of an expression."""
        span = self.span(node)
        if (whole := written_out_list(node)) is not None:
            node = whole
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

    def subscript(self, node: ast.expr, value: ast.expr, index: ast.expr) -> Node:
        """Return `values[t + 1]` as an index, `batch["rewards"]` as a name."""
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            self._holder(value)
            return self.name(node, index.value)
        if is_backwards(index):
            return Call(self.span(node), Name(self.span(node), "flipud"), (self.expression(value),))
        if (moved := entry_of_part(value, index)) is not None:
            return self.subscript(node, *moved)
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


_KINDS: dict[type, str] = {
    ast.Lambda: "function", ast.Constant: "text", ast.JoinedStr: "text", ast.Dict: "dictionary",
    ast.Set: "set", ast.Await: "coroutine", ast.BoolOp: "logical expression",
    ast.Starred: "starred argument",
}  # fmt: skip
