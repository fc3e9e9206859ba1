"""Names and numbers of Python's code as nodes of the formula tree."""

import ast
from abc import ABC, abstractmethod
from fractions import Fraction

from rlprep.formula.characters import GREEK
from rlprep.formula.code_places import Places
from rlprep.formula.errors import Unreadable
from rlprep.formula.lexer import MAX_INTEGER
from rlprep.formula.tree import Call, Name, Node, Num, Span, Trans

STORED = {"batch", "traj_batch", "mb", "minibatch", "rollout", "rollouts", "buffer", "buf", "traj",
          "trajectory", "transition", "transitions", "storage", "memory", "experience",
          "sample", "samples", "rollout_data"}  # fmt: skip
WHOSE = {"p", "q", "old", "new", "prev", "cur", "curr", "current", "behavior", "behaviour"}
"""Words of an object that say of which policy its logits and probabilities are."""
LOG_PROBS = {"log_prob", "log_probs", "logp", "logps", "logprob", "logprobs", "log_pi"}
SAME = {"detach", "contiguous", "float", "double", "clone", "item", "data", "numpy", "cpu", "to",
        "type_as", "half", "bfloat16", "requires_grad_", "long", "type", "astype",
        "copy"}  # fmt: skip


class Names(Places, ABC):
    """Reads names, numbers, and what stands behind the dot of an object."""

    @abstractmethod
    def expression(self, node: ast.expr) -> Node:
        """Return the node of an expression."""

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
        if isinstance(node.value, ast.Name) and node.attr in {"logits", "probs"} and (
            WHOSE & set(node.value.id.split("_"))
        ):  # fmt: skip
            return self.name(node, f"{node.value.id}_{node.attr}")
        if isinstance(node.value, ast.Name) and node.value.id in STORED and node.attr in LOG_PROBS:
            return self.name(node, f"old_{node.attr}")  # it was stored when the action was taken
        return self.name(node, node.attr)

    def _holder(self, node: ast.expr) -> None:
        """Admit only plain names before a dot: `self.policy.gamma`, not `().__class__`."""
        while isinstance(node, ast.Attribute) and not node.attr.startswith("_"):
            node = node.value
        if not isinstance(node, ast.Name) or node.id.startswith("_"):
            raise self.refuse(node, "an attribute of this")


def _is_call(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in names
    return False


def _label(span: Span, word: str) -> Node:
    return Num(span, Fraction(word)) if word.isdigit() and len(word) < 7 else Name(span, word)
