"""Which sample a summand's letters belong to: below a sum over i, r_i A_j mixes two of them."""

from rlprep.formula.decide.policies import role_of
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import indices_of, scripts_of, variable_key, words_in
from rlprep.formula.tree import Big, Call, Expect, Name, Node, walk

PER_SAMPLE = {"ratio", "logratio", "advantage", "return", "residual", "score"}


def refuse_other_samples(node: Big, subject: str, keys: set[str]) -> None:
    """Refuse a sum whose summand takes something at another sample than the sum's.

    Args:
        node: the sum.
        subject: what is asked for.
        keys: its indices.

    Raises:
        Undecidable: as in `sum_i r_i A_j`, and in `sum_i r_i sum_i A_i`, which are two sums.
    """
    inside = list(walk(node.body))
    heads = {id(n.fn) for n in inside if isinstance(n, Call)}
    names = [n for n in inside if isinstance(n, Name) and role_of(n, subject) in PER_SAMPLE]
    words = {id(n): {w for script in scripts_of(n) for w in words_in(script)} for n in names}
    if not any(words[id(n)] & keys for n in names):
        return
    inner = {n.name for x in inside if isinstance(x, Big) and x.var for n in _names(x.var)}
    if inner & keys:
        raise Undecidable("a sum inside another one over the same index")
    inner |= {n.name for x in inside if isinstance(x, Expect) for d in x.dist for n in _names(d)}
    for name in names:
        others = {i.name for i in indices_of(name) if isinstance(i, Name)} - {"T", "N"}
        if others and id(name) not in heads and not words[id(name)] & (keys | inner):
            raise Undecidable(f"{variable_key(name)} is of another sample than the sum's")


def _names(node: Node) -> list[Name]:
    return [n for n in walk(node) if isinstance(n, Name)]
