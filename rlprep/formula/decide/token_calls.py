"""The functions of attention formulas, in mathematics and in torch, NumPy or JAX."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import FEATURES
from rlprep.formula.decide.tensor import Tensor
from rlprep.formula.decide.token_arguments import arguments, rectified, single
from rlprep.formula.decide.token_functions import FUNCTIONS
from rlprep.formula.decide.token_shapes import SHAPES
from rlprep.formula.errors import Undecidable
from rlprep.formula.tree import Bin, Call, Name, Neg, Node, Num, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices
    from rlprep.formula.decide.token_definitions import Scope


HANDLERS = FUNCTIONS | SHAPES
MAPS = {"phi", "Phi", "varphi", "feature_map", "feature", "kernel_feature", "fmap", "kernel_fn",
        "psi", "Psi", "phi_fn", "featuremap", "kernel_function", "feat", "kernel"}  # fmt: skip
SAME = {"dropout", "Dropout", "attn_dropout", "identity", "array", "asarray", "tensor", "expand",
        "expand_as", "broadcast_to", "clamp", "clip", "clamp_min", "stopgrad", "attn_drop",
        "append", "list", "squeeze_", "relayout", "maximum", "drop"}  # fmt: skip


def call(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """Return the value of a call."""
    spelt = of.spelt(node.fn)
    if found := of.definitions(spelt.key):
        return _user_function(of, node, found[-1], scope)
    if node.fn.name in MAPS or spelt.key in MAPS:
        return _after(of, spelt, of.world.features(single(of, node, scope)), scope)
    if (inner := rectified(node, is_code=of.is_code)) is not None:
        return of.value(inner, scope).map(lambda x: of.world.entrywise("relu", x))
    handler = HANDLERS.get(spelt.key) or HANDLERS.get(node.fn.name)
    if handler is not None:
        return _after(of, spelt, handler(of, node, scope), scope)
    if node.fn.name in FEATURES:
        inner = single(of, node, scope)
        return _after(of, spelt, inner.map(lambda x: of.world.entrywise(node.fn.name, x)), scope)
    if spelt.key in SAME or node.fn.name in SAME:
        return _kept(of, node, scope)
    raise Undecidable(f"it is not known what '{node.fn.name}' does")


def _after(of: Matrices, spelt: names.Spelling, result: Tensor, scope: Scope) -> Tensor:
    r"""Apply what stands on the function's name: `\exp^2`, `\phi^\top(K)`."""
    for power in spelt.powers:
        result = of.powered(result, power, scope)
    return of.transposed(result) if spelt.transposed else result


def _kept(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """A call that changes nothing that matters here."""
    if "drop" in node.fn.name.lower():
        of.remarks.add("dropout is read as switched off")
    if node.fn.name in {"clamp", "clip", "clamp_min", "maximum"}:
        of.remarks.add("the bound that keeps a denominator from 0 is ignored")
        given = [x for x in (*node.args[1:], node.keyword("min"), node.keyword("max")) if x]
        if any(not (isinstance(x, Num) and x.value <= Fraction(1, 1000)) and not (
            isinstance(x, Name) and x.name in names.TINY) for x in given) or (
                not _guards_divisor(of, node)):  # fmt: skip
            raise Undecidable(f"'{node.fn.name}' has no meaning here")
    arguments(node, 1)
    return of.value(node.args[-1 if node.fn.name == "append" else 0], scope)


def _guards_divisor(of: Matrices, node: Call) -> bool:
    """Whether a call stands in a denominator, or in the statement of a name that does."""
    below = [inner for whole in of.program.nodes() for part in _divisors(whole)
             for inner in walk(part)]  # fmt: skip
    keys = {of.spelt(n).key for n in below if isinstance(n, Name)}
    return node in below or any(
        node in walk(value)
        for key in keys for _, entry in of.definitions(key) for value in entry.values
    )  # fmt: skip


def _divisors(node: Node) -> tuple[Node, ...]:
    match node:
        case Bin(op="/", right=below):
            return (below,)
        case Bin(op="^", left=below, right=Neg()) | Call(fn=Name(name="reciprocal"), args=(below,)):
            return (below,)
        case Call(fn=Name(name="div" | "divide" | "true_divide"), args=(_, below, *_)):
            return (below,)
    return ()


def _user_function(of: Matrices, node: Call, found: tuple[int, Any], scope: Scope) -> Tensor:
    r"""A function that the input defines: `\phi(x) = \mathrm{elu}(x) + 1`.

    `\kappa(q_i, k_j) = ...` binds the indices where it is called with the same letters.
    """
    number, entry = found
    target = entry.target
    if not isinstance(target, Call):
        raise Undecidable(f"'{node.fn.name}' is no function here")
    inner: Scope = {}
    for parameter, argument in zip(target.args, node.args, strict=False):
        if not isinstance(parameter, Name):
            raise Undecidable("an unusual parameter of a function")
        spelt = of.spelt(parameter)
        if not spelt.indices:
            inner[spelt.key] = of.value(argument, scope)
            continue
        given = of.spelt(argument) if isinstance(argument, Name) else None
        if given is None or (given.key, len(given.indices)) != (spelt.key, len(spelt.indices)):
            raise Undecidable("an unusual parameter of a function")
        inner |= of.bound(list(spelt.indices), of.places(given.indices, scope))
    return of.entry_value(number, entry, inner)
