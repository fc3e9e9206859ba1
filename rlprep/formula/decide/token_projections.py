r"""Queries, keys and values written as projections of the tokens: `x_i W_Q` is q_i.

Katharopoulos et al. 2020 (arXiv 2006.16236, eq. 18 to 20) write their recurrence so. In rows or in
columns, `X W_Q`, `W_Q x_i` and `W_K^\top X^\top` each are one input, as the token stands.
"""

from dataclasses import replace

from rlprep.formula.decide import attention_names as names
from rlprep.formula.program import Entry, Program
from rlprep.formula.tree import Bin, Name, Node, rewritten

TOKENS = {"x", "X", "h", "H"}
WEIGHTS = {f"{letter}_{of}": of.upper() for letter in "Ww" for of in "qkvQKV"}
PRODUCTS = {"*", "@", "cdot"}


def projected(program: Program) -> Program:
    """Return the program with projections of tokens read as queries, keys and values."""
    entries = [_without_projections(entry) for entry in program.entries]
    if all(new is old for new, old in zip(entries, program.entries, strict=True)):
        return program
    return replace(program, entries=entries)


def _without_projections(entry: Entry) -> Entry:
    """Return a statement without projections, unless it is the one that defines an input."""
    if isinstance(entry.target, Name) and _role(entry.target) in {"Q", "K", "V"}:
        return entry
    values = tuple(rewritten(value, _joined) for value in entry.values)
    if all(new is old for new, old in zip(values, entry.values, strict=True)):
        return entry
    return replace(entry, values=values)


def _joined(node: Node) -> Node:
    """Return the input that a product of a token and a weight is, or the node as it is."""
    match node:
        case Bin(op=op, left=Name() as left, right=Name() as right) if op in PRODUCTS:
            return _input_of(left, right) or node
        case Bin(op=op, left=Bin(op=inner, right=Name() as left) as product,
                 right=Name() as right) if {op, inner} <= PRODUCTS:  # fmt: skip
            found = _input_of(left, right)
            return node if found is None else replace(product, span=node.span, right=found)
    return node


def _input_of(left: Name, right: Name) -> Name | None:
    """Return the query, key or value that two factors make; None where they are something else."""
    for token, weight in ((left, right), (right, left)):
        role = WEIGHTS.get(_weight_key(weight))
        if role is None or names.spelling(token, is_code=False).key not in TOKENS:
            continue
        letter = role.lower() if token.name.islower() else role
        return Name((left.span[0], right.span[1]), letter, token.subs, token.sups)
    return None


def _weight_key(weight: Name) -> str:
    """Return `W_Q` for a weight, whether its letter stands below or above."""
    labels = [*names.spelling(weight, is_code=True).key.split("_")[1:]]
    labels += [s.name for s in weight.sups if isinstance(s, Name) and s.name in {*"qkvQKV"}]
    return f"{weight.name}_{labels[0]}" if len(labels) == 1 else ""


def _role(name: Name) -> str:
    return names.role_of(names.spelling(name, is_code=False).key)
