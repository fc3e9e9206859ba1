"""Which axes bare `q`, `k`, `v` may have in code: matrices, batches of them, or vectors."""

from __future__ import annotations

from dataclasses import replace

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.matrix_rules import Convention
from rlprep.formula.decide.token_arrays import LETTERS, target_key
from rlprep.formula.program import Entry
from rlprep.formula.tree import Bin, Call, Index, Name, Node, Trans, walk


def carries_state(entries: list[Entry]) -> bool:
    """Whether a statement uses what it assigns before anything else assigned it."""
    assigned: set[str] = set()
    for entry in entries:
        key = target_key(entry)
        if key is None:
            continue
        used = {names.spelling(n, is_code=True).key for v in entry.values for n in walk(v)
                if isinstance(n, Name)}  # fmt: skip
        is_input = names.role_of(key) in {"Q", "K", "V"}
        if key in used and key not in assigned and not is_input:
            return True
        if not entry.is_constant:
            assigned.add(key)
    return False


def layouts(entries: list[Entry], sources: list[Node], *, by_position: bool) -> list[Convention]:
    """Return the conventions under which code may be meant, likeliest first.

    Args:
        entries: the statements.
        sources: what their loops run over.
        by_position: whether bare `q`, `k`, `v` may be the vectors of one position.
    """
    nodes = [n for v in (*(v for e in entries for v in e.values), *sources) for n in walk(v)]
    if carries_state(entries) and not any(_is_position(n) for n in nodes):
        order = ["d", "bd", "bhd", "nd", "bnd"]
        if _is_small_beside_large(nodes) and not _holds_queries(nodes):
            order.insert(0, "query-nd")
    else:
        order = ["nd", "bnd", "bhnd", "bnhd", *(("d", "bd", "bhd") if by_position else ())]
        if any(_is_one_query(n) for n in nodes) or _is_small_beside_large(nodes):
            order.insert(4, "query-nd")
        if _holds_queries(nodes):
            order = [layout for layout in order if layout != "query-nd"]
    found = [Convention(layout=layout) for layout in order]
    if not any(_is_matrix_product(n) for n in nodes):
        found.append(Convention(layout="nd", stars=True))
    if any(isinstance(n, Name) and names.spelling(n, is_code=True).key in names.SCALES
           for n in nodes):  # fmt: skip
        both = ("inverse", "root")
        found = [replace(c, scale=scale) for c in found for scale in both]
    return found


def _is_position(node: Node) -> bool:
    """Whether an input is indexed by a position: `q[t]`."""
    match node:
        case Index(x=Name() as name, items=items):
            key = names.spelling(name, is_code=True).key
            letters = {n.name for item in items for n in walk(item) if isinstance(n, Name)}
            return names.role_of(key) in {"Q", "K", "V"} and bool(letters & LETTERS)
    return False


def _is_small_beside_large(nodes: list[Node]) -> bool:
    """Whether `q` stands beside `K` and `V`: a vector beside matrices."""
    found = {n.name for n in nodes if isinstance(n, Name)}
    return "q" in found and bool(found & {"K", "V"})


def _holds_queries(nodes: list[Node]) -> bool:
    """Whether all queries occur, as a matrix."""
    return any(_turns_queries(n) or (isinstance(n, Name) and n.name == "Q") for n in nodes)


def _is_one_query(node: Node) -> bool:
    """Whether bare queries are used as the vector of one: `k @ q`, or keys one by one."""
    match node:
        case Bin(op="@", right=Name() as name):
            return _role(name) == "Q"
        case Call(fn=Name(name="matmul" | "dot" | "mv"), args=(_, Name() as name)):
            return _role(name) == "Q"
        case Index(x=Name() as name, items=(Name() as place,)):
            return _role(name) in {"K", "V"} and place.name != "None"
    return False


def _role(name: Name) -> str:
    return names.role_of(names.spelling(name, is_code=True).key)


def _turns_queries(node: Node) -> bool:
    """Whether queries are transposed: then they are a matrix."""
    match node:
        case (
            Trans(x=Name() as name)
            | Call(
                fn=Name(name="transpose" | "permute" | "t" | "swapaxes"), args=(Name() as name, *_)
            )
        ):
            key = names.spelling(name, is_code=True).key
            return names.role_of(key) == "Q"
    return False


def _is_matrix_product(node: Node) -> bool:
    match node:
        case Bin(op="@"):
            return True
        case Call(fn=Name(name=name)):
            return name in {"matmul", "einsum", "bmm", "mm", "dot", "outer"}
    return False
