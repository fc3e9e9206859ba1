r"""Sums over tokens: which tokens an index runs over, and the sum of what it names.

`\sum_j` runs over all keys, `\sum_{j \le i}` over those up to the position, `\sum_{j=1}^{N}` over
all again. Tokens that do not exist (beyond the ends) add nothing.
"""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_names import MAPS
from rlprep.formula.decide.tensor import Tensor, combined
from rlprep.formula.decide.token_arguments import refuse_fixed
from rlprep.formula.decide.token_indices import compared
from rlprep.formula.errors import Undecidable
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import variable_key
from rlprep.formula.tree import Big, Call, Chain, Index, Name, Node, Sub, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.matrices import Matrices
    from rlprep.formula.decide.token_definitions import Scope


def token_sum(of: Matrices, node: Big, scope: Scope) -> Tensor:
    """Return the sum of an expression over the tokens that its index runs over."""
    if node.kind not in {"sum", "range"}:
        raise Undecidable("only sums are evaluated here")
    key = variable_key(node.var) if node.var is not None else None
    if key is None:
        raise Undecidable("a sum without an index")
    result: Tensor | None = None
    for place in places(of, node, key, scope):
        term = of.value(node.body, {**scope, key: place})
        result = term if result is None else of.plus(result, term)
    return of.world.scalar(0) if result is None else result


def places(of: Matrices, node: Big, key: str, scope: Scope) -> list[int]:
    """Return the values of the index that satisfy what stands below and above the sign."""
    axis = component_axis(of, node.body, key) or _runs_over(of, node, key)
    size, bound = of.world.sizes[axis], of.known_indices(scope)
    for letter in (names.LENGTHS | names.WIDTHS | names.VALUE_WIDTHS) - bound.keys() - {key}:
        bound[letter] = size
    everything = range(of.base, of.base + size)
    _refuse_fixed_end(node, everything[-1])
    text = of.program.text
    return [place for place in everything if _within(node, key, place, bound, text)]


def _within(node: Big, key: str, place: int, bound: dict[str, int], text: str) -> bool:
    inner = {**bound, key: place}
    if node.lo is not None and place < _limit(node.lo, bound):
        return False
    if node.hi is not None and place > _limit(node.hi, bound):
        return False
    match node.binder:
        case Chain(items=items, ops=ops) if node.lo is None:
            if ops[-1] in {"in", "~"}:
                return _everything(items[-1], text)
            values = [maybe_integer(item, inner) for item in items]
            return all(
                compared(op, a, b) for op, a, b in zip(ops, values, values[1:], strict=False)
            )
    return True


def _refuse_fixed_end(node: Big, last: int) -> None:
    r"""Refuse `\sum_{j=1}^{8}` and `\sum_{j \le 8}`, which may end before the last token."""
    binder = node.binder.items if isinstance(node.binder, Chain) and node.lo is None else ()
    for limit in (node.hi, *binder):
        value = maybe_integer(limit, {}) if limit is not None else None
        if limit is not None and value is not None:
            refuse_fixed(limit, value, last)


def _limit(node: Node, bound: dict[str, int]) -> int:
    value = maybe_integer(node, bound)
    if value is None:
        raise Undecidable("a limit of a sum is not known")
    return value


def _everything(node: Node, text: str) -> bool:
    """Whether a set of indices is plainly all of them: `[n]`, `range(n)`, `{1, ..., N}`.

    A set that is only named, `j in S`, may hold any tokens.
    """
    found = [n.name for n in walk(node) if isinstance(n, Name)]
    is_any = isinstance(node, Name) and not text[: node.span[0]].rstrip().endswith("[")
    if any(name in names.LENGTHS for name in found) and "i" not in found and not is_any:
        return True
    raise Undecidable("a sum over an unknown set")


def component_axis(of: Matrices, body: Node, key: str) -> str | None:
    r"""Return which entries an index numbers: `Q_{ia}`, `\phi_r(q_i)`; None for tokens."""
    for node in walk(body):
        match node:
            case Call(fn=fn) if fn.name in MAPS and any(variable_key(i) == key
                                                        for i in of.spelt(fn).indices):  # fmt: skip
                return "r"
            case Sub(x=Call(fn=fn), sub=script) if fn.name in MAPS and variable_key(script) == key:
                return "r"
            case Name() if len(of.spelt(node).indices) == 2:
                is_given = not of.usable_definitions(of.spelt(node).key)
                role = names.role_of(of.spelt(node).key)
                if (
                    is_given
                    and role in {"Q", "K", "V"}
                    and variable_key(of.spelt(node).indices[1]) == key
                ):
                    return "e" if role == "V" else "d"
    return None


def _runs_over(of: Matrices, node: Big, key: str) -> str:
    """Return what an index counts: entries ("d" of keys, "e" of values), queries or keys."""
    limit = names.spelling(node.hi, is_code=True).key if isinstance(node.hi, Name) else ""
    role = names.role_of(limit)
    for name in walk(node.body):
        if isinstance(name, Name) and not of.is_code:
            spelt = of.spelt(name)
            is_given = not of.usable_definitions(spelt.key)
            if is_given and [variable_key(i) for i in spelt.indices[1:]] == [key]:
                role = names.role_of(spelt.key)
    if role in {"width", "Q", "K"}:
        return "d"
    if role in {"value_width", "V"}:
        return "e"
    return "n" if _runs_over_queries(of, node.body, key) else "m"


def _runs_over_queries(of: Matrices, body: Node, key: str) -> bool:
    """Whether an index stands on queries only."""
    queries = others = False
    for node in walk(body):
        if isinstance(node, Name):
            spelt = names.spelling(node, is_code=False)
            if any(variable_key(i) == key for i in spelt.indices):
                is_query = _is_query(of, node)
                queries, others = queries or is_query, others or not is_query
        elif isinstance(node, Index) and key in {
            n.name for item in node.items for n in walk(item) if isinstance(n, Name)
        }:  # fmt: skip
            is_query = any(_is_query(of, n) for n in walk(node.x) if isinstance(n, Name))
            queries, others = queries or is_query, others or not is_query
    return queries and not others


def _is_query(of: Matrices, name: Name) -> bool:
    return names.role_of(of.spelt(name).key) == "Q"


def shares(of: Matrices, node: Node, key: str, scope: Scope) -> Tensor:
    """Return the softmax of a number over one of its indices, at that index's present value.

    Where the index has no value the shares of all tokens are returned, as a row.
    """
    exp = of.world.arithmetic.exp
    every = range(of.base, of.base + of.world.sizes["m"])
    parts = [of.value(node, {**scope, key: place}).map(exp) for place in every]
    if any(part.shape for part in parts):
        raise Undecidable("a softmax over an index of something that is no number")
    whole = parts[0]
    for part in parts[1:]:
        whole = combined(add, whole, part)
    present = scope.get(key)
    chosen = parts if present is None else [parts[_position(of, present)]]
    data = [part.item / whole.item for part in chosen]
    return Tensor.scalar(data[0]) if present is not None else Tensor((1, len(data)), data)


def _position(of: Matrices, place: object) -> int:
    if not isinstance(place, int) or not 0 <= place - of.base < of.world.sizes["m"]:
        raise Undecidable("an index is not known")
    return place - of.base
