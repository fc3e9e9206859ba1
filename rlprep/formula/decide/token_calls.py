"""The functions of attention formulas, in mathematics and in torch, NumPy or JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_names import MAPS
from rlprep.formula.decide.attention_world import FEATURES
from rlprep.formula.decide.tensor import Tensor
from rlprep.formula.decide.token_arguments import arguments, rectified, single
from rlprep.formula.decide.token_definitions import bound_key
from rlprep.formula.decide.token_denominators import TINIEST
from rlprep.formula.decide.token_functions import FUNCTIONS
from rlprep.formula.decide.token_shapes import SHAPES
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.tree import Call, Name, Node, Num, Tuple, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices
    from rlprep.formula.decide.token_definitions import Scope
    from rlprep.formula.program import Entry


HANDLERS = FUNCTIONS | SHAPES
_SAME_MAP = {"Phi": "phi", "varphi": "phi", "Psi": "psi"}
SAME = {"dropout", "Dropout", "attn_dropout", "identity", "array", "asarray", "tensor", "expand",
        "expand_as", "broadcast_to", "clamp", "clip", "clamp_min", "stopgrad", "attn_drop",
        "append", "list", "squeeze_", "cast", "bool", "float", "relayout", "maximum",
        "drop"}  # fmt: skip


def call(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """Return the value of a call."""
    spelt = of.spelt(node.fn)
    if found := of.definitions(spelt.key):
        if (state := _state_at(of, node, found, scope)) is not None:
            return state
        return _user_function(of, node, found[-1], scope)
    if node.fn.name in MAPS:
        features = of.world.features(single(of, node, scope), _letter_of(of, spelt.key))
        return _after(of, spelt, features, scope)
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


def _letter_of(of: Matrices, key: str) -> str:
    """Return which feature map is meant: the first of an input is phi, others are others."""
    found: dict[str, None] = {}
    for node in of.program.nodes():
        if isinstance(node, Call) and (other := of.spelt(node.fn).key) in MAPS:
            found[_SAME_MAP.get(other, other)] = None
    letter = _SAME_MAP.get(key, key)
    return "phi" if letter == next(iter(found), letter) else letter


def _after(of: Matrices, spelt: names.Spelling, result: Tensor, scope: Scope) -> Tensor:
    r"""Apply what stands on the function's name: `\exp^2`, `\phi^\top(K)`."""
    for power in spelt.powers:
        result = of.powered(result, power, scope)
    if spelt.indices and spelt.key in MAPS:  # `\\phi_r(q_i)`, one feature
        result = of.at(result, of.places(spelt.indices, scope))
    return of.transposed(result) if spelt.transposed else result


def _kept(of: Matrices, node: Call, scope: Scope) -> Tensor:
    """A call that changes nothing that matters here."""
    if node.fn.name == "maximum" and len(node.args) == 2 and not any(
        isinstance(x, Num) or (isinstance(x, Name) and x.name in names.TINY) for x in node.args
    ):  # fmt: skip
        return FUNCTIONS["max"](of, node, scope)
    if "drop" in node.fn.name.lower():
        of.remarks.add("dropout is read as switched off")
    if node.fn.name in {"clamp", "clip", "clamp_min", "maximum"}:
        of.remarks.add("the bound that keeps a denominator from 0 is ignored")
        (first,), floor = arguments(node, 1), node.keyword("min", "a_min")
        bounds = node.args[1:] if floor is None else (floor, *node.args[1:])
        if (
            not (_is_positive(of, first, set()) and of.is_in_denominator(node))
            or node.keyword("max", "a_max") is not None
            or not _is_tiny(bounds)
        ):
            raise Undecidable(f"'{node.fn.name}' has no meaning here")
    if node.fn.name == "append":
        return of.value(_appended(of, node), scope)
    return single(of, node, scope)


def _appended(of: Matrices, node: Call) -> Node:
    """Return what is put at the end of a list; `np.append` puts arrays together."""
    into, last = arguments(node, 2)
    if isinstance(into, Name) and names.role_of(of.spelt(into).key) not in {"Q", "K", "V"}:
        started = [entry.values[-1] for _, entry in of.definitions(of.spelt(into).key)]
        if all(isinstance(value, Tuple | Call) for value in started):
            return last
    raise Undecidable("only a list is appended to here")


def _is_tiny(bounds: tuple[Node, ...]) -> bool:
    """Whether a lower bound stands alone (`None` above it says no more) and is tiny."""
    match bounds:
        case (Num(value=value),) | (Num(value=value), Name(name="None")):
            return 0 < value <= TINIEST
        case (Name(name=name),) | (Name(name=name), Name(name="None")):
            return name in names.TINY
    return False


def _places_alone(
    of: Matrices, parameter: Name, argument: Node, scope: Scope
) -> dict[str, int] | None:
    r"""Return the indices of `\alpha(q, k_i) = ...` at `\alpha(q, k_j)`; None for other arguments.

    The body may name other keys: the parameter is a place among them, and no name of its own.
    """
    left = of.spelt(parameter)
    if not (isinstance(argument, Name) and left.indices) or left.key != of.spelt(argument).key:
        return None
    letters = [index.name for index in left.indices if isinstance(index, Name)]
    found = of.places(of.spelt(argument).indices, scope)
    return dict(zip(letters, found, strict=True)) if len(letters) == len(found) else None


def _is_positive(of: Matrices, node: Node, seen: set[str]) -> bool:
    """Whether a value is made of features or exponentials: a tiny lower bound leaves it alone."""
    for part in walk(node):
        match part:
            case Call(fn=Name(name=name)) if name in {"exp", "softmax"} | MAPS | FEATURES:
                return True
            case Name(name="e", sups=(_, *_)):
                return True
            case Name() if (key := of.spelt(part).key) not in seen:
                seen.add(key)
                if any(_is_positive(of, entry.values[-1], seen)
                       for _, entry in of.definitions(key)):  # fmt: skip
                    return True
    return False


def _state_at(
    of: Matrices, node: Call, found: list[tuple[int, Entry]], scope: Scope
) -> Tensor | None:
    """Return `S(t - 1)` of `S(t) = S(t - 1) + ...`, a state by its place; None for other calls."""
    places = [maybe_integer(argument, of.known_indices(scope)) for argument in node.args]
    known = [place for place in places if place is not None]
    if of.is_code or len(known) != len(places):
        return None
    for number, entry in found:
        parameters = list(entry.target.args) if isinstance(entry.target, Call) else []
        if [maybe_integer(parameter, {}) for parameter in parameters] == places:
            return of.entry_value(number, entry, {})
    for number, entry in found:
        parameters = list(entry.target.args) if isinstance(entry.target, Call) else []
        letters = [n.name for p in parameters for n in walk(p) if isinstance(n, Name)]
        if len(letters) == len(places) and names.INDEX_LETTERS.issuperset(letters):
            if known[0] < of.base:
                return of.world.scalar(0)  # the state before the first position
            return of.entry_value(number, entry, of.bound(parameters, known))
    return None


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
        if (places := _places_alone(of, parameter, argument, scope)) is not None:
            inner |= places
            continue
        inner[bound_key(of.spelt(parameter))] = of.value(argument, scope)
        for letter in of.spelt(parameter).indices:
            if isinstance(letter, Name) and isinstance(value := scope.get(letter.name), int):
                inner[letter.name] = value
    return of.entry_value(number, entry, inner)
