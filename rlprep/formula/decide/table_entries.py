"""Entries of tables in code: `Q[s, a]`, `pi[s][b]`, `V[s_next]`.

An index that names a state or an action says where the table is read; any other (`t`, `i`, `:`)
picks a sample of a batch, of which there is one here.
"""

from typing import TYPE_CHECKING

from rlprep.formula.decide import argument_words as words
from rlprep.formula.decide.argument_words import ACTION_LETTERS, STATE_LETTERS
from rlprep.formula.decide.table_places import Env, place_key
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import labels_of
from rlprep.formula.show import latex
from rlprep.formula.tree import Index, Name, Neg, Node, Num, Slice, walk

if TYPE_CHECKING:
    from rlprep.formula.decide.table_quantities import Quantities

STATES = STATE_LETTERS - {"h"} | words.STATES
ACTIONS = ACTION_LETTERS | words.ACTIONS
LATER = words.LATER | {"p", "2"}


def refuse_one_entry(tables: "Quantities", x: Node, items: tuple[Node, ...]) -> None:
    """Refuse the first entry of what has one for each sample, where samples are summed."""
    if isinstance(x, Name) and tables.sums_samples and len(items) == 1 and (
        isinstance(items[0], Num | Neg)
    ):  # fmt: skip
        raise Undecidable("one entry, where samples are summed")


def entry_place(tables: "Quantities", items: tuple[Node, ...], env: Env) -> Env:
    """Return the environment in which a table is read at these indices.

    Raises:
        Undecidable: an action of another step, which nothing binds.
    """
    place = dict(env)
    for item in items:
        if isinstance(item, Slice) and (item.lo or item.hi) and item is items[0]:
            tables.picked.add(latex(item))
            if len(tables.picked) > 1:
                raise Undecidable("entries of two places")
        if not isinstance(item, Name):
            continue
        key = place_key(item)
        is_bound = f"a:var:{key}" in env or f"s:var:{key}" in env
        if len(items) == 1 == len(item.name) and item.name not in STATES and not is_bound:
            tables.picked.add(key or "")
            if len(tables.picked) > 1:
                raise Undecidable("entries of two places")
        said = {item.name, *labels_of(item)}
        is_later = bool(said & LATER or item.primes)
        if f"a:var:{key}" in env:
            place["a"] = env[f"a:var:{key}"]
        elif f"s:var:{key}" in env:
            place["s"] = env[f"s:var:{key}"]
        elif said & STATES:
            if is_later:
                place["s"] = tables.current("s2", env)
        elif said & ACTIONS:
            if is_later:
                raise Undecidable("an action at another time than the sample's")
            place["a"] = env.get("a:sample", tables.current("a", env))
    return place


def indexed_place(key: str, body: Node, *, is_one_state: bool) -> str | None:
    """Return whether an index of a comprehension stands in an action's place, or in a state's.

    Args:
        key: the index.
        body: what is summed.
        is_one_state: whether a table of one index can only be over actions.
    """
    for node in walk(body):
        match node:
            case Index(x=x, items=(*before, Name() as last)) if place_key(last) == key:
                table = x.x if isinstance(x, Index) else x
                if not isinstance(table, Name):
                    continue
                if before or isinstance(x, Index):
                    return "a"
                if table.name in {"V", "v"}:
                    return "s"
                if is_one_state and table.name in {"pi", "Q", "q", "p", "probs"}:
                    return "a"
    return None
