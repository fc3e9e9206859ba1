"""Signs between two expressions of the mathematics of attention: what they join, and how.

A tiny constant in a denominator is dropped, `QKT` is a transpose, a mask takes a whole product.
"""

from __future__ import annotations

from functools import cached_property

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.matrix_rules import Mask, Ones
from rlprep.formula.decide.tensor import Tensor
from rlprep.formula.decide.token_definitions import Definitions, Scope
from rlprep.formula.decide.token_denominators import TINIEST, denominators, literal
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import variable_key
from rlprep.formula.tree import Bin, Chain, Name, Node, Num, Span, Sub, Trans, walk

HADAMARD = ("circ", "∘")
"""Signs that are read as a plain product elsewhere."""


class Products(Definitions):
    """Evaluates sums, products and quotients; `Matrices` adds powers and single expressions."""

    def joined(self, node: Bin, scope: Scope) -> Tensor:
        """Return a sum, a difference, a product or a quotient."""
        if node.op == "+" and (kept := self._without_stabiliser(node, scope)) is not None:
            return self.value(kept, scope)
        if (turned := self._glued_transpose(node, scope)) is not None:
            return turned
        if (masked := self._masked_product(node, scope)) is not None:
            return masked
        self._refuse_brackets(node.right, scope)
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        match node.op:
            case "+":
                return self.plus(left, right)
            case "-":
                return self.plus(left, right.map(lambda v: -v))
            case "/":
                return self.quotient(left, right)
            case "*" | "cdot" | "otimes" | "@" | "odot":
                if isinstance(node.right, Num) and node.right.value == 1 and left.ndim == 2:
                    right = Ones(is_row=False)
                return self.product(left, right, node.op)
        raise Undecidable(f"'{node.op}' has no meaning here")

    def _glued_transpose(self, node: Bin, scope: Scope) -> Tensor | None:
        """Return the value of `QKT`, as it comes out of a PDF; None where nothing is so written."""
        if node.op != "*" or not isinstance(node.right, Name) or node.right.name != "T":
            return None
        last = node.left.right if isinstance(node.left, Bin) else node.left
        if not isinstance(last, Name) or self.spelt(last).key not in {"Q", "K", "V"}:
            return None
        if node.right.span[0] != last.span[1] or self.definitions("T"):
            return None
        self.remarks.add("a T that is glued to a matrix is read as its transpose")
        turned = Trans(node.span, last)
        if isinstance(node.left, Bin):
            return self.value(Bin(node.span, node.left.op, node.left.left, turned), scope)
        return self.value(turned, scope)

    def _refuse_brackets(self, right: Node, scope: Scope) -> None:
        """Refuse `V[j]` that was read as V times j: no formula of attention multiplies by a place.

        Raises:
            Undecidable: the right factor is an index in brackets.
        """
        start = right.span[0]
        if self.is_code or self.program.text[start - 1 : start] != "[" or isinstance(right, Chain):
            return
        named = [variable_key(part) or "" for part in walk(right) if isinstance(part, Name)]
        if named and all(isinstance(scope.get(key), int) for key in named):
            raise Undecidable("an index in brackets: write it below its letter, as in V_j")

    def _masked_product(self, node: Bin, scope: Scope) -> Tensor | None:
        r"""Return `M \odot A B` as M entry by entry times A B; None where nothing is so written."""
        match node:
            case Bin(op="*", left=Bin(op="*" | "odot" as op, left=hides, right=a), right=b):
                between = self.program.text[hides.span[1] : a.span[0]]
                if op != "odot" and not any(sign in between for sign in HADAMARD):
                    return None
                mask, first = self.value(hides, scope), self.value(a, scope)
                if isinstance(mask, Mask) and first.shape != mask.shape:
                    return self.product(mask, self.product(first, self.value(b, scope), "*"), "*")
        return None

    def is_literal_one(self, node: Node) -> bool:
        """Whether a factor is a plain `1`, written where the vector of ones belongs."""
        match node:
            case Num(value=value):
                return value == 1
            case Sub(x=Num(value=value)):
                return value == 1
        return False

    @cached_property
    def _denominators(self) -> list[Span]:
        return denominators(self.program, lambda name: self.spelt(name).key)

    def is_in_denominator(self, node: Node) -> bool:
        """Whether an expression is a part of something that is divided by."""
        start, end = node.span
        return any(first <= start and end <= last for first, last in self._denominators)

    def ones(self, scripts: tuple[Node, ...]) -> Ones:
        r"""Return a vector of ones; `\mathbf{1}_d` says that it has the length of a width."""
        match scripts:
            case (Name() as name,):
                role = names.role_of(self.spelt(name).key)
                axis = {"width": "d", "value_width": "e"}.get(role)
                return Ones(is_row=False, size=self.world.sizes[axis] if axis else None)
        return Ones(is_row=False)

    def _without_stabiliser(self, node: Bin, scope: Scope) -> Node | None:
        """Return what is left of a denominator when a tiny constant is dropped, None otherwise."""
        for tiny, rest in ((node.right, node.left), (node.left, node.right)):
            is_literal = 0 < literal(tiny) <= TINIEST
            is_named = isinstance(tiny, Name) and self._is_tiny(tiny, scope)
            if (is_literal or is_named) and self.is_in_denominator(node):
                self.remarks.add("the tiny constant that keeps a denominator from 0 is ignored")
                return rest
        return None

    def _is_tiny(self, node: Name, scope: Scope) -> bool:
        key = self.spelt(node).key
        if names.role_of(key) != "tiny" or key in scope:
            return False
        found = self.definitions(key)
        return not found or isinstance(found[-1][1].values[-1], Num)
