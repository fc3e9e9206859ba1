"""Calls of code as nodes of the formula tree: libraries and holders before the dot are nothing."""

import ast
from dataclasses import replace

from rlprep.formula.code_casts import recast
from rlprep.formula.code_comprehensions import Comprehensions
from rlprep.formula.code_names import SAME
from rlprep.formula.tree import Big, Call, Name, Node, Tuple

HOLDERS = {"self", "args", "cfg", "config", "hparams", "hp", "params", "opt", "batch", "data",
           "agent", "model", "mb", "rollout", "flags", "FLAGS", "conf", "cls"}  # fmt: skip
LAYERS = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "ELU": "elu", "ReLU": "relu",
          "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus"}  # fmt: skip
METHODS_OF_OPERATIONS = {"outer", "accumulate", "reduce"}  # np.subtract.outer(a, b)


class Calls(Comprehensions):
    """Reads calls; what a call does is asked where formulas are decided."""

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


def _root(node: ast.expr) -> str | None:
    """Return the name at the head of `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
